/**
 * 8-bit content as a server without 8BITMIME can take it (RFC 6152 3): parts that say they are 8bit or binary become
 * quoted-printable, and what contains them 7bit. Content passes through in pieces; what stays is not copied, and any splitting of
 * the input gives the same output. Postfix: the conversion of smtp(8), disable_mime_output_conversion.
 */
import { headerNameLength } from './head.ts'
import { MIME_LIMITS, type MimeLimits } from './mime.ts'
import { PartState } from './part-state.ts'
import { QuotedPrintable } from './quoted-printable.ts'

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9
const COLON = 58
const DASH = 45
const CRLF = Buffer.from('\r\n')
/** What a line is can be said from so many of its bytes, or from the limit of boundaries (line_length_limit). */
const LOOK = 2048
/** Bytes of a Content-Transfer-Encoding header that are held back; a longer one is none. */
const LONGEST_HELD = 16_384

/** What becomes of the line at hand. */
type Fate = 'pass' | 'hold' | 'encode'

export class Downgrade {
  readonly #part: PartState
  readonly #look: number
  readonly #text = new QuotedPrintable()
  /** Bytes of a line that can not be told yet, or a CR whose LF has not come. */
  #carry: Buffer | undefined
  #isLineStart = true
  #fate: Fate = 'pass'
  /** The Content-Transfer-Encoding header at hand. */
  #held: Buffer[] = []
  #heldBytes = 0
  #out: Buffer[] = []
  /** Where what passes as it is begins in the chunk; -1: nothing does. */
  #from = -1
  #bytes: Buffer = CRLF

  constructor(limits: MimeLimits = MIME_LIMITS) {
    this.#part = new PartState(limits)
    this.#look = Math.max(LOOK, limits.boundary + 4)
  }

  /** The headers of the message itself are not over yet. */
  get isInHead(): boolean {
    return this.#part.isPrimary
  }

  /** The next piece as it goes out. @throws NestingError */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#carry === undefined ? chunk : Buffer.concat([this.#carry, chunk])
    this.#carry = undefined
    return this.#walk(bytes, false)
  }

  /** What is left when the content is over. @throws NestingError */
  end(): Buffer[] {
    const carry = this.#carry
    this.#carry = undefined
    const out = carry === undefined ? [] : this.#walk(carry, true)
    this.#out = out
    if (this.#fate === 'encode') this.#emit(this.#text.rest())
    if (this.#part.isInHeaders) {
      this.#finishField()
      const line = this.#part.encodingHeader()
      if (line !== undefined && !this.#isLineStart) this.#emit(CRLF)
      if (line !== undefined) this.#emit(Buffer.from(line))
    }
    return out
  }

  #walk(bytes: Buffer, isLast: boolean): Buffer[] {
    this.#out = []
    this.#bytes = bytes
    this.#from = -1
    let at = 0
    while (at < bytes.length) {
      const newline = bytes.indexOf(LF, at)
      if (this.#isLineStart) {
        if (newline < 0 && !isLast && bytes.length - at < this.#look + 2) {
          this.#keep(at)
          break
        }
        const end = newline < 0 ? bytes.length : textEnd(bytes, at, newline)
        at = this.#begin(at, Math.min(end, at + this.#look))
        this.#isLineStart = false
      }
      if (newline < 0) {
        at = this.#unfinished(at, isLast)
        break
      }
      this.#segment(at, textEnd(bytes, at, newline), newline + 1)
      this.#isLineStart = true
      at = newline + 1
    }
    this.#flush(Math.min(at, bytes.length))
    return this.#out
  }

  /** The rest of the chunk waits for more. */
  #keep(at: number): void {
    this.#flush(at)
    this.#carry = this.#bytes.subarray(at)
  }

  /** A piece of a line that goes on in the next chunk. A CR at its end may belong to the line's end. */
  #unfinished(at: number, isLast: boolean): number {
    const { length } = this.#bytes
    const stop = !isLast && length > at && this.#bytes[length - 1] === CR ? length - 1 : length
    if (stop > at) this.#segment(at, stop, stop, false)
    if (stop < length) this.#keep(stop)
    return stop
  }

  /** Bytes of a line from `at` to `end`, and to `next` with its line end. */
  #segment(at: number, end: number, next: number, isEnd = true): void {
    if (this.#fate === 'pass') {
      if (this.#from < 0) this.#from = at
      return
    }
    this.#flush(at)
    if (this.#fate === 'encode') this.#out.push(this.#text.encode(this.#bytes, at, end, isEnd))
    else this.#hold(at, next)
  }

  #hold(at: number, next: number): void {
    this.#held.push(this.#bytes.subarray(at, next))
    this.#heldBytes += next - at
    if (this.#heldBytes <= LONGEST_HELD) return
    this.#release()
    this.#part.forgetField()
    this.#fate = 'pass'
  }

  #release(): void {
    for (const piece of this.#held) this.#out.push(piece)
    this.#held = []
    this.#heldBytes = 0
  }

  /** Ends what passes as it is. */
  #flush(at: number): void {
    if (this.#from >= 0 && at > this.#from) this.#out.push(this.#bytes.subarray(this.#from, at))
    this.#from = -1
  }

  #emit(bytes: Buffer): void {
    if (bytes.length > 0) this.#out.push(bytes)
  }

  /** A line begins: says what becomes of it, and where the rest of it goes on. */
  #begin(start: number, end: number): number {
    const part = this.#part
    if (part.isInHeaders) {
      const at = this.#headerLine(start, end)
      if (at !== undefined) return at
    }
    const bytes = this.#bytes
    const isBoundary =
      bytes[start] === DASH && bytes[start + 1] === DASH && end - start > 2 && part.meetsBoundary(bytes, start, end)
    this.#fate = isBoundary || !part.isEncoded ? 'pass' : 'encode'
    return start
  }

  /** A line where headers are. Undefined: it is none, and they are over. */
  #headerLine(start: number, end: number): number | undefined {
    const bytes = this.#bytes
    const part = this.#part
    const isBlank = end > start && (bytes[start] === SPACE || bytes[start] === TAB)
    if (isBlank && part.continues(bytes, start, end)) {
      this.#fate = part.isEncodingField ? 'hold' : 'pass'
      return start
    }
    this.#flush(start)
    this.#finishField()
    const length = headerNameLength(bytes, start, end)
    if (length > 0) return this.#header(start, end, length)
    const line = part.encodingHeader()
    if (line !== undefined) this.#out.push(Buffer.from(line))
    if (end === start) {
      part.endHeaders()
      this.#fate = 'pass'
      return start
    }
    // What is no header begins the text; only the message itself gets the empty line that lacks.
    if (part.isPrimary) this.#out.push(CRLF)
    part.leaveHeaders()
    return undefined
  }

  /** `Name : value` is written `Name: value`, as Postfix does where it looks. */
  #header(start: number, end: number, length: number): number {
    const bytes = this.#bytes
    this.#fate = this.#part.begins(bytes, start, end, length) ? 'hold' : 'pass'
    let colon = start + length
    if (bytes[colon] === COLON) return start
    if (this.#fate === 'hold') this.#held.push(bytes.subarray(start, colon))
    else this.#out.push(bytes.subarray(start, colon))
    while (bytes[colon] !== COLON) colon++
    return colon
  }

  /** The header at hand is whole: one that says 8bit or binary gives way to ours. */
  #finishField(): void {
    if (!this.#part.finishField()) this.#held = []
    this.#release()
  }
}

function textEnd(bytes: Buffer, at: number, newline: number): number {
  return newline > at && bytes[newline - 1] === CR ? newline - 1 : newline
}
