/**
 * Incremental scanner of message content (RFC 5321 4.5.2): finds the end of data over any splitting of the input, takes stuffed
 * dots away, makes every line end CRLF, and learns the facts about the content in the same pass. Chunks that need no change go
 * through whole.
 *
 * Lenient reading is Postfix's of old: a line ends in LF, all CR before it fall away, and `.` alone ends the data. Strict reading
 * is smtpd_forbid_bare_newline = normalize: a line ends in CRLF or LF, but only a `.` between two CRLF ends the data; a lone
 * `.` elsewhere is dropped.
 */
import { isAscii } from 'node:buffer'
import type { ContentFacts } from '../queue/types.ts'

const CRLF = '\r\n'
const DOT = 46
const CR = 13
/** More CR than this in a row are not kept back to see whether a LF follows. */
const MAX_HELD = 64

/** How content is read. */
export interface ContentRules {
  /** Only CRLF counts around the final dot. */
  readonly strict: boolean
  /** Lines are dot-stuffed and `.` ends the data (DATA); false: neither (BDAT). */
  readonly dotted: boolean
  /** cleanup_replace_stray_cr_lf: a CR that stands alone becomes a space. */
  readonly replaceStrayCr: boolean
}

export class ContentScanner {
  readonly #rules: ContentRules
  /** Octets of the current line that were handed on. */
  #column = 0
  /** The last line ended in CRLF; the start of the data counts as that. */
  #afterCrlf = true
  /** The end of the last chunk, when it can not be judged before more is there: a dot, or CR. */
  #held: Buffer | undefined
  #size = 0
  #complete = 0
  #dots = false
  #eightBit = false
  #longest = 0
  #bareCr = false

  /** Some line ended in LF alone. */
  bareLf = false

  constructor(rules: ContentRules) {
    this.#rules = rules
  }

  /**
   * Reads a chunk from `start` on and adds what is to be stored to `pieces`.
   * @returns the offset behind the end of data, or -1 when that is yet to come
   */
  push(chunk: Buffer, start: number, pieces: Buffer[]): number {
    const held = this.#held
    if (held === undefined) return this.#scan(chunk, start, pieces)
    this.#held = undefined
    const whole = Buffer.concat([held, start === 0 ? chunk : chunk.subarray(start)])
    const end = this.#scan(whole, 0, pieces)
    return end < 0 ? -1 : end - held.length + start
  }

  /** Ends content that has no final dot (BDAT LAST): completes the last line. */
  finish(pieces: Buffer[]): void {
    const held = this.#held
    this.#held = undefined
    if (this.#column === 0 && held === undefined) return
    const rest = held === undefined ? '' : this.#clean(held.toString('latin1'))
    this.#emit(Buffer.from(rest + CRLF, 'latin1'), pieces)
    this.#lineEnds(rest.length)
  }

  /** Octets handed on so far. */
  get size(): number {
    return this.#size
  }

  /** Octets of the whole lines so far. */
  get completeLines(): number {
    return this.#complete
  }

  facts(): ContentFacts {
    return {
      size: this.#size,
      dots: this.#dots,
      eightBit: this.#eightBit,
      longestLine: this.#longest,
      bareCr: this.#bareCr && !this.#rules.replaceStrayCr,
    }
  }

  #scan(chunk: Buffer, start: number, pieces: Buffer[]): number {
    // A string, because indexOf on it is several times faster than on a Buffer.
    const text = chunk.toString('latin1', start)
    const clean = this.#cleanLines(text)
    if (clean > 0) this.#emit(clean === chunk.length ? chunk : chunk.subarray(start, start + clean), pieces)
    if (clean === text.length) return -1
    return this.#rewrite(text, clean, start, pieces)
  }

  /** How far the text consists of whole lines that need no change; counts them. */
  #cleanLines(text: string): number {
    let at = 0
    let cr = text.indexOf('\r')
    for (;;) {
      const lf = text.indexOf('\n', at)
      if (lf < 0 || cr < 0 || cr !== lf - 1 || (this.#column === 0 && this.#rules.dotted && text.charCodeAt(at) === DOT)) break
      if (this.#column === 0 && text.charCodeAt(at) === DOT) this.#dots = true
      this.#lineEnds(cr - at)
      this.#afterCrlf = true
      at = lf + 1
      cr = text.indexOf('\r', at)
    }
    return at
  }

  /** The general case, from the line at `from` on: its result is one new buffer. */
  #rewrite(text: string, from: number, start: number, pieces: Buffer[]): number {
    let out = ''
    let at = from
    let end = -1
    while (at < text.length) {
      const lf = text.indexOf('\n', at)
      if (lf < 0) {
        out += this.#tail(text.slice(at))
        break
      }
      const line = this.#line(text, at, lf)
      at = lf + 1
      if (line === undefined) {
        end = start + at
        break
      }
      out += line
    }
    if (out !== '') this.#emit(Buffer.from(out, 'latin1'), pieces)
    return end
  }

  /** One whole line, as it is to be stored; undefined when it ends the data. */
  #line(text: string, from: number, lf: number): string | undefined {
    const crlf = lf > from && text.charCodeAt(lf - 1) === CR
    if (!crlf) this.bareLf = true
    let to = crlf ? lf - 1 : lf
    if (!this.#rules.strict) while (to > from && text.charCodeAt(to - 1) === CR) to--
    const afterCrlf = this.#afterCrlf
    this.#afterCrlf = crlf
    let at = from
    if (this.#rules.dotted && this.#column === 0 && text.charCodeAt(from) === DOT) {
      at = from + 1
      if (at === to) return !this.#rules.strict || (crlf && afterCrlf) ? undefined : ''
    }
    if (this.#column === 0 && at < to && text.charCodeAt(at) === DOT) this.#dots = true
    this.#lineEnds(to - at)
    return this.#clean(text.slice(at, to)) + CRLF
  }

  /** The beginning of a line whose end is yet to come; keeps back what can not be judged before that. */
  #tail(rest: string): string {
    let to = rest.length
    while (to > 0 && rest.charCodeAt(to - 1) === CR) to--
    const dot = this.#rules.dotted && this.#column === 0 && rest.charCodeAt(0) === DOT
    const keep = dot && to === 1 ? 0 : to
    if (rest.length - keep <= MAX_HELD) {
      if (keep < rest.length) this.#held = Buffer.from(rest.slice(keep), 'latin1')
      to = keep
    } else to = rest.length
    const from = dot && to > 0 ? 1 : 0
    if (this.#column === 0 && from < to && rest.charCodeAt(from) === DOT) this.#dots = true
    this.#column += to - from
    return this.#clean(rest.slice(from, to))
  }

  #clean(line: string): string {
    if (!line.includes('\r')) return line
    this.#bareCr = true
    return this.#rules.replaceStrayCr ? line.replaceAll('\r', ' ') : line
  }

  #lineEnds(length: number): void {
    const whole = this.#column + length
    if (whole > this.#longest) this.#longest = whole
    this.#complete += whole + CRLF.length
    this.#column = 0
  }

  #emit(piece: Buffer, pieces: Buffer[]): void {
    if (piece.length === 0) return
    this.#size += piece.length
    if (!this.#eightBit && !isAscii(piece)) this.#eightBit = true
    pieces.push(piece)
  }
}
