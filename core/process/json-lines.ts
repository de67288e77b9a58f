/**
 * The control socket's framing: one JSON object a line, in both directions. Whoever can open the socket may still send
 * anything, so nothing here throws, and nothing grows past its limit.
 */

/** Longest request, bytes: room for some ten thousand queue ids. */
export const LONGEST_REQUEST = 256 * 1024

/** What came in: an object, or why a line is none. */
export type Received = { readonly object: Readonly<Record<string, unknown>> } | { readonly problem: string }

/** Splits bytes into lines and these into objects. After a line that is too long it takes nothing more. */
export class JsonLines {
  readonly #limit: number
  #pieces: Buffer[] = []
  #length = 0
  #spent = false

  constructor(limit = LONGEST_REQUEST) {
    this.#limit = limit
  }

  /** The lines that this chunk completes. */
  take(chunk: Buffer): readonly Received[] {
    const received: Received[] = []
    let start = 0
    while (!this.#spent) {
      const end = chunk.indexOf(0x0a, start)
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end)
      this.#length += piece.length
      if (this.#length > this.#limit) {
        this.#spent = true
        this.#pieces = []
        received.push({ problem: `a request may have at most ${this.#limit} bytes` })
        break
      }
      this.#pieces.push(piece)
      if (end === -1) break
      const line = Buffer.concat(this.#pieces).toString('utf8').trim()
      this.#pieces = []
      this.#length = 0
      start = end + 1
      if (line !== '') received.push(parsed(line))
    }
    return received
  }
}

function parsed(line: string): Received {
  try {
    const object: unknown = JSON.parse(line)
    if (typeof object === 'object' && object !== null && !Array.isArray(object))
      return { object: object as Readonly<Record<string, unknown>> }
  } catch {
    return { problem: 'not JSON' }
  }
  return { problem: 'not a JSON object' }
}
