/**
 * Where the parts of a message begin: reads a body line by line and says what each line is. Pure; keeps only boundaries and the
 * Content headers of the part at hand. RFC 2045 6, RFC 2046 5.1 and 5.2; Postfix: mime_nesting_limit, mime_boundary_length_limit.
 */
import { type ContentType, parseContentType } from './content-type.ts'
import { headerNameLength } from './head.ts'

const DASH = 45
const SPACE = 32
const TAB = 9

/** Bytes of a Content header that are kept. */
const LONGEST_FIELD = 16_384

/**
 * What a line of a body is: text, a boundary, a header of a part (`mime`) or of an attached message (`nested`), the
 * continuation of a header, or the empty line that ends those headers.
 */
export type MimeLine = 'body' | 'boundary' | 'mime' | 'nested' | 'fold' | 'end'

export interface MimeLimits {
  /** mime_nesting_limit. */
  readonly nesting: number
  /** mime_boundary_length_limit, bytes; boundaries that are the same up to it are the same. */
  readonly boundary: number
}

/** Postfix's defaults. */
export const MIME_LIMITS: MimeLimits = Object.freeze({ nesting: 100, boundary: 2048 })

interface Frame {
  readonly boundary: string
  /** Parts of multipart/digest are messages unless they say otherwise (RFC 2046 5.1.5). */
  readonly digest: boolean
}

/** The structure of one message, followed line by line. */
export class MimeStructure {
  readonly #limits: MimeLimits
  readonly #frames: Frame[] = []
  /** The kind of headers that are being read; undefined in text. */
  #headers: 'mime' | 'nested' | undefined
  /** The header at hand: something of it is kept only if it is Content-Type or Content-Transfer-Encoding. */
  #field: string | undefined
  #begun = false
  #contentType: string | undefined
  #transferEncoding: string | undefined
  #encoding: MimeEncoding = '7bit'
  #invalidEncoding: MimeEncoding | undefined
  #exceeded = false

  /**
   * @param contentType value of the message's own Content-Type; undefined: text
   * @param transferEncoding value of its Content-Transfer-Encoding
   */
  constructor(contentType: string | undefined, limits: MimeLimits = MIME_LIMITS, transferEncoding?: string) {
    this.#limits = limits
    this.#enter(contentType, transferEncoding)
  }

  /** A multipart has stood so deep in others that it is over the limit. Postfix lets two more pass than mime_nesting_limit says. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** How the text at hand is encoded. What stands around the parts of a multipart is not. */
  get encoding(): MimeEncoding {
    return this.#encoding
  }

  /** The first encoding of a multipart or message that such a thing can not have (RFC 2045 6.4, RFC 2046 5.2). */
  get invalidEncoding(): MimeEncoding | undefined {
    return this.#invalidEncoding
  }

  /** Can lines still be anything but text? When not, nobody needs to ask. */
  get plain(): boolean {
    return this.#frames.length === 0 && this.#headers === undefined
  }

  /** Says what the line at `start` is; `end` is after its last byte, without the line end. */
  line(bytes: Buffer, start: number, end: number): MimeLine {
    const kind = this.#headers
    if (kind !== undefined) {
      if (start === end) return this.#endOfHeaders()
      const lead = bytes[start]
      if ((lead === SPACE || lead === TAB) && this.#begun) {
        if (this.#field !== undefined && this.#field.length < LONGEST_FIELD)
          this.#field += bytes.toString('latin1', start, Math.min(end, start + LONGEST_FIELD))
        return 'fold'
      }
      const length = headerNameLength(bytes, start, end)
      if (length > 0) {
        this.#finishField()
        this.#begun = true
        this.#field = isKept(bytes, start, length)
          ? bytes.toString('latin1', start, Math.min(end, start + LONGEST_FIELD))
          : undefined
        return kind
      }
      this.#endOfHeaders()
    }
    if (this.#frames.length > 0 && bytes[start] === DASH && bytes[start + 1] === DASH && end - start > 2)
      return this.#boundary(bytes.toString('latin1', start + 2, Math.min(end, start + 4 + this.#limits.boundary)))
    return 'body'
  }

  /** A line that begins with two dashes: the innermost boundary that it begins with counts. */
  #boundary(text: string): MimeLine {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const { boundary, digest } = this.#frames[i] as Frame
      if (!text.startsWith(boundary)) continue
      const closes = text.startsWith('--', boundary.length)
      this.#frames.length = closes ? i : i + 1
      this.#headers = closes ? undefined : 'mime'
      this.#begun = false
      this.#field = undefined
      this.#contentType = digest && !closes ? 'message/rfc822' : undefined
      this.#transferEncoding = undefined
      this.#encoding = '7bit'
      return 'boundary'
    }
    return 'body'
  }

