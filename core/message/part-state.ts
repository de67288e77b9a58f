/**
 * Where a walk through a message stands: in which part, in its headers or its text, and how that text is encoded. Fed with lines by
 * downgrade.ts. RFC 2045 6, RFC 2046 5.1; Postfix: mime_nesting_limit, mime_boundary_length_limit.
 */
import { parseContentType, parseEncoding } from './content-type.ts'
import type { MimeLimits } from './mime.ts'

/** Content whose parts are nested more deeply than mime_nesting_limit. */
export class NestingError extends Error {
  constructor() {
    super('MIME nesting exceeds safety limit')
    this.name = 'NestingError'
  }
}

/** Characters of a Content header that are read. */
const LONGEST_FIELD = 16_384

/** What a header says about the part; others are of no interest. */
type Field = 'content-type' | 'content-transfer-encoding'
const FIELDS: readonly Field[] = ['content-type', 'content-transfer-encoding']

interface Frame {
  readonly boundary: string
  /** Parts of multipart/digest are messages unless they say otherwise (RFC 2046 5.1.5). */
  readonly isDigest: boolean
}

/** Kinds of parts: `message` has headers of its own inside, `container` no text to encode. */
type Kind = 'text' | 'multipart' | 'message' | 'container'

/** Encodings whose text is not ASCII. */
const WIDE: ReadonlySet<string> = new Set(['8bit', 'binary'])
const NARROW: ReadonlySet<string> = new Set(['7bit', 'quoted-printable', 'base64'])

export class PartState {
  readonly #limits: MimeLimits
  readonly #frames: Frame[] = []
  #where: 'primary' | 'headers' | 'text' = 'primary'
  #kind: Kind = 'text'
  #isWide = false
  /** A header has begun, so that a line with a blank in front continues it. */
  #hasBegun = false
  #field: Field | undefined
  #value = ''

  constructor(limits: MimeLimits) {
    this.#limits = limits
  }

  /** In the headers of the message itself. */
  get isPrimary(): boolean {
    return this.#where === 'primary'
  }

  get isInHeaders(): boolean {
    return this.#where !== 'text'
  }

  /** The text at hand has to be encoded. */
  get isEncoded(): boolean {
    return this.#isWide
  }

  /** The header at hand is Content-Transfer-Encoding. */
  get isEncodingField(): boolean {
    return this.#field === 'content-transfer-encoding'
  }

  /** A header begins. True: it is Content-Transfer-Encoding. */
  begins(bytes: Buffer, start: number, end: number, length: number): boolean {
    this.#hasBegun = true
    this.#field = undefined
    if (!FIELDS.some((field) => field.length === length)) return false
    const name = bytes.toString('latin1', start, start + length).toLowerCase()
    this.#field = FIELDS.find((field) => field === name)
    if (this.#field !== undefined) this.#value = bytes.toString('latin1', start + length, end).replace(/^[ \t]*:/, '')
    return this.isEncodingField
  }

  /** A line with a blank in front. False: it continues nothing. */
  continues(bytes: Buffer, start: number, end: number): boolean {
    if (!this.#hasBegun) return false
    if (this.#field !== undefined && this.#value.length < LONGEST_FIELD) this.#value += bytes.toString('latin1', start, end)
    return true
  }

  /** The header at hand is none that counts. */
  forgetField(): void {
    this.#field = undefined
  }

  /** The header at hand is whole. False: it is not to be sent, another will stand in its place. @throws NestingError */
  finishField(): boolean {
    const field = this.#field
    this.#field = undefined
    if (field === 'content-type') this.#type(this.#value)
    if (field !== 'content-transfer-encoding') return true
    const encoding = parseEncoding(this.#value)
    if (encoding !== undefined && WIDE.has(encoding)) this.#isWide = true
    else if (encoding !== undefined && NARROW.has(encoding)) this.#isWide = false
    return !this.#isWide
  }

  /** The Content-Transfer-Encoding that these headers need; undefined: they keep theirs. */
  encodingHeader(): string | undefined {
    if (!this.#isWide) return undefined
    return `Content-Transfer-Encoding: ${this.#kind === 'text' ? 'quoted-printable' : '7bit'}\r\n`
  }

  /** The empty line after headers: what follows is text, or the headers of an attached message. */
  endHeaders(): void {
    this.#hasBegun = false
    this.#where = this.#kind === 'message' ? 'headers' : 'text'
    if (this.#kind === 'message' || this.#kind === 'multipart') this.#isWide = false
    if (this.#kind === 'message') this.#kind = 'text'
  }

  /** A line that is no header follows headers at once. */
  leaveHeaders(): void {
    this.#hasBegun = false
    this.#where = 'text'
  }

  /** A line with two dashes in front: is it a boundary? Then a part begins, or its container ends. */
  meetsBoundary(bytes: Buffer, start: number, end: number): boolean {
    if (this.#frames.length === 0) return false
    const text = bytes.toString('latin1', start + 2, end)
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const { boundary, isDigest } = this.#frames[i] as Frame
      if (!text.startsWith(boundary)) continue
      const isClosing = text.startsWith('--', boundary.length)
      this.#frames.length = isClosing ? i : i + 1
      this.#where = isClosing ? 'text' : 'headers'
      this.#kind = isDigest && !isClosing ? 'message' : 'text'
      this.#isWide = false
      this.#hasBegun = false
      return true
    }
    return false
  }

  #type(value: string): void {
    const content = parseContentType(value)
    this.#kind = content === undefined ? this.#kind : kindOf(content.type, content.subtype)
    if (this.#kind !== 'multipart' || content === undefined) return
    const boundary = content.parameters.get('boundary')?.slice(0, this.#limits.boundary)
    if (boundary === undefined || boundary === '') return
    if (this.#frames.length > this.#limits.nesting) throw new NestingError()
    this.#frames.push({ boundary, isDigest: content.subtype === 'digest' })
  }
}

function kindOf(type: string, subtype: string): Kind {
  if (type === 'multipart') return 'multipart'
  // message/global may stay 8-bit only as a whole (RFC 6532 3.7): it is text here.
  if (type !== 'message' || subtype === 'global') return 'text'
  return subtype === 'rfc822' ? 'message' : 'container'
}
