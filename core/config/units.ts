/** Values as main.cf writes them, parsed once: flags, counts, times, sizes, lists with `{braces}`, reply codes, choices. */
import { parseTime } from '../duration.ts'
import { type Declaration, ParameterError } from '../parameters.ts'

export { parseTime } from '../duration.ts'

const BYTES = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const

const PARSERS: { readonly [K in Declaration['kind']]: (text: string, declaration: Declaration) => unknown } = {
  flag: (text) => parseFlag(text),
  count: (text) => parseCount(text),
  time: (text, { unit }) => parseTime(text, unit),
  size: (text) => parseSize(text),
  text: (text) => text,
  list: (text) => Object.freeze(splitList(text)),
  code: (text) => parseCode(text),
  choice: (text, { choices }) => parseChoice(text, choices ?? []),
}

/** The value that an expanded text has under its declaration. @throws ParameterError naming the parameter */
export function parseValue(name: string, text: string, declaration: Declaration): unknown {
  try {
    return PARSERS[declaration.kind](text.trim(), declaration)
  } catch (error) {
    throw new ParameterError(name, error instanceof Error ? error.message : String(error))
  }
}

/** `yes` or `no`, in any case. @throws Error */
export function parseFlag(text: string): boolean {
  const word = text.toLowerCase()
  if (word === 'yes') return true
  if (word === 'no') return false
  throw new Error('must be yes or no')
}

/** A whole number. @throws Error */
export function parseCount(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new Error('must be a whole number')
  return Number(text)
}

/** A size such as `10M` in bytes. @throws Error */
export function parseSize(text: string): number {
  const match = /^(\d{1,18})\s*([kmg]?)b?$/i.exec(text)
  if (match === null) throw new Error('must be a size: a whole number of bytes, or with K, M or G')
  const bytes = Number(match[1]) * BYTES[(match[2] ?? '').toLowerCase() as keyof typeof BYTES]
  return Math.min(bytes, Number.MAX_SAFE_INTEGER)
}

/** A reply code that refuses. @throws Error */
export function parseCode(text: string): number {
  if (!/^[45]\d\d$/.test(text)) throw new Error('must be a reply code, 4xx or 5xx')
  return Number(text)
}

/** One of the words, in any case, as it is declared. @throws Error */
export function parseChoice(text: string, choices: readonly string[]): string {
  const word = text.toLowerCase()
  const found = choices.find((choice) => choice.toLowerCase() === word)
  if (found === undefined) throw new Error(`must be ${oneOf(choices)}`)
  return found
}

function oneOf(choices: readonly string[]): string {
  const shown = choices.map((choice) => (choice === '' ? 'empty' : choice))
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}

/**
 * Splits at commas and white space. A `{...}` group stays in one word with its braces, because `inline:{a=b, c=d}` and
 * `{ inet:host:port, timeout=10s }` need them; `unbrace` takes off outer ones.
 * @throws Error when braces do not match
 */
export function splitList(text: string): string[] {
  const words: string[] = []
  let depth = 0
  let start = -1
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (depth === 0 && (c === ',' || c === ' ' || c === '\t' || c === '\n' || c === '\r')) {
      if (start >= 0) words.push(text.slice(start, i))
      start = -1
      continue
    }
    if (start < 0) start = i
    if (c === '{') depth++
    else if (c === '}' && --depth < 0) throw new Error('has a "}" without its "{"')
  }
  if (depth > 0) throw new Error('has a "{" without its "}"')
  if (start >= 0) words.push(text.slice(start))
  return words
}

/** The same, where braces that do not match are told elsewhere: then there are no words. */
export function wordsOf(text: string): string[] {
  try {
    return splitList(text)
  } catch {
    return []
  }
}

/** `{ a b }` as `a b`; any other text as it is. */
export function unbrace(word: string): string {
  return word.startsWith('{') && word.endsWith('}') ? word.slice(1, -1).trim() : word
}
