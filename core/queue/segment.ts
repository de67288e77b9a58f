/**
 * One file of the journal with its companion of done marks. Emptied segments are used again: their blocks are allocated,
 * which makes a sync cheaper, and no directory changes.
 */
import { join } from 'node:path'
import { Roster } from '../roster.ts'
import { DONE_MARK, encodeSegmentHeader, SEGMENT_HEADER, type SegmentHeader, writeDone } from './record.ts'
import type { SpoolFs } from './spool-fs.ts'
import type { StoredContent } from './types.ts'

const ZEROS = Buffer.alloc(64 * 1024)

/** A message in a segment. */
export interface Entry {
  readonly id: string
  readonly segment: Segment
  readonly offset: number
  /** Bytes of the whole record. */
  readonly length: number
  /** Content still in memory, charged to the budget. */
  content: StoredContent | undefined
  /** Bytes charged to the budget. */
  charged: number
  /** Recipients finished since the record was written. */
  done: number[] | undefined
  /** Removed or moved: the bytes are nobody's. */
  gone: boolean
  /** Among the live ones of its segment. */
  seat: number
}

export class Segment {
  readonly slot: number
  readonly header: SegmentHeader
  readonly fd: number
  readonly #doneFd: number
  readonly #fs: SpoolFs
  /** Where the next record goes. */
  end: number
  /** No more records come. */
  sealedAt: number | undefined
  readonly live = new Roster<Entry>()
  liveBytes = 0
  /** Readings under way; the bytes must stay. */
  readers = 0
  #doneEnd = 0
  #pending: number[] = []
  /** Done marks written and not yet synced. */
  isDirty = false
  /** All its blocks are on the disk. */
  isFilled = false

  constructor(fs: SpoolFs, slot: number, files: SegmentFiles, header: SegmentHeader, end: number) {
    this.#fs = fs
    this.slot = slot
    this.fd = files.fd
    this.#doneFd = files.doneFd
    this.header = header
    this.end = end
  }

  /** Where the companion goes on after recovery. */
  continueMarksAt(position: number): void {
    this.#doneEnd = position
  }

  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  add(entry: Entry): void {
    this.live.add(entry)
    this.liveBytes += entry.length
  }

  drop(entry: Entry): void {
    if (!this.live.delete(entry)) return
    this.liveBytes -= entry.length
  }

  /** Notes a done mark, to be written by `writeMarks` in this tick. */
  mark(offset: number, what: number): void {
    this.#pending.push(offset, what)
  }

  /** Writes all noted marks; they stay noted when that fails. @throws the error of the file system */
  writeMarks(): void {
    const pending = this.#pending
    if (pending.length === 0) return
    const bytes = Buffer.allocUnsafe((pending.length / 2) * DONE_MARK)
    for (let i = 0; i < pending.length; i += 2)
      writeDone(bytes, (i / 2) * DONE_MARK, this.header.nonce, pending[i] ?? 0, pending[i + 1] ?? 0)
    this.#fs.write(this.#doneFd, [bytes], this.#doneEnd)
    this.#doneEnd += bytes.length
    this.#pending = []
    this.isDirty = true
  }

  async syncMarks(): Promise<void> {
    this.isDirty = false
    await this.#fs.sync(this.#doneFd)
  }

  /** Appends at `end` without moving it. Small batches go at once: handing them to another thread costs more. */
  write(buffers: readonly Buffer[], length: number): Promise<void> | undefined {
    if (length > 256 * 1024) return this.#fs.writeLater(this.fd, buffers, this.end)
    this.#fs.write(this.fd, buffers, this.end)
    return undefined
  }

  sync(): Promise<void> {
    return this.#fs.sync(this.fd)
  }

  /** Takes back what was written after `end`. @throws the error of the file system */
  truncate(): void {
    this.#fs.truncate(this.fd, this.end)
  }

  /**
   * Fills an empty segment of so many bytes with zeros, so that records, and the first thousands of marks, come to lie in blocks that
   * the disk has already. @throws the error of the file system
   */
  async fill(bytes: number): Promise<void> {
    const buffers: Buffer[] = []
    for (let left = bytes - SEGMENT_HEADER; left > 0; left -= ZEROS.length)
      buffers.push(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS)
    await this.#fs.writeLater(this.fd, buffers, SEGMENT_HEADER)
    await this.#fs.writeLater(this.#doneFd, [ZEROS], 0)
    await this.#fs.sync(this.fd)
    await this.#fs.sync(this.#doneFd)
    this.isFilled = true
  }

  files(): SegmentFiles {
    return { fd: this.fd, doneFd: this.#doneFd }
  }

  close(): void {
    this.#fs.close(this.fd)
    this.#fs.close(this.#doneFd)
  }
}

export interface SegmentFiles {
  readonly fd: number
  readonly doneFd: number
}

export function logPath(directory: string, slot: number): string {
  return join(directory, `${String(slot).padStart(6, '0')}.log`)
}

export function donePath(directory: string, slot: number): string {
  return join(directory, `${String(slot).padStart(6, '0')}.done`)
}

/** A new pair of files, durable when this resolves. */
export async function createSegment(fs: SpoolFs, directory: string, slot: number, sequence: number): Promise<Segment> {
  const files = openFiles(fs, directory, slot)
  try {
    const segment = await restartSegment(fs, slot, files, sequence)
    await fs.syncDirectory(directory)
    return segment
  } catch (error) {
    fs.close(files.fd)
    fs.close(files.doneFd)
    throw error
  }
}

/** A fresh header in files that hold nothing anyone needs: with the new nonce all old records and marks are void. */
export async function restartSegment(fs: SpoolFs, slot: number, files: SegmentFiles, sequence: number): Promise<Segment> {
  const { bytes, header } = encodeSegmentHeader(sequence)
  fs.write(files.fd, [bytes], 0)
  await fs.sync(files.fd)
  return new Segment(fs, slot, files, header, SEGMENT_HEADER)
}

export function openFiles(fs: SpoolFs, directory: string, slot: number): SegmentFiles {
  const fd = fs.open(logPath(directory, slot), 'update')
  try {
    return { fd, doneFd: fs.open(donePath(directory, slot), 'update') }
  } catch (error) {
    fs.close(fd)
    throw error
  }
}
