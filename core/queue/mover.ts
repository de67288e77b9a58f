/** Between journal and long-life store: keeps state, moves messages that stay, empties old segments, reads either way. */

import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { Alarm } from './alarm.ts'
import { fileContent, type OpenContent, wholeContent } from './content.ts'
import type { Journal } from './journal.ts'
import { markDone } from './message-file.ts'
import type { MessageStore } from './message-store.ts'
import { decodeRecordHeader, RECORD_HEADER, type RecordHeader } from './record.ts'
import type { Entry } from './segment.ts'
import { codeOf, spoolError } from './spool-errors.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, Envelope, QueuedMessage, QueueId, StoredContent } from './types.ts'

/** Messages on their way at once. */
const MOST_MOVING = 8
/** Sealed segments are looked at again after so many ms. */
const SWEEP_INTERVAL = 10_000
/** A segment is emptied when less than this part of it is alive: a large young backlog stays where it is. */
const FEW_LIVE = 0.25
/** Done records that the disk refused are tried again after so many ms. */
const RETRY = 1000

export class Mover {
  readonly #fs: SpoolFs
  readonly #journal: Journal
  readonly #store: MessageStore
  readonly #clock: Clock
  readonly #report: (event: Event) => void
  /** The last of the tasks of each message; they run one after another. */
  readonly #tasks = new Map<QueueId, Promise<void>>()
  readonly #owed = new Map<QueueId, number[]>()
  readonly #slots: (() => void)[] = []
  readonly #sweep: Alarm
  readonly #retry: Alarm
  #moving = 0
  #isOpen = true

  constructor(fs: SpoolFs, journal: Journal, store: MessageStore, clock: Clock, report: (event: Event) => void) {
    this.#fs = fs
    this.#journal = journal
    this.#store = store
    this.#clock = clock
    this.#report = report
    this.#sweep = new Alarm(clock, () => void this.evacuate())
    this.#retry = new Alarm(clock, () => this.#payOwed())
    journal.onSealed = () => this.#sweep.at(clock.now() + SWEEP_INTERVAL)
    if (journal.sealed.size > 0) journal.onSealed()
  }

  /** May a message of the journal have a file already: is it being moved, or could a failed move not be undone? */
  mayHaveFile(id: QueueId): boolean {
    return this.#tasks.has(id) || this.#store.owesRemoval(id)
  }

