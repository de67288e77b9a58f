/** Where the journal's segments come from and go to: a few empty ones are kept for use, the others are deleted. */
import type { Complain } from './complaints.ts'
import { createSegment, donePath, logPath, restartSegment, type Segment } from './segment.ts'
import type { SpoolFs } from './spool-fs.ts'

export class SegmentPool {
  readonly #fs: SpoolFs
  readonly #directory: string
  readonly #most: number
  readonly #complain: Complain
  readonly #spares: Segment[] = []
  #nextSlot = 1
  #nextSequence = 1
  #hasDeleted = false

  constructor(fs: SpoolFs, directory: string, most: number, complain: Complain) {
    this.#fs = fs
    this.#directory = directory
    this.#most = most
    this.#complain = complain
  }

  /** What earlier runs used. */
  startAfter(slot: number, sequence: number): void {
    this.#nextSlot = slot + 1
    this.#nextSequence = sequence + 1
  }

  /** An empty segment, durable. @throws the error of the file system */
  async take(): Promise<Segment> {
    const spare = this.#spares.pop()
    const sequence = this.#nextSequence++
    if (spare === undefined) {
      const segment = await createSegment(this.#fs, this.#directory, this.#nextSlot, sequence)
      this.#nextSlot++
      return segment
    }
    try {
      return await restartSegment(this.#fs, spare.slot, spare.files(), sequence)
    } catch (error) {
      this.#spares.push(spare)
      throw error
    }
  }

  /** Takes back a segment that nobody needs. False: it has been closed and deleted. */
  give(segment: Segment): boolean {
    if (this.#spares.length < this.#most) {
      this.#spares.push(segment)
      return true
    }
    this.#hasDeleted = true
    try {
      segment.close()
      this.#fs.unlink(logPath(this.#directory, segment.slot))
      this.#fs.unlink(donePath(this.#directory, segment.slot))
    } catch (error) {
      this.#complain('delete journal segment', error)
    }
    return false
  }

  /** Brings deletions to the disk. @throws the error of the file system */
  async sync(): Promise<void> {
    if (!this.#hasDeleted) return
    this.#hasDeleted = false
    try {
      await this.#fs.syncDirectory(this.#directory)
    } catch (error) {
      this.#hasDeleted = true
      throw error
    }
  }

  close(): void {
    for (const segment of this.#spares.splice(0)) segment.close()
  }
}
