/** Reads the files of the long-life store, and sets damaged ones aside. */
import { join } from 'node:path'
import type { Event } from '../events.ts'
import { fileContent, type OpenContent } from './content.ts'
import * as file from './message-file.ts'
import { isQueueId, shelfOf } from './queue-id.ts'
import { codeOf, spoolError } from './spool-errors.ts'
import type { SpoolFs } from './spool-fs.ts'
import type { ContentFacts, QueuedMessage, QueueId, StoredContent } from './types.ts'

export class MessageReader {
  readonly #fs: SpoolFs
  readonly #messages: string
  readonly #corrupt: string
  readonly #isRemoved: (id: QueueId) => boolean
  readonly #report: (event: Event) => void

  /** `isRemoved`: the message is removed, but the disk has not taken that yet. */
  constructor(fs: SpoolFs, directory: string, isRemoved: (id: QueueId) => boolean, report: (event: Event) => void) {
    this.#fs = fs
    this.#messages = join(directory, 'messages')
    this.#corrupt = join(directory, 'corrupt')
    this.#isRemoved = isRemoved
    this.#report = report
  }

  pathOf(id: QueueId): string {
    return join(this.#messages, shelfOf(id), id)
  }

  has(id: QueueId): boolean {
    return this.#fs.exists(this.pathOf(id))
  }

  /** Header and state. Undefined: there is none; a damaged one is set aside. */
  async state(id: QueueId): Promise<file.FileState | undefined> {
    const fd = this.#openToRead(id)
    if (fd === undefined) return undefined
    try {
      return await file.readFileState(this.#fs, fd)
    } catch (error) {
      return this.#unreadable(id, error)
    } finally {
      this.#fs.close(fd)
    }
  }

  /** The same at once; `scratch` holds most files whole, so that a hundred thousand cost little. */
  stateNow(id: QueueId, scratch: Buffer): file.FileState | undefined | Promise<file.FileState | undefined> {
    const fd = this.#openToRead(id)
    if (fd === undefined) return undefined
    try {
      const state = file.readFileStateNow(this.#fs, fd, scratch)
      if (state !== undefined) return state
    } catch (error) {
      return this.#unreadable(id, error)
    } finally {
      this.#fs.close(fd)
    }
    return this.state(id)
  }

  async read(id: QueueId): Promise<QueuedMessage | undefined> {
    const state = await this.state(id)
    if (state === undefined) return undefined
    return { envelope: state.envelope, content: this.content(id, state.layout.facts) }
  }

  /** Content of a stored message. */
  content(id: QueueId, facts: ContentFacts): StoredContent {
    return fileContent(this.#fs, facts, () => this.open(id))
  }

  /** Opens a message for reading its content. @throws the error of the file system */
  async open(id: QueueId): Promise<OpenContent> {
    const fd = this.#fs.open(this.pathOf(id), 'read')
    try {
      return { fd, place: await file.readLayout(this.#fs, fd), close: () => this.#fs.close(fd) }
    } catch (error) {
      this.#fs.close(fd)
      throw error
    }
  }

  /** Ids of all stored messages, shelf by shelf. */
  async *ids(): AsyncGenerator<readonly QueueId[]> {
    for (const shelf of (await this.#fs.list(this.#messages)).sort())
      yield (await this.#fs.list(join(this.#messages, shelf))).filter(isQueueId).sort()
  }

  /** Cuts off a torn tail, so that later records can be found. */
  mend(id: QueueId, state: file.FileState): void {
    if (state.end === state.size) return
    const fd = this.#fs.open(this.pathOf(id), 'existing')
    try {
      this.#fs.truncate(fd, state.end)
    } finally {
      this.#fs.close(fd)
    }
  }

  /** Keeps the bytes of something damaged for a person to look at. */
  async keepCorrupt(name: string, bytes: Buffer): Promise<void> {
    const fd = this.#fs.open(join(this.#corrupt, name), 'update')
    try {
      this.#fs.write(fd, [bytes], 0)
      await this.#fs.sync(fd)
    } finally {
      this.#fs.close(fd)
    }
  }

  async corruptCount(): Promise<number> {
    return (await this.#fs.list(this.#corrupt)).length
  }

  /** Bytes of a message's file. @throws the error of the file system */
  sizeOf(id: QueueId): number {
    const fd = this.#fs.open(this.pathOf(id), 'read')
    try {
      return this.#fs.size(fd)
    } finally {
      this.#fs.close(fd)
    }
  }

  #openToRead(id: QueueId): number | undefined {
    if (!isQueueId(id) || this.#isRemoved(id)) return undefined
    try {
      return this.#fs.open(this.pathOf(id), 'read')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw spoolError(error, 'open message file')
    }
  }

  #unreadable(id: QueueId, error: unknown): undefined {
    if (codeOf(error) !== '') throw spoolError(error, 'read message file')
    this.#setAside(id, error)
  }

  #setAside(id: QueueId, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#report({ type: 'fault', where: 'queue', message: `${id}: message file is damaged, moved to corrupt`, cause: reason })
    try {
      this.#fs.rename(this.pathOf(id), join(this.#corrupt, id))
    } catch (failure) {
      this.#report({ type: 'warning', where: 'queue', message: spoolError(failure, 'move to corrupt').message })
    }
  }
}