  /** Stores changed state; a message of the journal moves. @throws SpoolError */
  keep(envelope: Envelope): Promise<void> {
    return this.#inTurn(envelope.id, async () => {
      const entry = this.#journal.entries.get(envelope.id)
      if (entry !== undefined) return this.#move(entry, envelope)
      try {
        await this.#store.append(envelope, envelope.hold !== undefined)
      } catch (error) {
        // Removed meanwhile.
        if (codeOf(error) !== 'ENOENT') throw spoolError(error, 'write message state')
      }
    })
  }

  /** Finished recipients of a message in the long-life store. */
  finished(id: QueueId, recipients: readonly number[]): void {
    try {
      this.#store.finished(id, recipients)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      this.#owed.set(id, [...(this.#owed.get(id) ?? []), ...recipients])
      this.#retry.at(this.#clock.now() + RETRY)
      this.#complain(`${id}: write finished recipients`, error)
    }
  }

  removeFile(id: QueueId): void {
    this.#owed.delete(id)
    this.#store.remove(id)
  }

  /** Content of a message in the journal; it follows the message to the long-life store. */
  content(entry: Entry, facts: ContentFacts): StoredContent {
    return fileContent(this.#fs, facts, () => this.#open(entry))
  }

  /** Undefined: it is no longer in the journal, or damaged there (then it is gone from the queue and reported). */
  async readEntry(entry: Entry): Promise<QueuedMessage | undefined> {
    if (entry.gone) return undefined
    const done = this.#journal.reading(entry.segment)
    try {
      const header = await this.#headerOf(entry)
      const text = await readExactly(this.#fs, entry.segment.fd, entry.offset + RECORD_HEADER, header.envelope)
      const envelope = JSON.parse(text.toString()) as Envelope
      if (entry.done !== undefined) markDone(envelope, entry.done)
      return { envelope, content: entry.content ?? this.content(entry, header.facts) }
    } catch (error) {
      if (codeOf(error) !== '') throw spoolError(error, `${entry.id}: read from journal`)
      await this.#setAside(entry, error)
      return undefined
    } finally {
      done()
    }
  }

  /** Moves what is left of old segments that are mostly dead. */
  async evacuate(): Promise<void> {
    const now = this.#clock.now()
    for (const segment of [...this.#journal.sealed]) {
      if (!this.#isOpen) return
      if ((segment.sealedAt ?? now) + SWEEP_INTERVAL <= now && segment.liveBytes < segment.end * FEW_LIVE)
        await Promise.all([...segment.live].map((entry) => this.#evacuateOne(entry)))
    }
    if (this.#isOpen && this.#journal.sealed.size > 0) this.#sweep.at(now + SWEEP_INTERVAL)
  }

  async close(): Promise<void> {
    this.#isOpen = false
    this.#sweep.stop()
    this.#retry.stop()
    this.#payOwed()
    this.#retry.stop()
    await Promise.allSettled(this.#tasks.values())
  }

  async #evacuateOne(entry: Entry): Promise<void> {
    try {
      await this.#inTurn(entry.id, async () => {
        if (entry.gone || !this.#isOpen) return
        const message = await this.readEntry(entry)
        if (message !== undefined) await this.#move(entry, message.envelope)
      })
    } catch (error) {
      this.#complain(`${entry.id}: move out of journal`, error)
    }
  }

  async #move(entry: Entry, envelope: Envelope): Promise<void> {
    await this.#slot()
    try {
      const finishedBefore = entry.done?.length ?? 0
      const content = entry.content ?? (await this.readEntry(entry))?.content
      if (entry.gone || content === undefined) return
      const { head, body } = await wholeContent(content)
      const naming = { isWanted: () => !entry.gone, isNew: true }
      await this.#store.store(envelope, { head, body, facts: content.facts }, naming)
      if (entry.gone) return
      if (entry.done !== undefined && entry.done.length > finishedBefore) this.finished(entry.id, entry.done)
      this.#journal.drop(entry, 'moved')
    } finally {
      this.#moving--
      this.#slots.shift()?.()
    }
  }

  /** Runs tasks of one message one after another. */
  #inTurn(id: QueueId, task: () => Promise<void>): Promise<void> {
    const before = this.#tasks.get(id)
    const run = before === undefined ? task() : before.then(task, task)
    this.#tasks.set(id, run)
    const over = () => void (this.#tasks.get(id) === run && this.#tasks.delete(id))
    run.then(over, over)
    return run
  }

  async #slot(): Promise<void> {
    while (this.#moving >= MOST_MOVING) await new Promise<void>((resolve) => this.#slots.push(resolve))
    this.#moving++
  }

  async #open(entry: Entry): Promise<OpenContent> {
    if (entry.gone) return this.#store.reader.open(entry.id)
    const { segment } = entry
    const close = this.#journal.reading(segment)
    try {
      const { envelope, head, body } = await this.#headerOf(entry)
      const headAt = entry.offset + RECORD_HEADER + envelope
      return { fd: segment.fd, place: { headAt, head, bodyAt: headAt + head, body }, close }
    } catch (error) {
      close()
      throw error
    }
  }

  async #headerOf(entry: Entry): Promise<RecordHeader> {
    const { segment, offset } = entry
    const header = decodeRecordHeader(await readExactly(this.#fs, segment.fd, offset, RECORD_HEADER), segment.header.nonce)
    if (header === undefined) throw new Error(`damaged record at ${offset} of journal segment ${segment.header.sequence}`)
    return header
  }

  /** A record that was intact when it was written or recovered, and is no longer. */
  async #setAside(entry: Entry, error: unknown): Promise<void> {
    const cause = error instanceof Error ? error.message : String(error)
    this.#report({ type: 'fault', where: 'queue', message: `${entry.id}: damaged in the journal, copied to corrupt`, cause })
    try {
      await this.#store.reader.keepCorrupt(entry.id, await readExactly(this.#fs, entry.segment.fd, entry.offset, entry.length))
      this.#journal.drop(entry, 'removed')
    } catch (failure) {
      this.#complain(`${entry.id}: copy to corrupt`, failure)
    }
  }

  #payOwed(): void {
    const owed = [...this.#owed]
    this.#owed.clear()
    for (const [id, recipients] of owed) this.finished(id, recipients)
  }

  #complain(doing: string, error: unknown): void {
    this.#report({ type: 'warning', where: 'queue', message: spoolError(error, doing).message })
  }
}
