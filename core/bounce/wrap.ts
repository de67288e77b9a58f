/** Breaks long lines of reports at blanks, by bytes: bounce and transcript texts have 79 columns, folds are indented by 4. */

const COLUMNS = 79
const INDENT = 4

/**
 * Lines of at most `columns` bytes where blanks allow it; each after the first begins with `indent` blanks.
 * A word that is longer stands alone.
 */
export function wrap(text: string, columns = COLUMNS, indent = INDENT): string[] {
  const lines: string[] = []
  const prefix = ' '.repeat(indent)
  let line = ''
  let width = 0
  for (const word of text.split(' ')) {
    const bytes = Buffer.byteLength(word)
    if (line === '') {
      line = word
      width = bytes
    } else if (width + 1 + bytes <= columns) {
      line += ` ${word}`
      width += 1 + bytes
    } else {
      lines.push(line)
      line = prefix + word
      width = indent + bytes
    }
  }
  lines.push(line)
  return lines
}
