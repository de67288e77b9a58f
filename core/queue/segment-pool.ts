/**
 * Where the journal's segments come from and go to. A few empty ones are kept for use, with all their blocks on the disk: to sync
 * bytes in place takes half the time of a sync that makes a file longer.
 */
import type { Complain } from './complaints.ts'
import { createSegment, donePath, logPath, restartSegment, type Segment } from './segment.ts'
import type { SpoolFs } from './spool-fs.ts'

export interface PoolOptions {
  readonly fs: SpoolFs
  readonly directory: string
  /** Empty segments kept for use. */
  readonly spares: number
  /** Length of a segment, bytes. */
  readonly segmentBytes: number
  /** With less room on the disk than this many bytes, none are filled ahead of need. */
  readonly roomToFill: number
  readonly complain: Complain
}

export class SegmentPool {
  readonly #options: PoolOptions
  readonly #spares: Segment[] = []
  /** Slots whose segment could not be made. */
  readonly #unused: number[] = []
  #nextSlot = 1
  #nextSequence = 1
  #hasDeleted = false
  #filling: Promise<void> | undefined
  #isOpen = true

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** What earlier runs used. */
  startAfter(slot: number, sequence: number): void {
    this.#nextSlot = slot + 1
    this.#nextSequence = sequence + 1
  }

  /** An empty segment, durable. @throws the error of the file system */
  async take(): Promise<Segment> {
    const spare = this.#spares.pop()
    if (spare === undefined) return this.#create()
    try {
      const segment = await restartSegment(this.#options.fs, spare.slot, spare.files(), this.#nextSequence++)
      segment.isFilled = spare.isFilled
      return segment
    } catch (error) {
      this.#spares.push(spare)
      throw error
    }
  }

  /** Is there one that is faster to use than this? */
  isBetterThan(segment: Segment): boolean {
    return !segment.isFilled && this.#spares.at(-1)?.isFilled === true
  }

  /** Fills the stock of empty segments in the background. */
  prepare(): void {
    this.#filling ??= this.#prepared()
      .catch((error) => this.#options.complain('prepare journal segment', error))
      .finally(() => {
        this.#filling = undefined
      })
  }

  /** Takes back a segment that nobody needs. False: it has been closed and deleted. */
  give(segment: Segment): boolean {
    const isWanted = this.#spares.length < this.#options.spares && (segment.isFilled || !this.#hasRoom)
    if (isWanted) this.#spares.push(segment)
    else this.#delete(segment)
    return isWanted
  }

  /** Brings deletions to the disk. @throws the error of the file system */
  async sync(): Promise<void> {
    if (!this.#hasDeleted) return
    this.#hasDeleted = false
    try {
      await this.#options.fs.syncDirectory(this.#options.directory)
    } catch (error) {
      this.#hasDeleted = true
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#filling
    for (const segment of this.#spares.splice(0)) segment.close()
  }

  async #create(): Promise<Segment> {
    const { fs, directory } = this.#options
    const slot = this.#unused.pop() ?? this.#nextSlot++
    try {
      return await createSegment(fs, directory, slot, this.#nextSequence++)
    } catch (error) {
      this.#unused.push(slot)
      throw error
    }
  }

  get #hasRoom(): boolean {
    const { fs, directory, roomToFill } = this.#options
    return fs.space(directory).freeBytes >= roomToFill
  }

  async #prepared(): Promise<void> {
    const { spares, segmentBytes } = this.#options
    while (this.#isOpen && this.#spares.length < spares && this.#hasRoom) {
      const segment = await this.#create()
      try {
        await segment.fill(segmentBytes)
      } catch (error) {
        this.#delete(segment)
        throw error
      }
      this.#spares.push(segment)
    }
  }

  #delete(segment: Segment): void {
    const { fs, directory, complain } = this.#options
    this.#hasDeleted = true
    try {
      segment.close()
      fs.unlink(logPath(directory, segment.slot))
      fs.unlink(donePath(directory, segment.slot))
    } catch (error) {
      complain('delete journal segment', error)
    }
  }
}
