/** The words and marks of an RFC 822 address (3.3): atoms, quoted strings, domain literals, comments and specials. */

export interface Lexeme {
  readonly kind: 'word' | 'literal' | 'comment' | 'special'
  /** Without quotes and escapes; literals keep their brackets. */
  readonly text: string
  /** The word was a quoted string. */
  readonly quoted?: true
}

/** `)` and `]` out of place are parts of an atom, as Postfix has it. */
const SPECIALS = '<>@,;:.'

/** Splits an address; quotes, comments and literals that stay open end with the text. Linear in its length. */
export function lexAddress(text: string): readonly Lexeme[] {
  const lexemes: Lexeme[] = []
  let at = 0
  while (at < text.length) {
    const c = text[at] as string
    if (c === ' ' || c === '\t') at++
    else if (SPECIALS.includes(c)) {
      lexemes.push({ kind: 'special', text: c })
      at++
    } else if (c === '"') at = enclosed(text, at, '"', 'word', lexemes)
    else if (c === '(') at = comment(text, at, lexemes)
    else if (c === '[') at = enclosed(text, at, ']', 'literal', lexemes)
    else at = atom(text, at, lexemes)
  }
  return lexemes
}

function enclosed(text: string, start: number, end: string, kind: 'word' | 'literal', lexemes: Lexeme[]): number {
  let inner = ''
  let at = start + 1
  for (; at < text.length && text[at] !== end; at++) {
    // A literal that stays open ends before the bracket of the path.
    if (kind === 'literal' && text[at] === '>') break
    if (text[at] === '\\' && at + 1 < text.length) at++
    inner += text[at]
  }
  lexemes.push(kind === 'literal' ? { kind, text: `[${inner}]` } : { kind, text: inner, quoted: true })
  return text[at] === end ? at + 1 : at
}

function comment(text: string, start: number, lexemes: Lexeme[]): number {
  let depth = 0
  let at = start
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) break
  }
  lexemes.push({ kind: 'comment', text: text.slice(start, at + 1) })
  return at + 1
}

function atom(text: string, start: number, lexemes: Lexeme[]): number {
  let inner = ''
  let at = start
  for (; at < text.length; at++) {
    const c = text[at] as string
    if (c === ' ' || c === '\t' || c === '"' || c === '(' || c === '[' || SPECIALS.includes(c)) break
    if (c === '\\') at++
    inner += text[at] ?? ''
  }
  lexemes.push({ kind: 'word', text: inner })
  return at
}
