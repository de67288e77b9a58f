/**
 * Where the parts of a message begin: reads a body line by line and says what each line is. Pure; keeps only boundaries and the
 * Content headers of the part at hand. RFC 2046 5.1 and 5.2.1; Postfix: mime_nesting_limit, mime_boundary_length_limit.
 */
import { parseContentType } from './content-type.ts'
import { headerNameLength } from './head.ts'

const DASH = 45
const SPACE = 32
const TAB = 9

/** Boundaries are looked for up to this depth, whatever the limit: deeper parts count as text. */
const DEEPEST = 100
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
  /** The header at hand: something of it is kept only if it is Content-Type. */
  #field: string | undefined
  #begun = false
  #contentType: string | undefined
  #depth = 0

  /** @param contentType value of the message's own Content-Type; undefined: text */
  constructor(contentType: string | undefined, limits: MimeLimits = MIME_LIMITS) {
    this.#limits = limits
    this.#enter(contentType, false)
  }

  /** How deep the parts have been nested so far. */
  get depth(): number {
    return this.#depth
  }

  /** Parts were nested more deeply than the limit. */
  get exceeded(): boolean {
    return this.#depth > this.#limits.nesting
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
        this.#field = isContentType(bytes, start, length)
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
      return 'boundary'
    }
    return 'body'
  }

  #finishField(): void {
    if (this.#field !== undefined) this.#contentType = this.#field.slice(this.#field.indexOf(':') + 1)
    this.#field = undefined
  }

  /** The headers of a part are over: what follows is decided by its type. */
  #endOfHeaders(): 'end' {
    this.#finishField()
    const type = this.#contentType
    this.#headers = undefined
    this.#contentType = undefined
    this.#begun = false
    this.#enter(type, true)
    return 'end'
  }

  #enter(value: string | undefined, inside: boolean): void {
    const content = value === undefined ? undefined : parseContentType(value)
    if (content === undefined) return
    if (content.type === 'multipart') {
      const boundary = content.parameters.get('boundary')?.slice(0, this.#limits.boundary)
      if (boundary === undefined || boundary === '') return
      this.#depth++
      if (this.#frames.length < DEEPEST) this.#frames.push({ boundary, digest: content.subtype === 'digest' })
    } else if (content.type === 'message' && MESSAGES.has(content.subtype)) {
      this.#headers = 'nested'
      if (inside) this.#depth++
    }
  }
}

/** Kinds of message/* whose content begins with headers of a message. */
const MESSAGES = new Set(['rfc822', 'global', 'news'])

const CONTENT_TYPE = 'content-type'

function isContentType(bytes: Buffer, start: number, length: number): boolean {
  return length === CONTENT_TYPE.length && bytes.toString('latin1', start, start + length).toLowerCase() === CONTENT_TYPE
}
