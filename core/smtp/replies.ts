/**
 * Reads a server's replies (RFC 5321 4.2) from the bytes as they come, in bounded memory: long lines are cut, the text of long
 * replies is cut, and a reply without end is given up. Lines that are no reply at all are skipped, as Postfix does.
 */
import { isAscii } from 'node:buffer'
import { oneLine } from '../reply.ts'

/** A reply of a server. Everything in it is one line without control characters. */
export interface ServerReply {
  /** Code of the last line. */
  readonly code: number
  /** Enhanced status of the last line when it has one of its class, else `X.0.0`; 5.5.0 for codes of unexpected class. */
  readonly status: string
  /** All lines, joined by a space, codes included: `550-5.1.1 no 550 5.1.1 such user`. */
  readonly text: string
  readonly lines: readonly string[]
}

/** Bytes of a line that are kept; a reply that is longer gets no more lines (line_length_limit). */
const LONGEST = 2048
/** After so many bytes or lines a reply has no end. */
const LARGEST_REPLY = 1024 * 1024
const MOST_LINES = 2000
const LF = 10
const CR = 13

export class ReplyReader {
  readonly #onReply: (reply: ServerReply) => void
  readonly #filter: ((line: string) => string) | undefined
  #partial: Buffer | undefined
  /** The rest of a line that was cut is skipped up to its end. */
  #cutting = false
  #lines: string[] = []
  #length = 0
  #bytes = 0
  #seen = 0
  /** Lines that were no reply, since the last reply. */
  garbage = 0

  /** @param filter changes each line before it is read (smtp_reply_filter) */
  constructor(onReply: (reply: ServerReply) => void, filter?: (line: string) => string) {
    this.#onReply = onReply
    this.#filter = filter
  }

  /** Nothing of a reply has been read. */
  get isIdle(): boolean {
    return this.#partial === undefined && this.#lines.length === 0 && !this.#cutting
  }

  /** Takes what has come; calls back for each whole reply. False: the reply under way has no end, hang up. */
  feed(chunk: Buffer): boolean {
    let at = 0
    while (at < chunk.length) {
      const end = chunk.indexOf(LF, at)
      if (end < 0) {
        this.#hold(chunk.subarray(at))
        return this.#isBounded(chunk.length - at)
      }
      this.#line(chunk, at, end)
      if (!this.#isBounded(end - at)) return false
      at = end + 1
    }
    return true
  }

  #isBounded(bytes: number): boolean {
    if (this.isIdle) {
      this.#bytes = 0
      this.#seen = 0
    } else this.#bytes += bytes
    return this.#bytes <= LARGEST_REPLY && this.#seen <= MOST_LINES && this.garbage <= MOST_LINES
  }

  #hold(rest: Buffer): void {
    if (this.#cutting) return
    const held = this.#partial === undefined ? Buffer.from(rest) : Buffer.concat([this.#partial, rest])
    this.#partial = held.length > LONGEST ? held.subarray(0, LONGEST) : held
    this.#cutting = held.length > LONGEST
  }

  #line(chunk: Buffer, start: number, end: number): void {
    let bytes = chunk
    let from = start
    let to = end
    if (this.#partial !== undefined) {
      bytes = this.#cutting ? this.#partial : Buffer.concat([this.#partial, chunk.subarray(start, end)])
      from = 0
      to = bytes.length
    }
    this.#partial = undefined
    this.#cutting = false
    while (to > from && bytes[to - 1] === CR) to--
    to = Math.min(to, from + LONGEST)
    const nul = bytes.indexOf(0, from)
    // What follows a NUL does not count, as in C.
    const text = printable(bytes, from, nul >= 0 && nul < to ? nul : to)
    this.#take(this.#filter === undefined ? text : this.#filter(text))
  }

  #take(line: string): void {
    this.#seen++
    if (this.#length < LONGEST) {
      this.#lines.push(line)
      this.#length += line.length + 1
    }
    const code = codeOf(line)
    if (code === undefined) {
      this.garbage++
      return
    }
    if (line.charCodeAt(3) === 45) return
    const lines = this.#lines
    this.#lines = []
    this.#length = 0
    this.#onReply({ code, status: statusOf(code, line), text: lines.length === 1 ? line : lines.join(' '), lines })
    this.garbage = 0
  }
}

/** Three digits and then a space, a hyphen or nothing. */
function codeOf(line: string): number | undefined {
  const after = line.charCodeAt(3)
  if (!Number.isNaN(after) && after !== 32 && after !== 45) return undefined
  let code = 0
  for (let i = 0; i < 3; i++) {
    const digit = line.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return undefined
    code = code * 10 + digit
  }
  return code
}

const STATUS = /^\d{3}[ -] *([245]\.\d{1,3}\.\d{1,3})(?:[ \t]|$)/

/** RFC 2034 4: the status must be of the code's class. */
function statusOf(code: number, line: string): string {
  const klass = Math.floor(code / 100)
  if (klass !== 2 && klass !== 4 && klass !== 5) return '5.5.0'
  const status = STATUS.exec(line.length > 40 ? line.slice(0, 40) : line)?.[1]
  return status !== undefined && status.charCodeAt(0) === line.charCodeAt(0) ? status : `${klass}.0.0`
}

/** A line as text: UTF-8 where it is that, `?` for everything else that can not be printed. */
function printable(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('latin1', from, to)
  if (!isAscii(bytes.subarray(from, to)))
    return oneLine(bytes.toString('utf8', from, to).replace(/[\ufffd\u0080-\u009f\u2028\u2029]/g, '?'))
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 32 || c === 127) return oneLine(text)
  }
  return text
}
