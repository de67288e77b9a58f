/** Does a message say of itself that it has 8-bit text? Then it goes out as BODY=8BITMIME (RFC 6152). Postfix: detect_8bit_encoding_header. */
import type { MaybePromise } from '../lookup/maybe.ts'
import { headerValueAt } from '../message/head.ts'
import { MimeStructure } from '../message/mime.ts'
import type { TakenMessage } from './whole.ts'

/** Headers that it is read from. */
export const ENCODING_HEADERS = ['content-type', 'content-transfer-encoding'] as const

const LF = 10
const CR = 13
/** Bytes of a line that are looked at, at least: without a bound, one line as long as the message would be joined again and again. */
const LONGEST = 65_536
const EIGHT_BIT: ReadonlySet<string> = new Set(['8bit', 'binary'])
const ENCODING = 'content-transfer-encoding'

/** Looks at the message's own headers, then at those of its parts. */
export function declaresEightBit(message: TakenMessage): MaybePromise<boolean> {
  const { content, facts, rules } = message
  const { first, headers } = content.survey
  const said = (name: string): string | undefined => {
    const at = first.get(name)
    return at === undefined ? undefined : headerValueAt(content.head, at, headers)
  }
  if (EIGHT_BIT.has(said(ENCODING)?.toLowerCase() ?? '')) return true
  const type = said('content-type')
  if (type === undefined || rules.values.disable_mime_input_processing) return false
  const limits = { nesting: rules.values.mime_nesting_limit, boundary: rules.values.mime_boundary_length_limit }
  const structure = new MimeStructure(type, limits)
  if (structure.plain) return false
  if (!('read' in content.body)) return new Parts(structure).areEightBit(content.body)
  // A large body lies on disk already: it is read again only when the answer matters.
  return facts.eightBit && new Parts(structure).areEightBitLater(content.body.read())
}

/** The encodings of the parts. */
class Parts {
  readonly #structure: MimeStructure
  #rest: Buffer | undefined
  /** The line at hand has been looked at: what is left of it says nothing. */
  #isLong = false
  #found = false

  constructor(structure: MimeStructure) {
    this.#structure = structure
  }

  areEightBit(chunks: Iterable<Buffer>): boolean {
    for (const chunk of chunks) if (this.#take(chunk)) return true
    return false
  }

  async areEightBitLater(chunks: AsyncIterable<Buffer>): Promise<boolean> {
    for await (const chunk of chunks) if (this.#take(chunk)) return true
    return false
  }

  #take(chunk: Buffer): boolean {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    let at = 0
    for (let lf = bytes.indexOf(LF, at); lf >= 0 && !this.#found; lf = bytes.indexOf(LF, at)) {
      this.#line(bytes, at, bytes[lf - 1] === CR && lf > at ? lf - 1 : lf)
      this.#isLong = false
      at = lf + 1
    }
    if (this.#isLong) return this.#found
    if (bytes.length - at >= LONGEST) {
      this.#line(bytes, at, bytes.length)
      this.#isLong = true
    } else if (at < bytes.length) this.#rest = bytes.subarray(at)
    return this.#found
  }

  #line(bytes: Buffer, start: number, end: number): void {
    if (!this.#isLong && this.#structure.line(bytes, start, end) === 'end') this.#found = EIGHT_BIT.has(this.#structure.encoding)
  }
}
