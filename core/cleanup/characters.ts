/**
 * Bytes that content may not have, and bytes that are taken out of it, as it comes in.
 * Postfix: message_reject_characters, message_strip_characters.
 */

const CR = 13
const LF = 10

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/** The bytes that a value names, with the escapes of C: `\0`, `\n`, `\\`. */
export function byteSet(text: string): ReadonlySet<number> {
  const bytes = new Set<number>()
  for (const [, octal, escaped, plain = ''] of text.matchAll(/\\([0-7]{1,3})|\\([\s\S])|([^\\])/g)) {
    if (octal !== undefined) bytes.add(Number.parseInt(octal, 8) & 255)
    else if (escaped !== undefined) bytes.add(ESCAPES.get(escaped) ?? (escaped.codePointAt(0) ?? 0) & 255)
    else for (const byte of Buffer.from(plain)) bytes.add(byte)
  }
  return bytes
}

/** The characters of one message. */
export class Characters {
  readonly #rejected: ReadonlySet<number>
  readonly #stripped: ReadonlySet<number>
  #bytes = 0
  /** Where the first byte that may not be would stand in what is kept; undefined: there is none. */
  firstRejected: number | undefined
  /** Something was taken out. */
  hasStripped = false

  /** Ends of lines are no characters of them. */
  constructor(rejected: ReadonlySet<number>, stripped: ReadonlySet<number>) {
    this.#rejected = rejected
    this.#stripped = stripped
  }

  /** The chunk as it is kept; the same one where nothing is taken out. */
  take(chunk: Buffer): Buffer {
    if (this.firstRejected === undefined) {
      const at = first(chunk, this.#rejected)
      if (at >= 0) this.firstRejected = this.#bytes + this.#kept(chunk.subarray(0, at)).length
    }
    const kept = this.#kept(chunk)
    this.#bytes += kept.length
    if (kept.length < chunk.length) this.hasStripped = true
    return kept
  }

  #kept(chunk: Buffer): Buffer {
    return first(chunk, this.#stripped) < 0 ? chunk : Buffer.from(chunk.filter((byte) => !this.#isTaken(byte)))
  }

  #isTaken(byte: number): boolean {
    return this.#stripped.has(byte) && byte !== CR && byte !== LF
  }
}

/** Where the first of these bytes stands, line ends left out; -1: nowhere. */
function first(chunk: Buffer, bytes: ReadonlySet<number>): number {
  let found = -1
  for (const byte of bytes) {
    const at = byte === CR || byte === LF ? -1 : chunk.indexOf(byte)
    if (at >= 0 && (found < 0 || at < found)) found = at
  }
  return found
}
