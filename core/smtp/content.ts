/**
 * Content on its way to a server: dots are stuffed (RFC 5321 4.5.2), too long lines folded as Postfix does, and no CR or LF
 * goes out alone. Content whose facts say that nothing of this is needed is passed on as it is, without a look at its bytes.
 */
import type { ContentFacts } from '../queue/types.ts'

const LF = 10
const CR = 13
const DOT = 46
const CRLF = Buffer.from('\r\n')
const FOLD = Buffer.from('\r\n ')
const SPACE = Buffer.from(' ')
const STUFFING = Buffer.from('.')

/** Chunks of one size class, in order, with as few copies as possible. */
export interface Shaper {
  /** The chunk as it goes out, in pieces. */
  shape(chunk: Buffer): readonly Buffer[]
  /** What must come after the last chunk, so that the dot stands on a line of its own. */
  rest(): readonly Buffer[]
  /** Some line was folded. */
  readonly hasFolded: boolean
}

/** The right shaper for content with these facts. @param longest smtp_line_length_limit, 0 is no limit */
export function shaperFor(facts: ContentFacts, longest: number): Shaper {
  const folds = longest > 0 && facts.longestLine > longest
  return facts.dots || folds || facts.bareCr ? new LineShaper(folds ? longest : 0) : new PlainShaper()
}

const NOTHING: readonly Buffer[] = Object.freeze([])

/** Passes everything on and only looks at the last two bytes. */
class PlainShaper implements Shaper {
  readonly hasFolded = false
  #last = CR
  #end = LF
  shape(chunk: Buffer): readonly Buffer[] {
    const { length } = chunk
    if (length === 0) return NOTHING
    this.#last = length > 1 ? (chunk[length - 2] ?? 0) : this.#end
    this.#end = chunk[length - 1] ?? 0
    return [chunk]
  }
  rest(): readonly Buffer[] {
    return this.#last === CR && this.#end === LF ? NOTHING : [CRLF]
  }
}

/** Goes through the lines; what needs no change stays in pieces as long as possible. */
class LineShaper implements Shaper {
  readonly #longest: number
  #column = 0
  /** The chunk before ended in CR. */
  #heldCr = false
  /** Where what was not yet handed out begins in the chunk. */
  #kept = 0
  #out: Buffer[] = []
  hasFolded = false

  constructor(longest: number) {
    this.#longest = longest
  }

  shape(chunk: Buffer): readonly Buffer[] {
    this.#out = []
    this.#kept = 0
    let at = 0
    if (this.#heldCr && chunk.length > 0) {
      this.#heldCr = false
      at = this.#afterCr(chunk)
    }
    while (at < chunk.length) {
      if (this.#column === 0 && chunk[at] === DOT) this.#insert(chunk, at, at, STUFFING)
      const end = lineEnd(chunk, at)
      this.#advance(chunk, at, end)
      at = end < chunk.length ? this.#ending(chunk, end) : end
    }
    if (this.#kept < chunk.length) this.#out.push(this.#kept === 0 ? chunk : chunk.subarray(this.#kept))
    return this.#out
  }

  rest(): readonly Buffer[] {
    return this.#heldCr || this.#column > 0 ? [CRLF] : NOTHING
  }

  /** Puts `bytes` in place of what stands from `at` to `next`. */
  #insert(chunk: Buffer, at: number, next: number, bytes: Buffer): void {
    if (at > this.#kept) this.#out.push(chunk.subarray(this.#kept, at))
    this.#out.push(bytes)
    this.#kept = next
  }

  /** Text of a line, without its end; -1 is a CR that was held back. */
  #advance(chunk: Buffer, at: number, end: number): void {
    let from = at
    while (this.#longest > 0 && this.#column + end - from > this.#longest) {
      from += this.#longest - this.#column
      this.#insert(chunk, Math.max(0, from), Math.max(0, from), FOLD)
      this.#column = 1
      this.hasFolded = true
    }
    this.#column += end - from
  }

  /** The CR or LF at `at`: the end of a line, or one that stands alone. Returns where to go on. */
  #ending(chunk: Buffer, at: number): number {
    if (chunk[at] === CR && chunk[at + 1] === LF) {
      this.#column = 0
      return at + 2
    }
    if (chunk[at] === LF) {
      this.#insert(chunk, at, at + 1, CRLF)
      this.#column = 0
    } else if (at + 1 === chunk.length) {
      // Whether a LF follows is known with the next chunk.
      if (at > this.#kept) this.#out.push(chunk.subarray(this.#kept, at))
      this.#kept = chunk.length
      this.#heldCr = true
    } else {
      this.#advance(chunk, at, at + 1)
      this.#insert(chunk, at, at + 1, SPACE)
    }
    return at + 1
  }

  /** The chunk that follows one which ended in CR. */
  #afterCr(chunk: Buffer): number {
    if (chunk[0] === LF) {
      this.#insert(chunk, 0, 1, CRLF)
      this.#column = 0
      return 1
    }
    this.#advance(chunk, -1, 0)
    this.#out.push(SPACE)
    return 0
  }
}

/** Offset of the next CR or LF, or the end of the chunk. */
function lineEnd(chunk: Buffer, from: number): number {
  const lf = chunk.indexOf(LF, from)
  const stop = lf < 0 ? chunk.length : lf
  // Nearly always the byte before the LF; a lone CR earlier in the line is rare.
  const cr = chunk.subarray(from, stop).indexOf(CR)
  return cr < 0 ? stop : from + cr
}
