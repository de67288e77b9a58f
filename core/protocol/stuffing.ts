/** Content on its way to an SMTP server that passes it on as it is: only dots are stuffed (RFC 5321 4.5.2). Lines end in CRLF. */

const DOT = 46
const LF = 10
const CRLF = Buffer.from('\r\n')
const STUFFING = Buffer.from('.')
const LINE_WITH_DOT = '\n.'

/** Stuffs the content of one message, over any splitting into chunks. */
export class DotStuffing {
  #last = LF

  /** The chunk as it goes out; what needs no change is not copied. */
  stuff(chunk: Buffer): readonly Buffer[] {
    if (chunk.length === 0) return []
    const out: Buffer[] = []
    if (this.#last === LF && chunk[0] === DOT) out.push(STUFFING)
    this.#last = chunk[chunk.length - 1] as number
    let from = 0
    for (let at = chunk.indexOf(LINE_WITH_DOT); at >= 0; at = chunk.indexOf(LINE_WITH_DOT, at + 1)) {
      out.push(chunk.subarray(from, at + 1), STUFFING)
      from = at + 1
    }
    out.push(from === 0 ? chunk : chunk.subarray(from))
    return out
  }

  /** What must come before the final dot, so that it stands on a line of its own. */
  rest(): readonly Buffer[] {
    return this.#last === LF ? [] : [CRLF]
  }
}
