/**
 * Quoted-printable (RFC 2045 6.7), written as text comes: a line in any number of pieces gives the same output. Lines are broken
 * where Postfix breaks them.
 */

const SPACE = 32
const TAB = 9
const EQUALS = 61
const CR = 13
const LF = 10
/** A line that is longer gets a soft break before its next character. */
const FULL = 72
const HEX = Buffer.from('0123456789ABCDEF')

/** Encodes one line after the other. */
export class QuotedPrintable {
  /** Characters on the output line at hand. */
  #column = 0
  /** A blank that ends the line so far: encoded when it ends the line for good. */
  #blank = 0

  /** Text from `start` to `end`, with the end of the line after it, or not yet. */
  encode(bytes: Uint8Array, start: number, end: number, isEnd: boolean): Buffer {
    // Three for each, and a soft break for each 73 of those.
    const out = Buffer.allocUnsafe((end - start) * 3 + 3 * Math.ceil(((end - start) * 3) / FULL) + 16)
    let at = 0
    const put = (byte: number): void => {
      out[at++] = EQUALS
      out[at++] = HEX[byte >> 4] as number
      out[at++] = HEX[byte & 15] as number
    }
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number
      if (this.#blank !== 0) out[at++] = this.#blank
      this.#blank = 0
      if (this.#column > FULL) {
        out[at++] = EQUALS
        out[at++] = CR
        out[at++] = LF
        this.#column = 0
      }
      if (byte === SPACE || byte === TAB) {
        this.#blank = byte
        this.#column++
      } else if (byte < SPACE || byte === EQUALS || byte > 126) {
        put(byte)
        this.#column += 3
      } else {
        out[at++] = byte
        this.#column++
      }
    }
    if (isEnd) {
      if (this.#blank !== 0) put(this.#blank)
      out[at++] = CR
      out[at++] = LF
      this.#blank = 0
      this.#column = 0
    }
    return out.subarray(0, at)
  }

  /** The text is over without an end of its last line. */
  rest(): Buffer {
    const blank = this.#blank
    this.#blank = 0
    this.#column = 0
    return blank === 0 ? Buffer.alloc(0) : Buffer.from(blank === SPACE ? '=20' : '=09')
  }
}
