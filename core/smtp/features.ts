/** What a server's EHLO reply offers (RFC 1869), as Features. */
import type { Features } from './hooked.ts'

/** Nothing is offered: before EHLO, and after HELO. */
export const PLAIN: Features = Object.freeze({
  helo: false,
  pipelining: false,
  size: -1,
  eightBitMime: false,
  dsn: false,
  smtputf8: false,
  startTls: false,
  xforward: [],
  auth: [],
  delayDot: 0,
  separateDot: false,
})

type Reader = (words: readonly string[], so: Features) => Partial<Features>

/** What each keyword means. */
const KEYWORDS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['8BITMIME', () => ({ eightBitMime: true })],
  ['PIPELINING', () => ({ pipelining: true })],
  ['SIZE', ([limit = '']) => ({ size: /^\d{1,15}$/.test(limit) ? Number(limit) : 0 })],
  ['STARTTLS', () => ({ startTls: true })],
  ['AUTH', (words, so) => ({ auth: [...so.auth, ...words.map((word) => word.toUpperCase())] })],
  ['DSN', () => ({ dsn: true })],
  ['SMTPUTF8', () => ({ smtputf8: true })],
  ['XFORWARD', (words, { xforward }) => ({ xforward: [...xforward, ...words.map((word) => word.toUpperCase())] })],
])

/** In the order in which logs list keywords that are ignored. */
const ORDER: readonly string[] = ['8BITMIME', 'PIPELINING', 'SIZE', 'AUTH', 'STARTTLS', 'XFORWARD', 'DSN', 'SMTPUTF8']

/** Lines of a reply to EHLO that say something. The first has the server's name. */
export function spoken(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.slice(4).trim() !== '')
}

/** EHLO lines with their keyword in upper case: `250-size 1000` is `SIZE 1000`. The first line, the server's name, is left out. */
export function ehloLines(lines: readonly string[]): readonly string[] {
  return spoken(lines)
    .slice(1)
    .map((line) => {
      const text = line.slice(4).trim()
      // Old servers write AUTH=LOGIN.
      const end = text.search(/[ =]/)
      return end < 0 ? text.toUpperCase() : `${text.slice(0, end).toUpperCase()} ${text.slice(end + 1)}`
    })
}

/** @param ignored keywords in upper case (smtp_discard_ehlo_keywords) */
export function featuresOf(lines: readonly string[], ignored: ReadonlySet<string>, base: Features = PLAIN): Features {
  let features = base
  for (const line of lines) {
    const [keyword = '', ...words] = line.split(/\s+/)
    const reader = ignored.has(keyword) ? undefined : KEYWORDS.get(keyword)
    if (reader !== undefined) features = { ...features, ...reader(words, features) }
  }
  return features
}

/** The keywords of a list that are to be ignored, and what a log line says of them: `8BITMIME SIZE`, or nothing. */
export function ignoredKeywords(list: readonly string[]): { readonly ignored: ReadonlySet<string>; readonly note: string } {
  const ignored = new Set(list.map((word) => word.toUpperCase()))
  const isSilent = ignored.delete('SILENT-DISCARD')
  return { ignored, note: isSilent ? '' : ORDER.filter((keyword) => ignored.has(keyword)).join(' ') }
}
