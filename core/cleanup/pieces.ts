/**
 * Content that comes in pieces so small that keeping each by itself would cost many times its size (an octet in a packet, an octet
 * in a chunk of BDAT, where the piece also holds on to the packet that it came in): such are copied together.
 */

/** Pieces of this many bytes are handed on as they are. */
const SMALL = 2048
/** So many small ones may come before any is copied: an ordinary message comes in a few. */
const FREE = 16
/** Bytes that are gathered at most. */
const SLAB = 8 * 1024

export class Pieces {
  #small = 0
  #slab: Buffer | undefined
  #used = 0

  /** Takes a piece; gives what is to be kept now, in order: none while small ones are gathered. */
  add(piece: Buffer): readonly Buffer[] {
    const isSmall = piece.length < SMALL
    if (this.#slab === undefined && (!isSmall || ++this.#small <= FREE)) return [piece]
    const out = isSmall && this.#used + piece.length <= SLAB ? [] : this.rest()
    if (!isSmall) return [...out, piece]
    this.#slab ??= Buffer.allocUnsafeSlow(SLAB)
    this.#used += piece.copy(this.#slab, this.#used)
    return out
  }

  /** What is gathered and was not given yet. */
  rest(): Buffer[] {
    const slab = this.#slab
    if (slab === undefined || this.#used === 0) return []
    const whole = this.#used === SLAB ? slab : Buffer.from(slab.subarray(0, this.#used))
    this.#slab = undefined
    this.#used = 0
    return [whole]
  }
}
