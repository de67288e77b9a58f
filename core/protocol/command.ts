/**
 * Splits a command line into its words the way Postfix's smtpd does: white space separates, but quoted strings, `<...>` and
 * escaped characters hold together, and `FROM:` and `TO:` end where they end, so that `MAIL FROM:<a@b>` is three words.
 */

/** Words of a command line, as written. */
export interface Words {
  readonly words: readonly string[]
  /** Index of the first word whose quote or bracket is never closed; -1 when all are. */
  readonly broken: number
}

const SPACE = /[ \t\r\n\v\f]/
/** RFC 5321 4.1.1: what stands between a verb and its arguments, at the end of a line, and around it. */
const AROUND = /^[ \t\r\n\v\f]+|[ \t\r\n\v\f]+$/g

/** Splits a line into words. Linear in its length. */
export function splitWords(line: string): Words {
  const words: string[] = []
  let broken = -1
  let at = 0
  for (;;) {
    while (at < line.length && SPACE.test(line[at] as string)) at++
    if (at >= line.length) return { words, broken }
    const end = wordEnd(line, at)
    if (end < 0 && broken < 0) broken = words.length
    const stop = end < 0 ? line.length : end
    words.push(line.slice(at, stop))
    at = stop
  }
}

/** Offset behind the word that begins at `at`; negative when a quote or bracket in it stays open. */
function wordEnd(line: string, at: number): number {
  let depth = 0
  let quoted = false
  for (let i = at; i < line.length; i++) {
    const c = line[i] as string
    if (c === '\\') i++
    else if (quoted) quoted = c !== '"'
    else if (c === '"') quoted = true
    else if (c === '<') depth++
    else if (c === '>') depth = Math.max(0, depth - 1)
    else if (depth === 0 && c === ':' && isDirection(line.slice(at, i + 1))) return i + 1
    else if (depth === 0 && SPACE.test(c)) return i
  }
  return quoted || depth > 0 ? -1 : line.length
}

function isDirection(word: string): boolean {
  return (word.length === 3 || word.length === 5) && /^(?:from|to):$/i.test(word)
}

/** The verb in upper case, and what follows it with the white space around it removed. */
export function splitVerb(line: string): { verb: string; argument: string } {
  const space = line.search(SPACE)
  if (space > 0) return { verb: line.slice(0, space).toUpperCase(), argument: line.slice(space + 1).replace(AROUND, '') }
  if (space < 0) return { verb: line.toUpperCase(), argument: '' }
  const trimmed = line.replace(AROUND, '')
  return trimmed === '' ? { verb: '', argument: '' } : splitVerb(trimmed)
}

/** Does this first word look like a message header (`Subject:`)? Then the peer is no SMTP client. */
export function looksLikeHeader(word: string): boolean {
  return /^[!-9;-~]+:/.test(word)
}
