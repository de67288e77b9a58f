/** Changes in a body that passes in chunks; what stays is not copied. */

/** A change: `remove` bytes at `at` give way to `insert`. */
export interface Splice {
  readonly at: number
  readonly remove: number
  /** One character for each byte. */
  readonly insert: string
}

export class Splicer {
  #chunks: Buffer[] = []
  /** Offset of the first byte that is held, and after the last. */
  #at = 0
  #end = 0
  /** Bytes that a change has still to take away. */
  #skip = 0

  /** Bytes that have come. */
  get end(): number {
    return this.#end
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
    this.#end += chunk.length
  }

  /** Everything up to an offset, changed; the changes before it are in order, and are used up. */
  take(upTo: number, splices: Splice[]): Buffer[] {
    const out: Buffer[] = []
    // They leave the list together: one by one, each would move all that come after it.
    let used = 0
    for (;;) {
      const splice = splices[used]
      if (this.#skip > 0) {
        if (this.#at >= upTo) break
        this.#skip -= this.#pull(Math.min(this.#skip, upTo - this.#at))
      } else if (splice?.at === this.#at) {
        used++
        if (splice.insert !== '') out.push(Buffer.from(splice.insert, 'latin1'))
        this.#skip = splice.remove
      } else {
        const stop = Math.min(upTo, splice?.at ?? upTo)
        if (this.#at >= stop) break
        this.#pull(stop - this.#at, out)
      }
    }
    splices.splice(0, used)
    return out
  }

  /** Takes bytes off the front. */
  #pull(bytes: number, out?: Buffer[]): number {
    let left = bytes
    while (left > 0) {
      const first = this.#chunks[0] as Buffer
      const part = first.length <= left ? first : first.subarray(0, left)
      if (part === first) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(left)
      out?.push(part)
      left -= part.length
    }
    this.#at += bytes
    return bytes
  }
}

/** The whole body with its changes. */
export async function spliced(body: AsyncIterable<Buffer> | Iterable<Buffer>, splices: readonly Splice[]): Promise<Buffer[]> {
  const splicer = new Splicer()
  const left = [...splices]
  const out: Buffer[] = []
  for await (const chunk of body) {
    splicer.push(chunk)
    for (const piece of splicer.take(splicer.end, left)) out.push(piece)
  }
  for (const piece of splicer.take(splicer.end, left)) out.push(piece)
  return out
}
