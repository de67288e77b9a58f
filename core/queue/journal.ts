/**
 * The journal: where messages become durable. All that wait are written and synced together, one commit in flight at a
 * time; done marks are written in the tick in which a recipient is finished, and synced soon after.
 */

import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { Directory, NO_SEAT } from '../roster.ts'
import { Alarm } from './alarm.ts'
import { type Complain, complaints } from './complaints.ts'
import type { JournalOptions } from './journal-options.ts'
import { encodeRecord, MOVED, REMOVED, WITHDRAWN } from './record.ts'
import type { Entry, Segment } from './segment.ts'
import { SegmentPool } from './segment-pool.ts'
import { spoolError } from './spool-errors.ts'
import { lengthOf, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, QueueId, SpoolError } from './types.ts'

/** After a failed sync of marks, ms. */
const RETRY = 1000

const GONE = { removed: REMOVED, moved: MOVED, withdrawn: WITHDRAWN } as const

interface Waiting {
  readonly id: QueueId
  readonly envelope: Buffer
  readonly head: Buffer
  readonly body: readonly Buffer[]
  readonly facts: ContentFacts
  resolve(entry: Entry): void
  reject(error: SpoolError): void
}

export class Journal {
  readonly entries = new Directory<Entry>()
  readonly sealed = new Set<Segment>()
  readonly #fs: SpoolFs
  readonly #options: JournalOptions
  readonly #clock: Clock
  readonly #complain: Complain
  readonly #marked = new Set<Segment>()
  readonly #marks: Alarm
  readonly #pool: SegmentPool
  #current: Segment | undefined
  #waiting: Waiting[] = []
  #busy = false
  #running: Promise<void> = Promise.resolve()
  #flushing = false
  /** Told when a segment was sealed. */
  onSealed: () => void = () => undefined
  /** Told when a message left the journal. */
  onGone: (entry: Entry) => void = () => undefined

  constructor(fs: SpoolFs, directory: string, options: JournalOptions, clock: Clock, report: (event: Event) => void) {
    this.#fs = fs
    this.#options = options
    this.#clock = clock
    this.#complain = complaints(clock, report)
    this.#pool = new SegmentPool({ ...options, fs, directory, complain: this.#complain })
    this.#marks = new Alarm(clock, () => void this.syncMarks())
  }

  /** Takes in what recovery found, oldest first; empty segments become spares. */
  adopt(segments: readonly Segment[], highestSlot: number): void {
    this.#pool.startAfter(highestSlot, segments.at(-1)?.header.sequence ?? 0)
    for (const segment of segments) {
      segment.sealedAt = this.#clock.now()
      segment.isFilled = this.#fs.size(segment.fd) >= this.#options.segmentBytes
      this.sealed.add(segment)
      for (const entry of segment.live) this.entries.set(entry.id, entry)
    }
    for (const segment of segments) this.#retireIfEmpty(segment)
    this.#pool.prepare()
  }

