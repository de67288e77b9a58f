/** Facts of content that was changed on its way in. */
import type { ContentFacts } from '../queue/types.ts'

const CR = 13
const LF = 10
const DOT = 46

/** Looks at every byte: for bodies that a step replaced and heads that were edited. */
export function scanFacts(chunks: Iterable<Buffer>): ContentFacts {
  let size = 0
  let dots = false
  let eightBit = false
  let bareCr = false
  let longestLine = 0
  let line = 0
  let previous = LF
  for (const chunk of chunks) {
    size += chunk.length
    for (const byte of chunk) {
      if (previous === CR && byte !== LF) bareCr = true
      if (byte > 127) eightBit = true
      if (byte === LF) {
        const length = previous === CR ? line - 1 : line
        if (length > longestLine) longestLine = length
        line = 0
      } else {
        if (line === 0 && byte === DOT) dots = true
        line++
      }
      previous = byte
    }
  }
  return { size, dots, eightBit, bareCr, longestLine: Math.max(longestLine, line) }
}

/** Facts of two parts as one. */
export function joinFacts(one: ContentFacts, other: ContentFacts, size: number): ContentFacts {
  return {
    size,
    dots: one.dots || other.dots,
    eightBit: one.eightBit || other.eightBit,
    bareCr: one.bareCr || other.bareCr,
    longestLine: Math.max(one.longestLine, other.longestLine),
  }
}

/** Facts of received content once headers of our own stand above and below its header lines. */
export function withHeaders(facts: ContentFacts, added: readonly string[], size: number): ContentFacts {
  const own = scanFacts(added.map((header) => Buffer.from(`${header}\r\n`, 'utf8')))
  return joinFacts(facts, own, size)
}
