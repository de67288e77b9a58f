/**
 * Incremental reader of an SMTP input stream: command lines on one hand, raw bytes for content on the other. It holds a chunk
 * only while that has unread bytes, so that an idle connection keeps none.
 */
import { isAscii, isUtf8 } from 'node:buffer'

const LF = 10
const CR = 13
/** After so many pieces an unfinished line is made one again. */
const MOST_PIECES = 64

export class LineReader {
  readonly #limit: number
  #chunk: Buffer | undefined
  #at = 0
  /** Chunks that came while the reader's owner was busy. */
  #later: Buffer[] | undefined
  /** Octets of an unfinished line, one character each, cut at the limit. */
  #partial = ''
  #partialCr = false
  #overflow = false
  /** How often the unfinished line has grown. */
  #pieces = 0

  /** The line that `next` read, without its end; UTF-8 when it is that, else one character for each octet. */
  text = ''
  /** It ended in LF alone. */
  bareLf = false
  /** It was longer than the limit: what follows was dropped. */
  cut = false
  /** It has octets above 127 that are not UTF-8. */
  badUtf8 = false

  /** @param limit line_length_limit, octets */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds input. The chunk is not copied. */
  push(chunk: Buffer): void {
    if (this.#chunk === undefined) {
      this.#chunk = chunk
      this.#at = 0
    } else {
      this.#later ??= []
      this.#later.push(chunk)
    }
  }

  /** True when octets wait to be read. */
  get pending(): boolean {
    return this.#chunk !== undefined
  }

  /** True in the middle of a line. */
  get inLine(): boolean {
    return this.#partial !== '' || this.#partialCr
  }

  /** The next unread octets as text for a log line, at most `length`. */
  peek(length: number): string {
    return this.#chunk?.toString('latin1', this.#at, Math.min(this.#chunk.length, this.#at + length)) ?? ''
  }

  /** Reads the next line into `text` and the flags; false when no whole line is there. */
  next(): boolean {
    while (this.#chunk !== undefined) {
      const chunk = this.#chunk
      const from = this.#at
      const lf = chunk.indexOf(LF, from)
      if (lf >= 0) {
        this.#endLine(chunk, from, lf)
        this.#advance(lf + 1)
        return true
      }
      this.#keep(chunk, from, chunk.length)
      this.#advance(chunk.length)
    }
    return false
  }

  /**
   * Takes raw octets: at most `most`, possibly fewer; undefined when none are there. The result is a view, not a copy.
   */
  take(most: number): Buffer | undefined {
    const chunk = this.#chunk
    if (chunk === undefined) return undefined
    const end = Math.min(chunk.length, this.#at + most)
    const piece = this.#at === 0 && end === chunk.length ? chunk : chunk.subarray(this.#at, end)
    this.#advance(end)
    return piece
  }

  /** Gives back the last `count` octets of what `take` returned last. */
  untake(piece: Buffer, count: number): void {
    if (count === 0) return
    if (this.#chunk !== undefined) {
      this.#later ??= []
      this.#later.unshift(this.#at === 0 ? this.#chunk : this.#chunk.subarray(this.#at))
    }
    this.#chunk = piece
    this.#at = piece.length - count
  }

  /** Forgets all input. */
  clear(): void {
    this.#chunk = undefined
    this.#later = undefined
  }

  #advance(to: number): void {
    this.#at = to
    if (this.#chunk === undefined || to < this.#chunk.length) return
    this.#chunk = this.#later?.shift()
    this.#at = 0
    if (this.#later?.length === 0) this.#later = undefined
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const room = this.#limit - this.#partial.length
    if (to > from) this.#partialCr = chunk[to - 1] === CR
    for (let i = from + Math.max(room, 0); i < to && !this.#overflow; i++) this.#overflow = chunk[i] !== CR
    if (room <= 0) return
    this.#partial += chunk.toString('latin1', from, Math.min(to, from + room))
    // V8 keeps a sum of strings as a tree of its pieces; a client that sends one octet at a time could make that large.
    if (++this.#pieces % MOST_PIECES === 0) this.#partial = Buffer.from(this.#partial, 'latin1').toString('latin1')
  }

  #endLine(chunk: Buffer, from: number, lf: number): void {
    this.bareLf = lf > from ? chunk[lf - 1] !== CR : !this.#partialCr
    let end = lf
    while (end > from && chunk[end - 1] === CR) end--
    const simple = this.#partial === '' && end - from <= this.#limit
    if (!simple) this.#keep(chunk, from, end)
    const octets = simple ? chunk.toString('latin1', from, end) : this.#partial.replace(/\r+$/, '')
    this.cut = this.#overflow
    this.#partial = ''
    this.#partialCr = false
    this.#overflow = false
    this.#decode(octets)
  }

  #decode(octets: string): void {
    const nul = octets.indexOf('\0')
    // As a C string: what follows a NUL is not seen.
    const text = nul < 0 ? octets : octets.slice(0, nul)
    this.badUtf8 = false
    this.text = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (/^[\x00-\x7f]*$/.test(text)) return
    const bytes = Buffer.from(text, 'latin1')
    if (isUtf8(bytes)) this.text = bytes.toString('utf8')
    else this.badUtf8 = !isAscii(bytes)
  }
}