  #finishField(): void {
    const field = this.#field
    this.#field = undefined
    if (field === undefined) return
    const colon = field.indexOf(':')
    if (field.slice(0, colon).trim().length === CONTENT_TYPE.length) this.#contentType = field.slice(colon + 1)
    else this.#transferEncoding = field.slice(colon + 1)
  }

  /** The headers of a part are over: what follows is decided by its type. */
  #endOfHeaders(): 'end' {
    this.#finishField()
    const type = this.#contentType
    const encoding = this.#transferEncoding
    this.#headers = undefined
    this.#contentType = undefined
    this.#transferEncoding = undefined
    this.#begun = false
    this.#enter(type, encoding)
    return 'end'
  }

  #enter(value: string | undefined, transferEncoding: string | undefined): void {
    const encoding = encodingOf(transferEncoding)
    this.#encoding = encoding
    const content = value === undefined ? undefined : parseContentType(value)
    if (content === undefined) return
    if (!mayHave(content, encoding)) this.#invalidEncoding ??= encoding
    if (content.type === 'multipart') {
      this.#encoding = '7bit'
      const boundary = content.parameters.get('boundary')?.slice(0, this.#limits.boundary)
      if (boundary === undefined || boundary === '') return
      // Deeper parts count as text.
      if (this.#frames.length >= this.#limits.nesting + LENIENCE) this.#exceeded = true
      else this.#frames.push({ boundary, digest: content.subtype === 'digest' })
    } else if (content.type === 'message' && MESSAGES.has(content.subtype)) this.#headers = 'nested'
  }
}

/** Multiparts that stand deeper than mime_nesting_limit and pass all the same. */
const LENIENCE = 2

/** A Content-Transfer-Encoding; unknown ones count as none. */
export type MimeEncoding = '7bit' | '8bit' | 'binary' | 'base64' | 'quoted-printable'

const ENCODINGS: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary', 'base64', 'quoted-printable'])

function encodingOf(value: string | undefined): MimeEncoding {
  const word =
    value
      ?.replaceAll(/\([^()]{0,1000}\)/g, '')
      .trim()
      .toLowerCase() ?? ''
  return ENCODINGS.has(word) ? (word as MimeEncoding) : '7bit'
}

/** Composite types are not encoded themselves; parts of messages and references must be able to go anywhere. */
function mayHave({ type, subtype }: ContentType, encoding: MimeEncoding): boolean {
  if (type === 'message' && (subtype === 'partial' || subtype === 'external-body')) return encoding === '7bit'
  if (type !== 'multipart' && !(type === 'message' && subtype === 'rfc822')) return true
  return encoding !== 'base64' && encoding !== 'quoted-printable'
}

/** Kinds of message/* whose content begins with headers of a message. */
const MESSAGES = new Set(['rfc822', 'global'])

const CONTENT_TYPE = 'content-type'
const TRANSFER_ENCODING = 'content-transfer-encoding'

function isKept(bytes: Buffer, start: number, length: number): boolean {
  if (length !== CONTENT_TYPE.length && length !== TRANSFER_ENCODING.length) return false
  const name = bytes.toString('latin1', start, start + length).toLowerCase()
  return name === CONTENT_TYPE || name === TRANSFER_ENCODING
}