  /** Resolves when the message is durable. */
  commit(id: QueueId, envelope: Buffer, head: Buffer, body: readonly Buffer[], facts: ContentFacts): Promise<Entry> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, envelope, head, body, facts, resolve, reject })
      if (this.#busy) return
      this.#busy = true
      this.#running = new Promise((done) => setImmediate(() => void this.#run().then(done)))
    })
  }

  /** Marks recipients finished. */
  finished(entry: Entry, recipients: readonly number[]): void {
    entry.done ??= []
    for (const index of recipients) {
      entry.done.push(index)
      this.#mark(entry.segment, entry.offset, index)
    }
  }

  /** The message goes, has got its place in the long-life store, or goes while it may have got it. */
  drop(entry: Entry, why: keyof typeof GONE): void {
    if (entry.gone) return
    entry.gone = true
    entry.content = undefined
    if (this.entries.get(entry.id) === entry) this.entries.delete(entry.id)
    entry.segment.drop(entry)
    this.#mark(entry.segment, entry.offset, GONE[why])
    this.onGone(entry)
    this.#retireIfEmpty(entry.segment)
  }

  /** Keeps the bytes of a segment as they are until the returned function is called. */
  reading(segment: Segment): () => void {
    segment.readers++
    return () => {
      segment.readers--
      this.#retireIfEmpty(segment)
    }
  }

  /** Brings all done marks, and the removal of segments, to the disk. */
  async syncMarks(): Promise<void> {
    this.#writeMarks()
    for (const segment of [...this.#marked]) {
      if (!segment.hasPending) this.#marked.delete(segment)
      if (!segment.isDirty) continue
      const done = this.reading(segment)
      try {
        await segment.syncMarks()
      } catch (error) {
        segment.isDirty = true
        this.#marked.add(segment)
        this.#marks.at(this.#clock.now() + RETRY)
        this.#complain('sync done marks', error)
      } finally {
        done()
      }
    }
    try {
      await this.#pool.sync()
    } catch (error) {
      this.#marks.at(this.#clock.now() + RETRY)
      this.#complain('sync journal directory', error)
    }
  }

  /** Waits for the commit in flight, syncs and closes. */
  async close(): Promise<void> {
    await this.#running
    await this.syncMarks()
    this.#marks.stop()
    for (const segment of this.sealed) segment.close()
    this.#current?.close()
    await this.#pool.close()
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      try {
        await this.#commitBatch(batch)
      } catch (error) {
        const failure = spoolError(error, 'write to journal')
        for (const waiting of batch) waiting.reject(failure)
      }
    }
    this.#busy = false
  }

  #takeBatch(): Waiting[] {
    let bytes = 0
    let n = 0
    for (const { head, body } of this.#waiting) {
      bytes += head.length + lengthOf(body)
      n++
      if (bytes >= this.#options.batchBytes) break
    }
    return this.#waiting.splice(0, n)
  }

  async #commitBatch(batch: readonly Waiting[]): Promise<void> {
    const segment = await this.#writable()
    const buffers: Buffer[] = []
    const entries: Entry[] = []
    let offset = segment.end
    for (const { id, envelope, head, body, facts } of batch) {
      const record = encodeRecord(segment.header.nonce, envelope, head, body, facts)
      for (const buffer of record.buffers) buffers.push(buffer)
      entries.push({
        id,
        segment,
        offset,
        length: record.length,
        content: undefined,
        charged: 0,
        done: undefined,
        gone: false,
        seat: NO_SEAT,
      })
      offset += record.length
    }
    try {
      const written = segment.write(buffers, offset - segment.end)
      if (written !== undefined) await written
      await segment.sync()
    } catch (error) {
      await this.#takeBack(segment, entries)
      throw error
    }
    segment.end = offset
    for (const [i, entry] of entries.entries()) {
      segment.add(entry)
      this.entries.set(entry.id, entry)
      batch[i]?.resolve(entry)
    }
  }

  /** Nothing of a failed commit may come back at a later start: its senders were told that we do not have it. */
  async #takeBack(segment: Segment, entries: readonly Entry[]): Promise<void> {
    try {
      segment.truncate()
      await segment.sync()
    } catch (error) {
      for (const { offset } of entries) this.#mark(segment, offset, REMOVED)
      this.#complain('truncate journal', error)
    }
    // After a failed sync nobody knows what the kernel still holds of this file.
    this.#seal(segment)
  }

  /** The current segment, or a new one when it is full. */
  async #writable(): Promise<Segment> {
    const current = this.#current
    const isFull = current === undefined || current.end >= this.#options.segmentBytes
    if (!isFull && !this.#pool.isBetterThan(current)) return current
    const next = await this.#pool.take()
    if (current !== undefined) this.#seal(current)
    this.#current = next
    this.#pool.prepare()
    return next
  }

  #seal(segment: Segment): void {
    if (this.#current === segment) this.#current = undefined
    segment.sealedAt = this.#clock.now()
    this.sealed.add(segment)
    this.#retireIfEmpty(segment)
    this.onSealed()
  }

  #retireIfEmpty(segment: Segment): void {
    if (segment.live.size > 0 || segment.readers > 0 || !this.sealed.has(segment)) return
    if (segment.hasPending) {
      // Its marks first: a failure to reuse or delete the files must not bring messages back.
      this.#writeMarks()
      // Writing them may have retired it already: twice would close, or reuse, its files twice.
      if (segment.hasPending || !this.sealed.has(segment)) return
    }
    this.sealed.delete(segment)
    if (this.#pool.give(segment)) return
    this.#marked.delete(segment)
    this.#marks.at(this.#clock.now() + this.#options.markDelay)
  }

  #mark(segment: Segment, offset: number, what: number): void {
    segment.mark(offset, what)
    this.#marked.add(segment)
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#writeMarks()
    })
  }

  #writeMarks(): void {
    for (const segment of this.#marked) {
      try {
        segment.writeMarks()
      } catch (error) {
        this.#complain('write done marks', error)
      }
      if (segment.live.size === 0 && !segment.hasPending && this.sealed.has(segment)) this.#retireIfEmpty(segment)
    }
    if (this.#marked.size > 0) this.#marks.at(this.#clock.now() + this.#options.markDelay)
  }
}
