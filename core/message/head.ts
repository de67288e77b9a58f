/**
 * Where the head of a message ends, and what it holds: one walk over its lines, without strings for lines that do not matter.
 * Postfix: the header part of cleanup's MIME parser (is_header, mime_state), message_drop_headers, hopcount_limit.
 */

const CR = 13
const LF = 10
const TAB = 9
const SPACE = 32
const COLON = 58

/** How a head ended: at the empty line, at a line that is no header (an empty line belongs before it), or with the data. */
export type HeadEnd = 'empty' | 'text' | 'data'

/** What a walk over a head found. Offsets are bytes from the start of the buffer that was walked. */
export interface HeadSurvey {
  /** Where the header lines end: start of the empty line, of the first line that is no header, or of nothing. */
  readonly headers: number
  /** Where the body begins. */
  readonly body: number
  readonly end: HeadEnd
  /** How often each wanted header occurs, by name in lower case. */
  readonly counts: ReadonlyMap<string, number>
  /** Start of the first occurrence of each wanted header. */
  readonly first: ReadonlyMap<string, number>
  /** Bytes of the longest header with its folds. */
  readonly longestHeader: number
  /** Some name has blanks before its colon. */
  readonly spaced: boolean
  /** Some header has a NUL. */
  readonly nul: boolean
}

/** Names to look for, in lower case, with a bit mask of their lengths so that most lines are passed by unread. */
export interface WantedHeaders {
  readonly names: ReadonlySet<string>
  readonly lengths: number
}

/** Prepares names for `surveyHead`. Names over 31 bytes share one bit. */
export function wantedHeaders(names: Iterable<string>): WantedHeaders {
  const set = new Set<string>()
  let lengths = 0
  for (const name of names) {
    set.add(name.toLowerCase())
    lengths |= 1 << Math.min(name.length, 31)
  }
  return { names: set, lengths }
}

/**
 * Length of the header name that a line at `start` begins with, or 0 when the line is no header: printable ASCII without
 * space and colon, then optional blanks, then a colon (RFC 5322 2.2, and the blanks of RFC 822 that are still met).
 */
export function headerNameLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = bytes[at] as number
    if (byte <= SPACE || byte === COLON || byte > 126) break
    at++
  }
  const length = at - start
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++
  return at < end && bytes[at] === COLON ? length : 0
}

/** A name of a header is not longer than this many bytes. */
const LONGEST_NAME = 16_384

/** The line that begins at `at`, and whose end is not in sight, can no more become a header: the head need not be held longer. */
function isNoHeader(bytes: Buffer, at: number): boolean {
  const isFold = at > 0 && (bytes[at] === SPACE || bytes[at] === TAB)
  return bytes.length - at > LONGEST_NAME && !isFold && headerNameLength(bytes, at, bytes.length) === 0
}

/**
 * Walks the head in `bytes`. `complete` says that no more bytes follow; otherwise a head whose end is not in sight gives
 * undefined: ask again with more.
 */
export function surveyHead(bytes: Buffer, wanted: WantedHeaders, complete: boolean): HeadSurvey | undefined {
  const counts = new Map<string, number>()
  const first = new Map<string, number>()
  const size = bytes.length
  let longestHeader = 0
  let begun = 0
  let spaced = false
  let at = 0
  const found = (headers: number, body: number, end: HeadEnd): HeadSurvey => {
    if (headers - begun > longestHeader) longestHeader = headers - begun
    const nul = bytes.subarray(0, headers).includes(0)
    return { headers, body, end, counts, first, longestHeader, spaced, nul }
  }
  while (at < size) {
    const newline = bytes.indexOf(LF, at)
    if (newline < 0 && !complete) return isNoHeader(bytes, at) ? found(at, at, 'text') : undefined
    const next = newline < 0 ? size : newline + 1
    const lead = bytes[at] as number
    if (newline === at) return found(at, next, 'empty')
    if (lead === CR && newline === at + 1) return found(at, next, 'empty')
    if (lead !== SPACE && lead !== TAB) {
      const length = headerNameLength(bytes, at, next)
      if (length === 0) return found(at, at, 'text')
      if (at - begun > longestHeader) longestHeader = at - begun
      begun = at
      if (bytes[at + length] !== COLON) spaced = true
      if ((wanted.lengths >>> Math.min(length, 31)) & 1) {
        const name = bytes.toString('latin1', at, at + length).toLowerCase()
        if (wanted.names.has(name)) {
          const seen = counts.get(name) ?? 0
          counts.set(name, seen + 1)
          if (seen === 0) first.set(name, at)
        }
      }
    } else if (at === 0) return found(0, 0, 'text')
    at = next
  }
  return complete ? found(size, size, 'data') : undefined
}

/** End of the header that begins at `start`, with its folds and final line end. */
export function headerEnd(bytes: Buffer, start: number, limit: number): number {
  let at = start
  for (;;) {
    const newline = bytes.indexOf(LF, at)
    if (newline < 0 || newline >= limit) return limit
    at = newline + 1
    if (at >= limit || (bytes[at] !== SPACE && bytes[at] !== TAB)) return at
  }
}

/** The value of the header that begins at `start`: unfolded, trimmed, latin1. */
export function headerValueAt(bytes: Buffer, start: number, limit: number): string {
  return unfold(bytes.toString('latin1', start, headerEnd(bytes, start, limit)))
}

/** The value in a raw header `Name: value`: folds joined (RFC 5322 2.2.3), blanks at both ends removed. */
export function unfold(raw: string): string {
  const colon = raw.indexOf(':')
  const value = raw.slice(colon + 1)
  return (value.includes('\n') ? value.replaceAll('\r\n', '').replaceAll('\n', '') : value).trim()
}
