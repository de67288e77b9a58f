/** Logical lines of a source (postmap(1)): `#` comments, continuation by leading white space, LF or CRLF. */
import { closeSync, openSync, readSync } from 'node:fs'

/** One logical line and the number of its first physical line, from 1. */
export interface SourceLine {
  readonly text: string
  readonly line: number
}

const [TAB, SPACE, HASH] = [9, 32, 35]

/** How much of a file is read at once. */
const CHUNK = 1 << 18

/** Logical lines without comments and empty lines. */
export function logicalLines(source: string): SourceLine[] {
  return [...joined([source])]
}

/** The same of a file, which is never in memory as a whole. @throws the error of open(2) or read(2) */
export function* fileLines(path: string): Generator<SourceLine> {
  yield* joined(blocks(path))
}

/** The text of a file in pieces that end where lines end. */
function* blocks(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    let buffer = Buffer.allocUnsafe(CHUNK)
    let used = 0
    for (;;) {
      if (used === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2)
      const read = readSync(file, buffer, used, buffer.length - used, null)
      if (read === 0) break
      const newline = buffer.subarray(0, used + read).lastIndexOf(10)
      used += read
      if (newline === -1) continue
      yield buffer.toString('utf8', 0, newline + 1)
      buffer.copyWithin(0, newline + 1, used)
      used -= newline + 1
    }
    if (used > 0) yield buffer.toString('utf8', 0, used)
  } finally {
    closeSync(file)
  }
}

function* joined(texts: Iterable<string>): Generator<SourceLine> {
  let [open, opened, number] = ['', 0, 0]
  for (const text of texts) {
    for (let at = 0; at < text.length; ) {
      const newline = text.indexOf('\n', at)
      const end = newline === -1 ? text.length : newline
      const start = at
      at = end + 1
      number++
      const first = firstWord(text, start, end)
      if (first === end || text.charCodeAt(first) === HASH) continue
      // A line that begins with white space goes on with the one before, when there is one.
      if (first > start && opened > 0) open += text.slice(start, end).replace(/\r$/, '')
      else {
        if (opened > 0) yield { text: open.trimEnd(), line: opened }
        open = text.slice(first, end)
        if (open.endsWith('\r')) open = open.slice(0, -1)
        opened = number
      }
    }
  }
  if (opened > 0) yield { text: open.trimEnd(), line: opened }
}

/** Position of the first character that is no white space; `end` when there is none. */
function firstWord(text: string, start: number, end: number): number {
  let at = start
  while (at < end) {
    const c = text.charCodeAt(at)
    // The usual characters first; the others of String.trim() are rare.
    if (c !== SPACE && c !== TAB && (c > TAB + 4 || c < TAB) && (c < 128 || text[at]?.trim() !== '')) return at
    at++
  }
  return end
}
