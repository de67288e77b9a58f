/** Has content a header that is not ASCII, its own or one of a part or an attached message? Then it needs SMTPUTF8 (RFC 6532 3). */
import { MimeStructure } from './mime.ts'

const LF = 10
const CR = 13
/** A line that is longer is looked at in pieces. */
const LONGEST_LINE = 16_384
const HEADERS: ReadonlySet<string> = new Set(['mime', 'nested', 'fold'])

/** Is some byte from `start` to `end` above 127? */
export function isEightBit(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 127) return true
  return false
}

/** Reads a body in chunks, and looks at the headers in it. */
export class InternationalParts {
  readonly #structure: MimeStructure
  #rest: Buffer | undefined

  /** @param contentType of the message */
  constructor(contentType: string | undefined) {
    this.#structure = new MimeStructure(contentType)
  }

  /** There are no more headers to come. */
  get isOver(): boolean {
    return this.#structure.plain
  }

  /** Is a header in the chunk, or one that ends in it, not ASCII? */
  push(chunk: Buffer): boolean {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      if (this.#isFound(bytes, at, end)) return true
      if (this.isOver) return false
      at = end + 1
    }
    this.#rest = bytes.subarray(at)
    if (this.#rest.length <= LONGEST_LINE) return false
    const last = this.#rest
    this.#rest = undefined
    return this.#isFound(last, 0, last.length)
  }

  /** What is left when the body is over. */
  end(): boolean {
    return this.#rest !== undefined && this.#isFound(this.#rest, 0, this.#rest.length)
  }

  /** `end` is before the line feed. */
  #isFound(bytes: Buffer, start: number, end: number): boolean {
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end
    return HEADERS.has(this.#structure.line(bytes, start, last)) && isEightBit(bytes, start, last)
  }
}
