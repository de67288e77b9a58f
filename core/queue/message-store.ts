/**
 * The store made for long life: one file for each deferred, held or large message. It keeps no index: a message's path
 * follows from its id.
 */
import { join } from 'node:path'
import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { copyContent, MOST_HISTORY, needsCompaction } from './compaction.ts'
import { LazySync } from './lazy-sync.ts'
import * as file from './message-file.ts'
import { MessageReader } from './message-reader.ts'
import { shelfOf } from './queue-id.ts'
import { codeOf, spoolError } from './spool-errors.ts'
import type { SpoolFs } from './spool-fs.ts'
import { BodyFile } from './streamed-body.ts'
import type { ContentFacts, Envelope, NewContent, QueueId } from './types.ts'

/** How a finished file gets its name. */
export interface Naming {
  /** Asked last, in the tick in which the file appears. */
  isWanted(): boolean
  /** The file replaces none: when its name can not be made durable, it is taken back. */
  readonly isNew: boolean
}

export class MessageStore {
  readonly reader: MessageReader
  readonly #fs: SpoolFs
  readonly #messages: string
  readonly #incoming: string
  readonly #corrupt: string
  readonly #shelves = new Set<string>()
  readonly #bodies = new Set<BodyFile>()
  /** Files whose tail is torn, with the end of their last whole record. */
  readonly #torn = new Map<string, number>()
  readonly #syncs: LazySync
  #temporary = 0

  constructor(fs: SpoolFs, directory: string, clock: Clock, report: (event: Event) => void) {
    this.#fs = fs
    this.#messages = join(directory, 'messages')
    this.#incoming = join(directory, 'incoming')
    this.#corrupt = join(directory, 'corrupt')
    this.#syncs = new LazySync(fs, clock, report)
    this.reader = new MessageReader(fs, directory, (id) => this.owesRemoval(id), report)
  }

