/**
 * The durable spool of one owner: young messages in the journal, those that stay in the long-life store. What `commit`
 * promised survives SIGKILL and power loss; what `finished` noted survives SIGKILL at once and power loss soon.
 */
import { dirname, join } from 'node:path'
import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { memoryContent } from './content.ts'
import { Journal } from './journal.ts'
import { JOURNAL_OPTIONS, type JournalOptions } from './journal-options.ts'
import { isRunning, type ProcessIdentity, takeLock, thisProcess } from './lock.ts'
import { MessageStore } from './message-store.ts'
import { Mover } from './mover.ts'
import { queueIds } from './queue-id.ts'
import { type RecoveredMessage, recoverFiles, recoverJournal, settle } from './recovery.ts'
import { SpaceProbe } from './space.ts'
import { spoolError } from './spool-errors.ts'
import { lengthOf, nodeFs, type SpoolFs } from './spool-fs.ts'
import { BodyFile } from './streamed-body.ts'
import {
  type Envelope,
  type NewContent,
  type QueuedMessage,
  type QueueId,
  type SpaceFacts,
  type Spool,
  SpoolError,
  type StreamedBody,
} from './types.ts'

export interface SpoolOptions {
  /** The queue directory; the spool is the directory `owner` in it. */
  readonly directory: string
  readonly owner: string
  /** Bytes of content kept in memory. */
  readonly memoryBudget?: number
  readonly clock: Clock
  readonly report: (event: Event) => void
  /** For tests. */
  readonly fs?: SpoolFs
  readonly journal?: Partial<JournalOptions>
  readonly identity?: ProcessIdentity
  readonly isAlive?: (identity: ProcessIdentity) => boolean
}

/** A spool, open. */
export interface OpenSpool {
  readonly spool: Spool
  /** Messages of earlier runs, in batches; read it once, to its end. Messages that came meanwhile may be among them. */
  readonly recovered: AsyncIterable<readonly RecoveredMessage[]>
  /** Damaged messages and records set aside. */
  corrupt(): Promise<number>
}

const MEMORY_BUDGET = 64 << 20
/** Larger messages do not go through the journal. */
const LARGEST_IN_JOURNAL = 4 << 20
interface DurableSpoolOptions {
  readonly newId: () => QueueId
  readonly budget: number
  readonly release: () => void
}

/**
 * Opens a spool and takes its lock.
 * @throws SpoolError when another process has it, or the directory can not be used
 */
export async function openSpool(options: SpoolOptions): Promise<OpenSpool> {
  const fs = options.fs ?? nodeFs
  const directory = join(options.directory, options.owner)
  try {
    fs.makeDirectory(join(directory, 'journal'))
    const lock = await takeLock(fs, directory, options.identity ?? thisProcess(), options.isAlive ?? isRunning)
    try {
      return await opened(fs, directory, options, () => lock.release())
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw spoolError(error, 'open spool')
  }
}

async function opened(fs: SpoolFs, directory: string, options: SpoolOptions, release: () => void): Promise<OpenSpool> {
  const { clock, report } = options
  const store = new MessageStore(fs, directory, clock, report)
  await store.prepare()
  for (const path of [directory, options.directory, dirname(options.directory)]) await fs.syncDirectory(path)
  const journal = new Journal(fs, join(directory, 'journal'), { ...JOURNAL_OPTIONS, ...options.journal }, clock, report)
  const { messages, settlements } = await recoverJournal(fs, join(directory, 'journal'), journal, store, report)
  const ids = queueIds(fs.inode(directory), () => clock.now())
  for (const message of messages) ids.notBefore(message.id)
  const spool = new DurableSpool(
    journal,
    store,
    new SpaceProbe(fs, directory, clock),
    new Mover(fs, journal, store, clock, report),
    { newId: ids.next, budget: options.memoryBudget ?? MEMORY_BUDGET, release },
  )
  const gone = await settle(spool, settlements)
  const young = messages.filter((message) => !gone.has(message.id))
  return { spool, recovered: recoverFiles(store, young, ids.notBefore, report), corrupt: () => store.reader.corruptCount() }
}

class DurableSpool implements Spool {
  readonly newId: () => QueueId
  readonly #journal: Journal
  readonly #store: MessageStore
  readonly #space: SpaceProbe
  readonly #mover: Mover
  readonly #release: () => void
  /** Bytes of content that may still be kept in memory. */
  #budget: number
  #isOpen = true

  constructor(journal: Journal, store: MessageStore, space: SpaceProbe, mover: Mover, options: DurableSpoolOptions) {
    this.#journal = journal
    this.#store = store
    this.#space = space
    this.#mover = mover
    this.newId = options.newId
    this.#budget = options.budget
    this.#release = options.release
    journal.onGone = (entry) => {
      this.#budget += entry.charged
      entry.charged = 0
    }
  }

  async stream(id: QueueId): Promise<StreamedBody> {
    this.#assertOpen()
    return this.#store.stream(id)
  }

  async commit(envelope: Envelope, content: NewContent): Promise<QueuedMessage> {
    this.#assertOpen()
    try {
      if (content.body instanceof BodyFile || lengthOf(content.body as readonly Buffer[]) > LARGEST_IN_JOURNAL) {
        await this.#store.store(envelope, content, { isWanted: () => true, isNew: true })
        return { envelope, content: this.#store.reader.content(envelope.id, content.facts) }
      }
      const { head, body, facts } = content as NewContent & { readonly body: readonly Buffer[] }
      const entry = await this.#journal.commit(envelope.id, Buffer.from(JSON.stringify(envelope)), head, body, facts)
      const bytes = entry.length
      if (bytes <= this.#budget) {
        this.#budget -= bytes
        entry.charged = bytes
        entry.content = memoryContent(facts, head, body)
      }
      return { envelope, content: entry.content ?? this.#mover.content(entry, facts) }
    } catch (error) {
      const failure = spoolError(error, 'store message')
      if (failure.kind === 'io') this.#space.suspect()
      throw failure
    }
  }

  finished(id: QueueId, recipients: readonly number[]): void {
    const entry = this.#journal.entries.get(id)
    if (entry !== undefined) this.#journal.finished(entry, recipients)
    else this.#mover.finished(id, recipients)
  }

  remove(id: QueueId): void {
    const entry = this.#journal.entries.get(id)
    const mayHaveFile = entry === undefined || this.#mover.mayHaveFile(id)
    if (entry !== undefined) this.#journal.drop(entry, mayHaveFile ? 'withdrawn' : 'removed')
    if (mayHaveFile) this.#mover.removeFile(id)
  }

  keep(envelope: Envelope): Promise<void> {
    return this.#mover.keep(envelope)
  }

  async read(id: QueueId): Promise<QueuedMessage | undefined> {
    const entry = this.#journal.entries.get(id)
    if (entry !== undefined) {
      const message = await this.#mover.readEntry(entry)
      if (message !== undefined) return message
    }
    return this.#store.reader.read(id)
  }

  space(): SpaceFacts {
    return this.#space.facts()
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#mover.close()
    await this.#journal.close()
    await this.#store.close()
    this.#release()
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new SpoolError('io', 'the spool is closed')
  }
}
