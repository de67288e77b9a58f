/** SQL queries with parts of keys in them: each part is quoted for the place where it stands, whatever the key contains. */
import type { QueryText } from './configured.ts'
import type { Quote } from './expansion.ts'
import type { Declared, Settings } from './settings.ts'

/** What differs between dialects. */
export interface Dialect {
  /** Is a backslash special in an ordinary string? */
  readonly backslash: boolean
  /** Are strings also written in double quotes? */
  readonly doubleQuoted: boolean
  /** E'...' with backslashes, and $tag$...$tag$. */
  readonly postgres: boolean
}

/** Settings of all SQL tables. */
export const SQL_SETTINGS: Declared = {
  query: '',
  select_field: '',
  table: '',
  where_field: '',
  additional_conditions: '',
}

const double = (text: string, character: string): string => text.replaceAll(character, character + character)

/** Inside '...'. Doubled quotes end no string in any mode of any server, which `\'` would with NO_BACKSLASH_ESCAPES. */
const single: Quote = (text) => double(text, "'")
const singleWithBackslash: Quote = (text) => double(double(text, '\\'), "'")

const DIALECT_QUOTES = {
  "'": (dialect: Dialect): Quote => (dialect.backslash ? singleWithBackslash : single),
  '"':
    (dialect: Dialect): Quote =>
    (text) =>
      double(dialect.backslash ? double(text, '\\') : text, '"'),
  '`': (): Quote => (text) => double(text, '`'),
} as const

/** Outside of any quotes: a number stands as it is, all else becomes a string. */
const bare = (dialect: Dialect): Quote => {
  const inside = DIALECT_QUOTES["'"](dialect)
  return (text) => (/^\d{1,18}$/.test(text) ? text : `'${inside(text)}'`)
}

/** The query of a table's settings, or what the settings of old make of it. @throws Error when there is none, or it can not be made safe */
export function sqlQuery(settings: Settings, dialect: Dialect): QueryText {
  const setting = settings.text('query') === '' ? 'table' : 'query'
  const text = setting === 'query' ? settings.text('query') : legacyQuery(settings)
  const places = placesOf(text, dialect)
  for (const quote of places.values()) if (typeof quote === 'string') throw settings.problem(setting, quote)
  return { setting, text, quoteAt: (at) => places.get(at) as Quote }
}

function legacyQuery(settings: Settings): string {
  if (settings.text('select_function') !== '') return `SELECT ${settings.text('select_function')}('%s')`
  if (settings.text('table') === '') settings.required('query')
  const [table, field, where] = ['table', 'select_field', 'where_field'].map((name) => settings.required(name))
  return `SELECT ${field} FROM ${table} WHERE ${where} = '%s' ${settings.text('additional_conditions')}`.trimEnd()
}

/** For every % of a query, how to quote there; a text when that is impossible. */
function placesOf(text: string, dialect: Dialect): Map<number, Quote | string> {
  const places = new Map<number, Quote | string>()
  for (let i = 0; i < text.length; ) {
    const { end, quote } = tokenAt(text, i, dialect)
    for (let at = i; at < end; at++) {
      if (text[at] !== '%') continue
      places.set(at, quote)
      // The character after it says what is put here; it may be another %.
      at++
    }
    i = Math.max(end, i + 1)
  }
  return places
}

/** The string, comment or single character that begins at a place. */
function tokenAt(text: string, start: number, dialect: Dialect): { end: number; quote: Quote | string } {
  const c = text[start] as string
  if (c === "'" || c === '"' || c === '`') {
    const isEscape = dialect.postgres && c === "'" && /(^|[^\w$])e$/i.test(text.slice(0, start))
    const own = isEscape ? { ...dialect, backslash: true } : dialect
    const hasBackslash = own.backslash && (c === "'" || (c === '"' && own.doubleQuoted))
    const quoted = DIALECT_QUOTES[c]({ ...own, backslash: hasBackslash })
    return { end: endOfString(text, start, c, hasBackslash), quote: quoted }
  }
  if (text.startsWith('/*', start)) return { end: after(text, '*/', start + 2), quote: 'has a % expansion in a comment' }
  if (text.startsWith('--', start)) return { end: text.length, quote: 'has a % expansion in a comment' }
  const tag = dialect.postgres && c === '$' ? /^\$(?:[A-Za-z_]\w*)?\$/.exec(text.slice(start, start + 66))?.[0] : undefined
  if (tag !== undefined)
    return { end: after(text, tag, start + tag.length), quote: `has a % expansion between ${tag}, where nothing can be quoted` }
  // A % takes the next character with it.
  return { end: start + (c === '%' ? 2 : 1), quote: bare(dialect) }
}

function endOfString(text: string, start: number, quote: string, hasBackslash: boolean): number {
  for (let i = start + 1; i < text.length; i++) {
    if (hasBackslash && text[i] === '\\') i++
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1
      i++
    }
  }
  return text.length
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from)
  return at === -1 ? text.length : at + end.length
}

/** All columns of all rows as text, without those that are NULL. */
export function columns(rows: Iterable<Iterable<unknown>>): string[] {
  const values: string[] = []
  for (const row of rows) {
    for (const value of row) if (value !== null && value !== undefined) values.push(textOf(value))
  }
  return values
}

const textOf = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value))