  /** Makes the directories and throws away what was unfinished when the last process stopped. */
  async prepare(): Promise<void> {
    for (const path of [this.#messages, this.#incoming, this.#corrupt]) this.#fs.makeDirectory(path)
    for (const name of await this.#fs.list(this.#incoming)) this.#fs.unlink(join(this.#incoming, name))
    for (const shelf of await this.#fs.list(this.#messages)) this.#shelves.add(shelf)
  }

  /** A body that streams in. @throws SpoolError */
  stream(id: QueueId): BodyFile {
    try {
      const body: BodyFile = new BodyFile(this.#fs, this.#temporaryPath(id), () => this.#bodies.delete(body))
      this.#bodies.add(body)
      return body
    } catch (error) {
      throw spoolError(error, 'create message file')
    }
  }

  /** Stores a whole message, durable when it resolves. @throws SpoolError */
  async store(envelope: Envelope, content: NewContent, naming: Naming): Promise<void> {
    if (content.body instanceof BodyFile) return this.#finish(envelope, content.head, content.body, content.facts, naming)
    const body = this.stream(envelope.id)
    try {
      for (const chunk of content.body as readonly Buffer[]) {
        const wait = body.write(chunk)
        if (wait !== undefined) await wait
      }
    } catch (error) {
      await body.abandon()
      throw spoolError(error, 'write message file')
    }
    return this.#finish(envelope, content.head, body, content.facts, naming)
  }

  async #finish(envelope: Envelope, head: Buffer, body: BodyFile, facts: ContentFacts, naming: Naming): Promise<void> {
    let isNamed = false
    const path = this.reader.pathOf(envelope.id)
    try {
      await body.flush()
      const bodyAt = file.FILE_HEADER
      const headAt = bodyAt + body.bytes
      const layout = { headAt, head: head.length, bodyAt, body: body.bytes, facts }
      await this.#fs.writeLater(body.fd, [head, ...file.stateRecord(envelope)], headAt)
      this.#fs.write(body.fd, [file.encodeFileHeader(layout)], 0)
      await this.#fs.sync(body.fd)
      await this.#makeShelf(envelope.id)
      if (!naming.isWanted()) return await body.abandon()
      this.#fs.rename(body.path, path)
      this.#syncs.replaced(path)
      this.#torn.delete(path)
      isNamed = true
      body.close()
      await this.#syncs.directory(this.#shelfPath(envelope.id))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') this.#shelves.delete(shelfOf(envelope.id))
      if (!isNamed) await body.abandon()
      else if (naming.isNew) this.remove(envelope.id)
      throw spoolError(error, 'write message file')
    }
  }

  /**
   * Appends a state to a stored message. Attempts and times need no sync: when a power cut takes them, the message is
   * tried a little earlier. `isUrgent` syncs.
   */
  async append(envelope: Envelope, isUrgent: boolean): Promise<void> {
    const path = this.reader.pathOf(envelope.id)
    const fd = this.#fs.open(path, 'existing')
    let size: number
    try {
      this.#appendTo(path, fd, file.stateRecord(envelope))
      size = this.#fs.size(fd)
      if (isUrgent) await this.#fs.sync(fd)
    } finally {
      this.#fs.close(fd)
    }
    if (size > MOST_HISTORY) await this.#compact(envelope.id)
  }

  /** Notes finished recipients at once; they reach the disk soon. @throws the error of the file system */
  finished(id: QueueId, recipients: readonly number[]): void {
    const path = this.reader.pathOf(id)
    const fd = this.#fs.open(path, 'existing')
    try {
      this.#appendTo(path, fd, file.doneRecord(recipients))
    } finally {
      this.#fs.close(fd)
    }
    this.#syncs.fileLater(path)
  }

  /** Never throws: what can not be removed now is removed as soon as the disk allows. */
  remove(id: QueueId): void {
    this.#torn.delete(this.reader.pathOf(id))
    this.#syncs.remove(this.reader.pathOf(id))
  }

  /** Removed, but the disk has not taken that yet. */
  owesRemoval(id: QueueId): boolean {
    return this.#syncs.isRemoved(this.reader.pathOf(id))
  }

  async close(): Promise<void> {
    for (const body of [...this.#bodies]) await body.abandon()
    await this.#syncs.close()
  }

  #temporaryPath(id: QueueId): string {
    return join(this.#incoming, `${id}.${this.#temporary++}`)
  }

  /** Appends a record, behind the last whole one. */
  #appendTo(path: string, fd: number, record: readonly Buffer[]): void {
    const torn = this.#torn.get(path)
    const end = torn ?? this.#fs.size(fd)
    try {
      if (torn !== undefined) this.#fs.truncate(fd, torn)
      this.#torn.delete(path)
      this.#fs.write(fd, record, end)
    } catch (error) {
      this.#torn.set(path, end)
      throw error
    }
  }

  /** Writes a file anew, without its history. */
  async #compact(id: QueueId): Promise<void> {
    const message = await this.reader.state(id)
    if (message === undefined) return
    const { layout, size, envelope } = message
    if (!needsCompaction(message)) return
    const body = this.stream(id)
    try {
      const head = await copyContent(this.reader.content(id, layout.facts), body)
      // A record that was appended meanwhile must not be lost: then the old file stays.
      const isSame = () => this.reader.has(id) && this.reader.sizeOf(id) === size
      await this.#finish(envelope, head, body, layout.facts, { isWanted: isSame, isNew: false })
    } catch (error) {
      await body.abandon()
      throw error
    }
  }

  async #makeShelf(id: QueueId): Promise<void> {
    const shelf = shelfOf(id)
    if (this.#shelves.has(shelf)) return
    this.#fs.makeDirectory(this.#shelfPath(id))
    await this.#fs.syncDirectory(this.#messages)
    this.#shelves.add(shelf)
  }

  #shelfPath(id: QueueId): string {
    return join(this.#messages, shelfOf(id))
  }
}
