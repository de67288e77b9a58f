/**
 * Reads the journal back after a stop of any kind: every intact record that is not marked done is a message; what is
 * damaged is copied aside; a torn end was never acknowledged and is passed over.
 */
import { FileWindow } from './file-window.ts'
import {
  DONE_MARK,
  type DoneMarks,
  decodeRecordHeader,
  decodeSegmentHeader,
  NONCE,
  RECORD_HEADER,
  readDone,
  recordMark,
  SEGMENT_HEADER,
  type SegmentHeader,
  WITHDRAWN,
} from './record.ts'
import { donePath, logPath, openFiles, type SegmentFiles } from './segment.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, Envelope } from './types.ts'

interface Found {
  readonly length: number
  readonly record: FoundRecord | undefined
}

/** A record that is not gone. */
export interface FoundRecord {
  readonly offset: number
  readonly length: number
  readonly facts: ContentFacts
  readonly envelope: Envelope
  /** Recipients marked finished. */
  readonly done: readonly number[]
  /** `withdrawn`: removed while it moved to the long-life store, where it may have arrived. */
  readonly state: 'live' | 'withdrawn'
}

export interface FoundSegment {
  readonly slot: number
  readonly files: SegmentFiles
  readonly header: SegmentHeader
  readonly records: readonly FoundRecord[]
  /** Where the last intact record ends. */
  readonly end: number
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
  const log = new FileWindow(fs, files.fd)
  if (log.size < SEGMENT_HEADER) return undefined
  const header = decodeSegmentHeader(await log.at(0, SEGMENT_HEADER)) ?? (await headerByFirstRecord(log))
  if (header === undefined) return undefined
  const marksSize = fs.size(files.doneFd)
  const marks = readDone(await readExactly(fs, files.doneFd, 0, marksSize), header.nonce)
  const records: FoundRecord[] = []
  const damaged: { offset: number; length: number }[] = []
  let end = SEGMENT_HEADER
  let badFrom: number | undefined
  for (let at = end; at + RECORD_HEADER <= log.size; ) {
    const found = await recordAt(log, at, header.nonce, marks)
    if (found === undefined) {
      badFrom ??= at
      const next = await log.find(recordMark(header.nonce), at + 1)
      if (next === undefined) break
      at = next
      continue
    }
    if (badFrom !== undefined) damaged.push({ offset: badFrom, length: at - badFrom })
    badFrom = undefined
    if (found.record !== undefined) records.push(found.record)
    at += found.length
    end = at
  }
  return { slot, files, header, records, end, damaged, marksEnd: marksSize - (marksSize % DONE_MARK) }
}

/** The intact record at `at`; without its contents when it is marked gone. Undefined: there is none. */
async function recordAt(log: FileWindow, at: number, nonce: Buffer, marks: DoneMarks): Promise<Found | undefined> {
  const bytes = log.at(at, RECORD_HEADER)
  const header = decodeRecordHeader(bytes instanceof Promise ? await bytes : bytes, nonce)
  if (header === undefined) return undefined
  const length = RECORD_HEADER + header.envelope + header.head + header.body
  if (at + length > log.size) return undefined
  if (marks.gone.has(at)) return { length, record: undefined }
  const crc = await log.crc(at + RECORD_HEADER, length - RECORD_HEADER, 0)
  if (crc !== header.crc) return undefined
  const envelope = JSON.parse((await log.at(at + RECORD_HEADER, header.envelope)).toString()) as Envelope
  const marked = [...(marks.others.get(at) ?? [])]
  const done = marked.filter((mark) => mark < WITHDRAWN)
  const state = marked.length > done.length ? 'withdrawn' : 'live'
  return { length, record: { offset: at, length, facts: header.facts, envelope, done, state } }
}

/** When the segment's header is damaged, its first record still tells the nonce. */
async function headerByFirstRecord(log: FileWindow): Promise<SegmentHeader | undefined> {
  if (log.size < SEGMENT_HEADER + RECORD_HEADER) return undefined
  const bytes = Buffer.from(await log.at(SEGMENT_HEADER, RECORD_HEADER))
  const nonce = Buffer.from(bytes.subarray(4, 4 + NONCE))
  return decodeRecordHeader(bytes, nonce) === undefined ? undefined : { sequence: 0, nonce }
}
