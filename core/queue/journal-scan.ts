/**
 * Reads the journal back after a stop of any kind: every intact record that is not marked done is a message; what is
 * damaged is copied aside; a torn end was never acknowledged and is passed over.
 */
import { crc32 } from 'node:zlib'
import {
  DONE_MARK,
  decodeRecordHeader,
  decodeSegmentHeader,
  MOVED,
  NONCE,
  RECORD_HEADER,
  REMOVED,
  type RecordHeader,
  readDone,
  recordMark,
  SEGMENT_HEADER,
  type SegmentHeader,
} from './record.ts'
import { donePath, logPath, openFiles, type SegmentFiles } from './segment.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { Envelope } from './types.ts'

/** Bytes read at once. */
const PIECE = 1 << 20

/** A record as found. */
export interface FoundRecord {
  readonly offset: number
  readonly length: number
  readonly header: RecordHeader
  readonly envelope: Envelope
  /** Recipients marked finished. */
  readonly done: readonly number[]
  readonly state: 'live' | 'removed' | 'moved'
}

export interface FoundSegment {
  readonly slot: number
  readonly files: SegmentFiles
  readonly header: SegmentHeader
  readonly records: readonly FoundRecord[]
  /** Stretches of bytes that no record explains, though an intact record follows. */
  readonly damaged: readonly { readonly offset: number; readonly length: number }[]
  /** Where done marks go on. */
  readonly marksEnd: number
}

/** Slots of the segments in the directory, ascending. */
export async function segmentSlots(fs: SpoolFs, directory: string): Promise<number[]> {
  const names = await fs.list(directory)
  return names
    .filter((name) => /^\d{6,}\.log$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
}

/** Reads one segment. Undefined: it holds nothing (its creation was cut short). The caller closes the files. */
export async function scanSegment(fs: SpoolFs, directory: string, slot: number): Promise<FoundSegment | undefined> {
  const files = openFiles(fs, directory, slot)
  const found = await scanFiles(fs, slot, files)
  if (found === undefined) {
    fs.close(files.fd)
    fs.close(files.doneFd)
  }
  return found
}

/** The same on read-only files, for a look at a spool that another process may own. */
export async function scanReadOnly(fs: SpoolFs, directory: string, slot: number): Promise<FoundSegment | undefined> {
  const files = { fd: fs.open(logPath(directory, slot), 'read'), doneFd: fs.open(donePath(directory, slot), 'read') }
  return scanFiles(fs, slot, files)
}

async function scanFiles(fs: SpoolFs, slot: number, files: SegmentFiles): Promise<FoundSegment | undefined> {
  const size = fs.size(files.fd)
  if (size < SEGMENT_HEADER) return undefined
  const header =
    decodeSegmentHeader(await readExactly(fs, files.fd, 0, SEGMENT_HEADER)) ?? (await headerByFirstRecord(fs, files.fd, size))
  if (header === undefined) return undefined
  const marksSize = fs.size(files.doneFd)
  const marks = readDone(await readExactly(fs, files.doneFd, 0, marksSize), header.nonce)
  const records: FoundRecord[] = []
  const damaged: { offset: number; length: number }[] = []
  let at = SEGMENT_HEADER
  let badFrom: number | undefined
  while (at + RECORD_HEADER <= size) {
    const record = await recordAt(fs, files.fd, at, size, header.nonce, marks)
    if (record === undefined) {
      badFrom ??= at
      const next = await nextMark(fs, files.fd, at + 1, size, header.nonce)
      if (next === undefined) break
      at = next
      continue
    }
    if (badFrom !== undefined) damaged.push({ offset: badFrom, length: at - badFrom })
    badFrom = undefined
    records.push(record)
    at += record.length
  }
  return { slot, files, header, records, damaged, marksEnd: marksSize - (marksSize % DONE_MARK) }
}

/** The intact record at `at`, or undefined. */
async function recordAt(
  fs: SpoolFs,
  fd: number,
  at: number,
  size: number,
  nonce: Buffer,
  marks: ReadonlyMap<number, ReadonlySet<number>>,
): Promise<FoundRecord | undefined> {
  const header = decodeRecordHeader(await readExactly(fs, fd, at, RECORD_HEADER), nonce)
  if (header === undefined) return undefined
  const length = RECORD_HEADER + header.envelope + header.head + header.body
  if (at + length > size) return undefined
  const text = await readExactly(fs, fd, at + RECORD_HEADER, header.envelope)
  const contentAt = at + RECORD_HEADER + header.envelope
  const crc = await crcOf(fs, fd, contentAt, header.head + header.body, crc32(text))
  if (crc !== header.crc) return undefined
  const found = marks.get(at) ?? new Set<number>()
  const state = found.has(REMOVED) ? 'removed' : found.has(MOVED) ? 'moved' : 'live'
  const done = [...found].filter((mark) => mark < MOVED)
  return { offset: at, length, header, envelope: JSON.parse(text.toString()) as Envelope, done, state }
}

async function crcOf(fs: SpoolFs, fd: number, at: number, length: number, start: number): Promise<number> {
  let crc = start
  for (let done = 0; done < length; done += PIECE)
    crc = crc32(await readExactly(fs, fd, at + done, Math.min(PIECE, length - done)), crc)
  return crc
}

/** Where the next record may begin. */
async function nextMark(fs: SpoolFs, fd: number, from: number, size: number, nonce: Buffer): Promise<number | undefined> {
  const mark = recordMark(nonce)
  for (let at = from; at + RECORD_HEADER <= size; at += PIECE) {
    const piece = await readExactly(fs, fd, at, Math.min(PIECE + mark.length, size - at))
    const index = piece.indexOf(mark)
    if (index >= 0) return at + index
  }
  return undefined
}

/** When the segment's header is damaged, its first record still tells the nonce. */
async function headerByFirstRecord(fs: SpoolFs, fd: number, size: number): Promise<SegmentHeader | undefined> {
  if (size < SEGMENT_HEADER + RECORD_HEADER) return undefined
  const bytes = await readExactly(fs, fd, SEGMENT_HEADER, RECORD_HEADER)
  const nonce = Buffer.from(bytes.subarray(4, 4 + NONCE))
  return decodeRecordHeader(bytes, nonce) === undefined ? undefined : { sequence: 0, nonce }
}
