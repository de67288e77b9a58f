/**
 * Content that is not what its MIME headers say, refused where the operator wants that. Postfix: strict_7bit_headers,
 * strict_8bitmime_body, strict_8bitmime, strict_mime_encoding_domain.
 */
import { isAscii } from 'node:buffer'
import { type MimeLine, MimeStructure } from '../message/mime.ts'
import type { HeaderList } from '../message/types.ts'
import type { Rules } from './rules.ts'

const LF = 10
const CR = 13
/** Longer lines are looked at in pieces. */
const PIECE = 65_536
/** How much of a line a complaint shows. */
const SHOWN = 200

/** What is looked for; undefined: nothing. */
export interface Strictness {
  readonly headers: boolean
  readonly body: boolean
  readonly encodings: boolean
}

/** What is wrong, and with what. */
export interface Misuse {
  readonly text: string
  readonly detail: string
}

const IN_HEADER = 'improper use of 8-bit data in message header'
const IN_BODY = 'improper use of 8-bit data in message body'
const ENCODING = 'invalid message/* or multipart/* encoding domain'

/** The message's own headers. @param from index of the first that came with it */
export function headerMisuse(headers: HeaderList, from: number): Misuse | undefined {
  for (let i = from; i < headers.length; i++) {
    const raw = headers.at(i)?.raw ?? ''
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (!/^[\x00-\x7f]*$/.test(raw)) return { text: IN_HEADER, detail: shown(Buffer.from(raw, 'latin1')) }
  }
  return undefined
}

/** Content-Type and Content-Transfer-Encoding of the message itself. */
export interface ContentHeaders {
  readonly type: string | undefined
  readonly encoding: string | undefined
}

/** The body: its text, the headers of its parts, and how composite parts are encoded. */
export async function bodyMisuse(
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  strictness: Strictness,
  { type, encoding }: ContentHeaders,
  { values }: Rules,
): Promise<Misuse | undefined> {
  const limits = { nesting: values.mime_nesting_limit, boundary: values.mime_boundary_length_limit }
  const inspector = new Inspector(new MimeStructure(type, limits, encoding), strictness, values.header_size_limit)
  let found = inspector.encodings()
  let rest: Buffer | undefined
  for await (const chunk of body) {
    const bytes: Buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at < bytes.length && found === undefined) {
      const newline = bytes.indexOf(LF, at)
      if (newline < 0 && bytes.length - at < PIECE) break
      const end = newline < 0 ? bytes.length : newline
      found = inspector.line(bytes, at, bytes[end - 1] === CR && end > at ? end - 1 : end)
      at = end + 1
    }
    if (found !== undefined) return found
    rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
  return found ?? (rest === undefined ? undefined : inspector.line(rest, 0, rest.length))
}

class Inspector {
  readonly #structure: MimeStructure
  readonly #strictness: Strictness
  readonly #longest: number
  /** Bytes of the header at hand: lines after header_size_limit is reached are not there. */
  #header = 0

  constructor(structure: MimeStructure, strictness: Strictness, longest: number) {
    this.#structure = structure
    this.#strictness = strictness
    this.#longest = longest
  }

  encodings(): Misuse | undefined {
    const encoding = this.#structure.invalidEncoding
    return this.#strictness.encodings && encoding !== undefined ? { text: ENCODING, detail: encoding } : undefined
  }

  line(bytes: Buffer, start: number, end: number): Misuse | undefined {
    const structure = this.#structure
    const kind = structure.plain ? 'body' : structure.line(bytes, start, end)
    if (kind === 'end') return this.encodings()
    const limit = this.#end(kind, start, end)
    const isWatched = kind === 'body' ? this.#strictness.body && structure.encoding === '7bit' : this.#strictness.headers
    if (kind === 'boundary' || !isWatched || isAscii(bytes.subarray(start, limit))) return undefined
    return { text: kind === 'body' ? IN_BODY : IN_HEADER, detail: shown(bytes.subarray(start, limit)) }
  }

  /** Where what counts of a line ends. */
  #end(kind: MimeLine, start: number, end: number): number {
    if (kind !== 'mime' && kind !== 'nested' && kind !== 'fold') return end
    if (kind !== 'fold') this.#header = 0
    const isSeen = kind !== 'fold' || this.#header <= this.#longest
    this.#header += end - start + 1
    return isSeen ? end : start
  }
}

function shown(bytes: Buffer): string {
  return bytes.toString('utf8', 0, SHOWN)
}
