/** Breaks long lines of reports at blanks, by bytes: bounce and transcript texts have 79 columns, folds are indented by 4. */

const COLUMNS = 79
const INDENT = 4

/**
 * Lines of at most `columns` bytes where blanks allow it; each after the first begins with `indent` blanks.
 * A word that is longer stands alone. Blanks where a line breaks, and after the last word, are dropped.
 */
export function wrap(text: string, columns = COLUMNS, indent = INDENT): string[] {
  const lines: string[] = []
  const prefix = ' '.repeat(indent)
  let line = ''
  let width = 0
  let blanks = 0
  let isFirst = true
  for (const word of text.split(' ')) {
    if (!isFirst) blanks++
    isFirst = false
    if (word === '') continue
    const bytes = Buffer.byteLength(word)
    if (line === '' || width + blanks + bytes <= columns) {
      line += ' '.repeat(blanks) + word
      width += blanks + bytes
    } else {
      lines.push(line)
      line = prefix + word
      width = indent + bytes
    }
    blanks = 0
  }
  lines.push(line)
  return lines
}
