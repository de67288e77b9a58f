/**
 * Bytes of the journal: segment header, message records, done marks. Every record carries the segment's nonce, so that
 * neither what a reused segment held before nor bytes inside a message can pass for a record.
 */
import { randomFillSync } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ContentFacts } from './types.ts'

/** `PSEG`, version 1. */
const SEGMENT_MAGIC = 0x47455350
const VERSION = 1
export const SEGMENT_HEADER = 32
export const NONCE = 8
/** `PMSG` */
const RECORD_MAGIC = 0x47534d50
export const RECORD_HEADER = 44
export const DONE_MARK = 16

/** Done marks name a recipient, or the message: gone, kept elsewhere, or gone from there too. */
export const REMOVED = 0xffffffff
export const MOVED = 0xfffffffe
export const WITHDRAWN = 0xfffffffd

const DOTS = 1
const EIGHT_BIT = 2
const BARE_CR = 4

/** What a segment's first bytes say. */
export interface SegmentHeader {
  /** Counts up over the life of the spool: the order of the segments. */
  readonly sequence: number
  readonly nonce: Buffer
}

/** Lengths and facts of a message record. */
export interface RecordHeader {
  readonly envelope: number
  readonly head: number
  readonly body: number
  readonly facts: ContentFacts
  /** Of envelope, head and body. */
  readonly crc: number
}

export function encodeSegmentHeader(sequence: number): { bytes: Buffer; header: SegmentHeader } {
  const bytes = Buffer.alloc(SEGMENT_HEADER)
  bytes.writeUInt32LE(SEGMENT_MAGIC, 0)
  bytes.writeUInt32LE(VERSION, 4)
  bytes.writeDoubleLE(sequence, 8)
  randomFillSync(bytes, 16, NONCE)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24)
  return { bytes, header: { sequence, nonce: Buffer.from(bytes.subarray(16, 24)) } }
}

/** Undefined when it is none, or damaged. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER || bytes.readUInt32LE(0) !== SEGMENT_MAGIC || bytes.readUInt32LE(4) !== VERSION)
    return undefined
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24))) return undefined
  return { sequence: bytes.readDoubleLE(8), nonce: Buffer.from(bytes.subarray(16, 24)) }
}

/** The buffers of a message record, content as it was given; nothing is copied. */
export function encodeRecord(
  nonce: Buffer,
  envelope: Buffer,
  head: Buffer,
  body: readonly Buffer[],
  facts: ContentFacts,
): { buffers: Buffer[]; length: number } {
  let crc = crc32(head, crc32(envelope))
  let bodyLength = 0
  for (const chunk of body) {
    crc = crc32(chunk, crc)
    bodyLength += chunk.length
  }
  const header = Buffer.allocUnsafe(RECORD_HEADER)
  header.writeUInt32LE(RECORD_MAGIC, 0)
  nonce.copy(header, 4)
  header.writeUInt32LE(envelope.length, 12)
  header.writeUInt32LE(head.length, 16)
  header.writeUInt32LE(bodyLength, 20)
  writeFacts(header, 24, facts)
  header.writeUInt32LE(crc, 36)
  header.writeUInt32LE(crc32(header.subarray(0, 40)), 40)
  return {
    buffers: [header, envelope, head, ...body],
    length: RECORD_HEADER + envelope.length + head.length + bodyLength,
  }
}

/** Undefined when there is no intact header of this segment. */
export function decodeRecordHeader(bytes: Buffer, nonce: Buffer): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER || bytes.readUInt32LE(0) !== RECORD_MAGIC) return undefined
  if (bytes.compare(nonce, 0, NONCE, 4, 4 + NONCE) !== 0) return undefined
  if (bytes.readUInt32LE(40) !== crc32(bytes.subarray(0, 40))) return undefined
  return {
    envelope: bytes.readUInt32LE(12),
    head: bytes.readUInt32LE(16),
    body: bytes.readUInt32LE(20),
    facts: readFacts(bytes, 24),
    crc: bytes.readUInt32LE(36),
  }
}

/** What every record of the segment begins with: for the search after damage. */
export function recordMark(nonce: Buffer): Buffer {
  const mark = Buffer.allocUnsafe(4 + NONCE)
  mark.writeUInt32LE(RECORD_MAGIC, 0)
  nonce.copy(mark, 4)
  return mark
}

/** Facts as 12 bytes. */
export function writeFacts(bytes: Buffer, at: number, facts: ContentFacts): void {
  bytes.writeUIntLE(facts.size, at, 6)
  bytes[at + 6] = (facts.dots ? DOTS : 0) | (facts.eightBit ? EIGHT_BIT : 0) | (facts.bareCr ? BARE_CR : 0)
  bytes[at + 7] = 0
  bytes.writeUInt32LE(Math.min(facts.longestLine, 0xffffffff), at + 8)
}

export function readFacts(bytes: Buffer, at: number): ContentFacts {
  const flags = bytes[at + 6] ?? 0
  return {
    size: bytes.readUIntLE(at, 6),
    dots: (flags & DOTS) !== 0,
    eightBit: (flags & EIGHT_BIT) !== 0,
    bareCr: (flags & BARE_CR) !== 0,
    longestLine: bytes.readUInt32LE(at + 8),
  }
}

/** A done mark: the record's offset, and a recipient's index, REMOVED, MOVED or WITHDRAWN. */
export function writeDone(bytes: Buffer, at: number, nonce: Buffer, offset: number, what: number): void {
  bytes.writeUInt32LE(nonce.readUInt32LE(0), at)
  bytes.writeUInt32LE(offset, at + 4)
  bytes.writeUInt32LE(what, at + 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 12), nonce.readUInt32LE(4)), at + 12)
}

/** What the done marks of a segment say: offsets of records that are gone, and marks of the others. */
export interface DoneMarks {
  readonly gone: ReadonlySet<number>
  readonly others: ReadonlyMap<number, ReadonlySet<number>>
}

/** All intact done marks of this segment. Most records are gone whole, and that costs a number each. */
export function readDone(bytes: Buffer, nonce: Buffer): DoneMarks {
  const gone = new Set<number>()
  const others = new Map<number, Set<number>>()
  const [low, high] = [nonce.readUInt32LE(0), nonce.readUInt32LE(4)]
  for (let at = 0; at + DONE_MARK <= bytes.length; at += DONE_MARK) {
    if (bytes.readUInt32LE(at) !== low || bytes.readUInt32LE(at + 12) !== crc32(bytes.subarray(at, at + 12), high)) continue
    const offset = bytes.readUInt32LE(at + 4)
    const what = bytes.readUInt32LE(at + 8)
    if (what === REMOVED || what === MOVED) {
      gone.add(offset)
      continue
    }
    const marks = others.get(offset)
    if (marks === undefined) others.set(offset, new Set([what]))
    else marks.add(what)
  }
  return { gone, others }
}
