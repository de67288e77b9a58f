/**
 * Addresses in header values (RFC 5322 3.4): found where they stand, so that they can be replaced while names, comments and
 * groups stay. Lenient: anything is accepted, what makes no address is left alone. Pure.
 */
import { quoteAddress } from '../protocol/address.ts'

/** An address and where it stands in the value. */
export interface AddressSpan {
  readonly start: number
  readonly end: number
  /** Internal form: unquoted, without route, comments and blanks. */
  readonly address: string
}

type Kind = 'word' | 'quoted' | 'comment' | 'special'
interface Token {
  readonly kind: Kind
  readonly start: number
  readonly end: number
  /** Of quoted strings: without quotes and escapes. */
  readonly text: string
}

const SPECIALS = new Set('<>,;:')
/** Headers that hold addresses, in lower case: those that Postfix rewrites. */
export const ADDRESS_HEADERS: ReadonlySet<string> = new Set([
  'apparently-to',
  'bcc',
  'cc',
  'disposition-notification-to',
  'errors-to',
  'from',
  'mail-followup-to',
  'reply-to',
  'resent-bcc',
  'resent-cc',
  'resent-from',
  'resent-reply-to',
  'resent-sender',
  'resent-to',
  'return-path',
  'return-receipt-to',
  'sender',
  'to',
])

/** All addresses of a header value, in order. */
export function findAddresses(value: string): AddressSpan[] {
  const found: AddressSpan[] = []
  let loose: Token[] = []
  let angle: Token[] | undefined
  for (const token of tokensOf(value)) {
    if (token.kind === 'comment') continue
    if (token.kind !== 'special') (angle ?? loose).push(token)
    else if (token.text === '<' && angle === undefined) {
      angle = []
      loose = []
    } else if (token.text === '>' && angle !== undefined) {
      addSpan(found, afterRoute(angle))
      angle = undefined
      loose = []
    } else if (angle !== undefined) angle.push(token)
    else {
      // What stands before a colon is the name of a group.
      if (token.text !== ':') for (const run of runs(value, loose)) addSpan(found, run)
      loose = []
    }
  }
  if (angle === undefined) for (const run of runs(value, loose)) addSpan(found, run)
  return found
}

/** `<@a,@b:user@c>`: the route goes (RFC 5321 4.1.1.3). */
function afterRoute(tokens: readonly Token[]): Token[] {
  const colon = tokens.findLastIndex(({ kind, text }) => kind === 'special' && text === ':')
  return tokens.slice(colon + 1)
}

/** Words that belong to one address: next to each other, or joined by `@` or a dot. */
function runs(value: string, tokens: readonly Token[]): Token[][] {
  const out: Token[][] = []
  for (const token of tokens) {
    const run = out.at(-1)
    const last = run?.at(-1)
    const joined = last !== undefined && (last.end === token.start || isJoint(value[last.end - 1]) || isJoint(value[token.start]))
    if (run !== undefined && joined) run.push(token)
    else out.push([token])
  }
  return out
}

function isJoint(char: string | undefined): boolean {
  return char === '@' || char === '.'
}

function addSpan(found: AddressSpan[], tokens: readonly Token[]): void {
  const [first] = tokens
  const last = tokens.at(-1)
  if (first === undefined || last === undefined) return
  const address = tokens.map(({ text }) => text).join('')
  if (address !== '') found.push({ start: first.start, end: last.end, address })
}

function tokensOf(value: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < value.length; ) {
    const char = value[at] as string
    if (isBlank(char)) at++
    else {
      const token = tokenAt(value, at, char)
      tokens.push(token)
      at = token.end
    }
  }
  return tokens
}

function tokenAt(value: string, start: number, char: string): Token {
  if (SPECIALS.has(char)) return { kind: 'special', start, end: start + 1, text: char }
  if (char === '(') return { kind: 'comment', start, end: commentEnd(value, start), text: '' }
  if (char === '"') {
    const end = quotedEnd(value, start)
    return { kind: 'quoted', start, end, text: unquoted(value.slice(start, end)) }
  }
  let end = start
  while (
    end < value.length &&
    !isBlank(value[end] as string) &&
    !SPECIALS.has(value[end] as string) &&
    !'("'.includes(value[end] as string)
  )
    end = value[end] === '[' ? literalEnd(value, end) : end + 1
  return { kind: 'word', start, end, text: value.slice(start, end) }
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

/** `[IPv6:::1]` is one word. */
function literalEnd(value: string, start: number): number {
  for (let at = start + 1; at < value.length && !isBlank(value[at] as string); at++) if (value[at] === ']') return at + 1
  return start + 1
}

function commentEnd(value: string, start: number): number {
  let depth = 0
  for (let at = start; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '(') depth++
    else if (value[at] === ')' && --depth === 0) return at + 1
  }
  return value.length
}

function quotedEnd(value: string, start: number): number {
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === '"') return at + 1
  }
  return value.length
}

function unquoted(text: string): string {
  const inner = text.slice(1, text.length > 1 && text.endsWith('"') ? -1 : undefined)
  return inner.replaceAll(/\r\n(?=[ \t])/g, '').replaceAll(/\\([\s\S])/g, '$1')
}

/** Rewritten headers are folded after commas, where the line would be this long. */
const FOLD = 70

/**
 * A header (`Name: value`) with new addresses, parallel to `spans` (of the value after the colon); undefined leaves one as it is.
 * The header is folded anew after commas, as Postfix does with headers that it rewrites.
 */
export function replaceAddresses(raw: string, spans: readonly AddressSpan[], fresh: readonly (string | undefined)[]): string {
  const colon = raw.indexOf(':') + 1
  const value = raw.slice(colon)
  let out = ''
  let at = 0
  spans.forEach(({ start, end }, i) => {
    const address = fresh[i]
    if (address === undefined) return
    out += value.slice(at, start) + quoteAddress(address)
    at = end
  })
  const joined = (out + value.slice(at)).replaceAll(/\r?\n[ \t]*/g, ' ')
  return fold(raw.slice(0, colon), joined)
}

function fold(name: string, value: string): string {
  const lines: string[] = []
  let line = name
  for (const piece of pieces(value)) {
    if (line !== name && line.length + piece.length >= FOLD) {
      lines.push(line)
      line = `\t${piece.trimStart()}`
    } else line += piece
  }
  lines.push(line)
  return lines.join('\r\n')
}

/** The value cut after each comma that separates addresses. */
function pieces(value: string): string[] {
  const out: string[] = []
  let from = 0
  let inAngle = false
  for (const { kind, text, end } of tokensOf(value)) {
    if (kind !== 'special') continue
    if (text === '<') inAngle = true
    if (text === '>') inAngle = false
    if (text !== ',' || inAngle) continue
    out.push(value.slice(from, end))
    from = end
  }
  if (from < value.length) out.push(value.slice(from))
  return out
}
