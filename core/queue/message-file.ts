/**
 * The long-life file of one message: a header that says where head and body stand, the content, then state records that
 * are appended as the message ages. The newest intact STATE and all DONE records after it count; a torn tail does not.
 */
import { crc32 } from 'node:zlib'
import type { Place } from './content.ts'
import { readFacts, writeFacts } from './record.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, Envelope } from './types.ts'

/** `PKEP`, version 1 */
const MAGIC = 0x50454b50
const VERSION = 1
export const FILE_HEADER = 64
/** `PSTA` */
const RECORD_MAGIC = 0x41545350
const RECORD_HEADER = 16
const STATE = 1
const DONE = 2
/** No record is longer: 50,000 recipients of 256 bytes and what is known of them fit. */
const LONGEST_RECORD = 256 << 20

/** A message file's header. */
export interface FileLayout extends Place {
  readonly facts: ContentFacts
}

/** What a message file says of its message. */
export interface FileState {
  readonly layout: FileLayout
  readonly envelope: Envelope
  /** Where the next record goes; the file is longer when its tail is torn. */
  readonly end: number
  readonly size: number
}

export function encodeFileHeader(layout: FileLayout): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER)
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(VERSION, 4)
  bytes.writeUIntLE(layout.headAt, 8, 6)
  bytes.writeUIntLE(layout.head, 14, 6)
  bytes.writeUIntLE(layout.bodyAt, 20, 6)
  bytes.writeUIntLE(layout.body, 26, 6)
  writeFacts(bytes, 32, layout.facts)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60)
  return bytes
}

function decodeFileHeader(bytes: Buffer): FileLayout {
  if (bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(4) !== VERSION) throw new Error('not a message file')
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) throw new Error('damaged header')
  return {
    headAt: bytes.readUIntLE(8, 6),
    head: bytes.readUIntLE(14, 6),
    bodyAt: bytes.readUIntLE(20, 6),
    body: bytes.readUIntLE(26, 6),
    facts: readFacts(bytes, 32),
  }
}

/** Where the content of an open message file stands. @throws Error when it is none */
export async function readLayout(fs: SpoolFs, fd: number): Promise<FileLayout> {
  return decodeFileHeader(await readExactly(fs, fd, 0, FILE_HEADER))
}

/** Where the content ends and the records begin. */
export function contentEnd(place: Place): number {
  return Math.max(place.headAt + place.head, place.bodyAt + place.body)
}

/** A record with the whole envelope. */
export function stateRecord(envelope: Envelope): Buffer[] {
  return framed(STATE, Buffer.from(JSON.stringify(envelope)))
}

/** A record of finished recipients. */
export function doneRecord(recipients: readonly number[]): Buffer[] {
  const payload = Buffer.allocUnsafe(recipients.length * 4)
  for (const [i, index] of recipients.entries()) payload.writeUInt32LE(index, i * 4)
  return framed(DONE, payload)
}

function framed(kind: number, payload: Buffer): Buffer[] {
  const header = Buffer.allocUnsafe(RECORD_HEADER)
  header.writeUInt32LE(RECORD_MAGIC, 0)
  header.writeUInt32LE(kind, 4)
  header.writeUInt32LE(payload.length, 8)
  header.writeUInt32LE(crc32(payload, crc32(header.subarray(0, 12))), 12)
  return [header, payload]
}

/**
 * Reads header and state of an open message file.
 * @throws Error when the file is damaged: no header, content cut short, or no intact state
 */
export async function readFileState(fs: SpoolFs, fd: number): Promise<FileState> {
  const size = fs.size(fd)
  if (size < FILE_HEADER) throw new Error('file is too short')
  const layout = decodeFileHeader(await readExactly(fs, fd, 0, FILE_HEADER))
  const from = contentEnd(layout)
  if (size < from) throw new Error('content is cut short')
  return stateOf(layout, await readExactly(fs, fd, from, size - from), from, size)
}

/** The same at once, through a buffer of the caller's; undefined: it is too small for this file. @throws as readFileState */
export function readFileStateNow(fs: SpoolFs, fd: number, buffer: Buffer): FileState | undefined {
  const size = fs.readNow(fd, buffer, 0)
  if (size === buffer.length) return undefined
  if (size < FILE_HEADER) throw new Error('file is too short')
  const layout = decodeFileHeader(buffer)
  const from = contentEnd(layout)
  if (size < from) throw new Error('content is cut short')
  return stateOf(layout, buffer.subarray(from, size), from, size)
}

function stateOf(layout: FileLayout, tail: Buffer, from: number, size: number): FileState {
  const records = readRecords(tail)
  if (records.state === undefined) throw new Error('no intact envelope')
  const envelope = JSON.parse(records.state.toString()) as Envelope
  markDone(envelope, records.done)
  return { layout, envelope, end: from + records.end, size }
}

/** The newest state, finished recipients, and where the intact records end. */
function readRecords(bytes: Buffer): { state: Buffer | undefined; done: number[]; end: number } {
  let state: Buffer | undefined
  const done: number[] = []
  let at = 0
  while (at + RECORD_HEADER <= bytes.length) {
    const kind = bytes.readUInt32LE(at + 4)
    const length = bytes.readUInt32LE(at + 8)
    if (bytes.readUInt32LE(at) !== RECORD_MAGIC || length > LONGEST_RECORD || at + RECORD_HEADER + length > bytes.length) break
    const payload = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
    if (bytes.readUInt32LE(at + 12) !== crc32(payload, crc32(bytes.subarray(at, at + 12)))) break
    if (kind === STATE) state = payload
    else if (kind === DONE) for (let i = 0; i + 4 <= length; i += 4) done.push(payload.readUInt32LE(i))
    at += RECORD_HEADER + length
  }
  return { state, done, end: at }
}

/** Sets `done` at these recipients. */
export function markDone(envelope: Envelope, recipients: Iterable<number>): void {
  for (const index of recipients) {
    const recipient = envelope.recipients[index]
    if (recipient !== undefined) recipient.done = true
  }
}

export function isFinished(envelope: Envelope): boolean {
  return envelope.recipients.every((recipient) => recipient.done === true)
}

/** Those of `recipients` that the envelope does not know as finished. */
export function doneRecordNeeded(envelope: Envelope, recipients: readonly number[]): number[] {
  return recipients.filter((index) => envelope.recipients[index]?.done !== true)
}
