/**
 * Reads requests of the policy delegation protocol (SMTPD_POLICY_README): lines `name=value`, and an empty line at the end. Whoever
 * speaks here is not trusted: lengths and numbers are limited, and values come without control characters.
 */

/** The attributes of one request, by name. Of attributes that come twice the first counts. */
export type Attributes = ReadonlyMap<string, string>

/** What a request may be at most: octets of a line, octets in all, attributes. Postfix 3.7 sends 29 of less than 2 kB. */
export const LIMITS = Object.freeze({ line: 8192, request: 65_536, attributes: 128 })

/** The peer does not speak this protocol; nothing that follows can be understood. */
export class RequestError extends Error {}

const LF = 0x0a
const CR = 0x0d
const EQUALS = 0x3d

/** Octets in any pieces to requests. */
export class RequestReader {
  #input: Buffer = Buffer.alloc(0)
  /** Where the next line begins, and up to where its end has been looked for. */
  #at = 0
  #seen = 0
  #attributes = new Map<string, string>()
  #size = 0

  push(chunk: Buffer): void {
    const rest = this.#input.length - this.#at
    this.#input = rest === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#at), chunk])
    this.#seen -= this.#at
    this.#at = 0
  }

  /** A request has begun and not ended. */
  get isPartial(): boolean {
    return this.#size > 0 || this.#at < this.#input.length
  }

  /** The next request; undefined when it is not all there yet. @throws RequestError */
  next(): Attributes | undefined {
    for (;;) {
      const end = this.#input.indexOf(LF, this.#seen)
      const length = (end < 0 ? this.#input.length : end) - this.#at
      if (length > LIMITS.line) throw new RequestError('a line is too long')
      if (end < 0) {
        this.#seen = this.#input.length
        return undefined
      }
      const line = this.#input.subarray(this.#at, end > this.#at && this.#input[end - 1] === CR ? end - 1 : end)
      this.#at = this.#seen = end + 1
      this.#size += length + 1
      if (this.#size > LIMITS.request) throw new RequestError('a request is too long')
      if (line.length === 0) return this.#whole()
      this.#add(line)
    }
  }

  #add(line: Buffer): void {
    const equals = line.indexOf(EQUALS)
    if (equals < 1) throw new RequestError('a line has no name')
    if (this.#attributes.size >= LIMITS.attributes) throw new RequestError('a request has too many attributes')
    const name = line.toString('latin1', 0, equals)
    if (!this.#attributes.has(name)) this.#attributes.set(name, printable(line.toString('utf8', equals + 1)))
  }

  #whole(): Attributes {
    const attributes = this.#attributes
    this.#attributes = new Map()
    this.#size = 0
    if (attributes.get('request') !== 'smtpd_access_policy') throw new RequestError('a request is not smtpd_access_policy')
    return attributes
  }
}

/** Every control character is a question mark. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, '?')
}
