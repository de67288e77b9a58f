/**
 * Postfix's % expansion in queries and result formats: %s the key or value, %u and %d its local part and domain, %S %U %D those of the
 * key in a result, %1 to %9 the labels of the key's domain from the right. A key that lacks what any of a table's templates needs is not
 * looked up at all.
 */

/** Makes a part of a key harmless where it stands. */
export type Quote = (text: string) => string

const asItIs: Quote = (text) => text

interface Piece {
  readonly text: string
  /** What is put after the text; '' for nothing. */
  readonly letter: string
  readonly quote: Quote
}

export type Template = readonly Piece[]

/** A key, taken apart. */
export interface Key {
  readonly text: string
  /** What stands before the last @; the whole key without one. */
  readonly user: string
  /** What stands after it; undefined without one. */
  readonly domain: string | undefined
  /** Labels of the domain from the right. */
  readonly labels: readonly string[]
}

/**
 * Takes a template apart.
 * @param quoteAt how a part is quoted that stands at this place of the text
 * @throws Error when a % is followed by something else
 */
export function parseTemplate(text: string, quoteAt: (at: number) => Quote = () => asItIs): Template {
  const pieces: Piece[] = []
  let literal = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '%') literal += text[i]
    else if (text[i + 1] === '%') {
      literal += '%'
      i++
    } else {
      const letter = text[i + 1] ?? ''
      if (!/^[sudSUD1-9]$/.test(letter)) throw new Error(`invalid template: "%${letter}" in ${JSON.stringify(text)}`)
      pieces.push({ text: literal, letter, quote: quoteAt(i) })
      literal = ''
      i++
    }
  }
  return [...pieces, { text: literal, letter: '', quote: asItIs }]
}

export function splitKey(text: string): Key {
  const at = text.lastIndexOf('@')
  const domain = at === -1 ? undefined : text.slice(at + 1)
  const labels = (domain ?? '').split('.').filter((label) => label !== '')
  return { text, user: at === -1 ? text : text.slice(0, at), domain, labels: labels.reverse() }
}

/** What the templates of a table need a key to have. */
export interface Needs {
  readonly user: boolean
  readonly domain: boolean
  readonly labels: number
}

/** @param queries templates that are filled with the key @param result the one that is filled with values */
export function needsOf(queries: readonly Template[], result: Template = []): Needs {
  const letters = [
    ...queries.flat().map(({ letter }) => letter.toUpperCase()),
    // In a result, small letters speak of the value.
    ...result.map(({ letter }) => letter).filter((letter) => letter < 'a'),
  ]
  const labels = Math.max(0, ...letters.filter((letter) => letter >= '1' && letter <= '9').map(Number))
  return { user: letters.includes('U'), domain: letters.includes('D') || labels > 0, labels }
}

/** Has the key all that is needed? An empty key never has. */
export function suffices(key: Key, needs: Needs): boolean {
  if (key.text === '') return false
  if (needs.domain && (key.domain === undefined || key.domain === '')) return false
  return !(needs.user && key.user === '') && key.labels.length >= needs.labels
}

/** A query for a key. */
export function fill(template: Template, key: Key): string {
  return template.map(({ text, letter, quote }) => text + quote(partOf(letter.toUpperCase(), key))).join('')
}

/** A value in the result format; undefined when it is to be skipped: empty, or without a part that the format wants. */
export function format(template: Template, value: string, key: Key): string | undefined {
  if (value === '') return undefined
  const own = splitKey(value)
  let out = ''
  for (const { text, letter } of template) {
    const isOfValue = letter >= 'a'
    if (letter === 'd' && (own.domain ?? '') === '') return undefined
    if (letter === 'u' && own.user === '') return undefined
    out += text + partOf(letter.toUpperCase(), isOfValue ? own : key)
  }
  return out
}

function partOf(letter: string, key: Key): string {
  if (letter === '') return ''
  if (letter === 'S') return key.text
  if (letter === 'U') return key.user
  if (letter === 'D') return key.domain ?? ''
  return key.labels[Number(letter) - 1] ?? ''
}
