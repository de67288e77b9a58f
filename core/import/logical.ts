/** Logical lines of main.cf and master.cf: a line that begins with white space goes on with the one before (postconf(5)). */

/** A logical line, and where each of its characters stands in the file. */
export interface LogicalLine {
  /** The pieces in one text, with one space between them. */
  readonly text: string
  /** First and last line, from 1. */
  readonly from: number
  readonly to: number
  /** Where each piece begins in the text, and the line that it stands on. */
  readonly pieces: readonly { readonly at: number; readonly line: number }[]
}

interface Open {
  text: string
  from: number
  to: number
  pieces: { at: number; line: number }[]
}

/** Splits a file; comments and empty lines go, also those between continuation lines. */
export function logicalLines(source: string): LogicalLine[] {
  const lines: Open[] = []
  for (const [i, raw] of source.split('\n').entries()) {
    const words = raw.trim()
    if (words === '' || words.startsWith('#')) continue
    const line = i + 1
    const last = lines.at(-1)
    if (/^\s/.test(raw) && last !== undefined) {
      last.pieces.push({ at: last.text.length + 1, line })
      last.text += ` ${words}`
      last.to = line
    } else lines.push({ text: words, from: line, to: line, pieces: [{ at: 0, line }] })
  }
  return lines
}

/** The line on which a character of a logical line stands. */
export function lineAt({ pieces, from }: LogicalLine, at: number): number {
  let line = from
  for (const piece of pieces) {
    if (piece.at > at) break
    line = piece.line
  }
  return line
}
