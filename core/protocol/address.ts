/**
 * Envelope addresses (RFC 5321 4.1.2) with Postfix's leniency: what smtpd takes in MAIL FROM and RCPT TO is an RFC 822
 * mailbox, with or without brackets, of which comments, phrases, groups of one and source routes are dropped.
 */
import type { Address } from '../facts.ts'
import { isAddressLiteral, isHostname } from './domain.ts'
import { type Lexeme, lexAddress } from './lexeme.ts'

/** Which addresses pass; each is a Postfix parameter. */
export interface AddressRules {
  /** strict_rfc821_envelopes: brackets are needed, comments and phrases are refused. */
  readonly strict: boolean
  /** resolve_null_domain: `user@` is a local user. */
  readonly nullDomain: boolean
  /** resolve_numeric_domain: `user@192.0.2.1` means `user@[192.0.2.1]`. */
  readonly numericDomain: boolean
  /** allow_min_user: a local part may begin with `-`. */
  readonly minUser: boolean
  /** append_dot_mydomain: a domain without a dot will get one more part. */
  readonly appendsDomain?: boolean
  /** swap_bangpath, allow_percent_hack: `site!user` and `user%site` will become user@site. */
  readonly bangs?: boolean
  readonly percents?: boolean
}

export const LENIENT: AddressRules = Object.freeze({ strict: false, nullDomain: false, numericDomain: false, minUser: false })

/** The null sender. */
export const NULL_ADDRESS: Address = Object.freeze({ text: '', local: '', domain: '' })

/** What nearly every client sends: atoms, one `@`, a host name that is not all digits. */
const COMMON =
  /^<([A-Za-z0-9_+=][A-Za-z0-9_+=-]*(?:\.[A-Za-z0-9_+=-]+)*)@((?:[A-Za-z0-9]+[.-])*[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*)>$/
/** Up to this length COMMON may be used: shorter than any limit on names. */
const SHORT = 60

/** An address from its parts in internal form. */
export function addressOf(text: string): Address {
  const at = text.lastIndexOf('@')
  return at < 0 ? { text, local: text, domain: '' } : { text, local: text.slice(0, at), domain: text.slice(at + 1) }
}

/**
 * Parses the path of MAIL or RCPT. The result may be the null address (`<>`); callers say whether they take it.
 * @returns undefined when the syntax is bad
 */
export function parseAddress(path: string, rules: AddressRules = LENIENT): Address | undefined {
  if (path.length <= SHORT) {
    const common = COMMON.exec(path)
    if (common !== null) return { text: path.slice(1, -1), local: common[1] as string, domain: common[2] as string }
  }
  if (rules.strict && !(path.startsWith('<') && path.endsWith('>'))) return undefined
  // A bracket that nothing closes is a character of the address. Only VRFY can say so: MAIL and RCPT are refused for it before.
  const isBare = !path.includes('>')
  const lexemes = lexAddress(path)
  const mailbox = isBare ? groupMember(withoutCommas(lexemes.filter(isMeant))) : mailboxOf(lexemes, rules.strict)
  if (mailbox === undefined) return undefined
  const text = joined(withoutRoute(mailbox))
  if (text === undefined) return undefined
  if (text === '') return NULL_ADDRESS
  if (rules.strict && text.startsWith('@')) return undefined
  return isDeliverable(path.includes('"') ? text : rewritten(text, rules), rules) ? addressOf(text) : undefined
}

/** The lexemes of the one mailbox in a path: inside its brackets or its group; undefined when there are none or more. */
function mailboxOf(lexemes: readonly Lexeme[], strict: boolean): readonly Lexeme[] | undefined {
  const meant = lexemes.filter(isMeant)
  if (strict && meant.length < lexemes.length) return undefined
  const all = strict ? meant : withoutEmpty(meant)
  const open = all.findLastIndex((l) => isSpecial(l, '<'))
  const phrase = all.slice(0, Math.max(open, 0)).filter((l) => !isSpecial(l, '<'))
  const hasWords = phrase.some((l) => l.kind !== 'special')
  const marks = phrase.filter((l) => l.kind === 'special' && l.text !== '.')
  if ((strict && hasWords) || marks.some((l) => l.text !== ':' || hasWords)) return undefined
  const inner = all.slice(open + 1)
  const close = inner.findIndex((l) => isSpecial(l, '>'))
  const after = close < 0 ? [] : inner.slice(close)
  // One bracket too many is forgiven.
  if (after.length > (open < 0 ? 1 : 2) || !after.every((l) => isSpecial(l, '>'))) return undefined
  const mailbox = close < 0 ? inner : inner.slice(0, close)
  return groupMember(strict ? mailbox : withoutCommas(mailbox))
}

/** Empty brackets in front of an address count for nothing: `<>user` is user. */
function withoutEmpty(lexemes: readonly Lexeme[]): readonly Lexeme[] {
  const all = withoutCommas(lexemes)
  const [first, second, third] = all
  if (first === undefined || second === undefined || third === undefined) return all
  return isSpecial(first, '<') && isSpecial(second, '>') && !isSpecial(third, '>') ? withoutEmpty(all.slice(2)) : all
}

/** Empty members at either end of a list count for nothing. */
function withoutCommas(lexemes: readonly Lexeme[]): readonly Lexeme[] {
  const isMember = (lexeme: Lexeme): boolean => !isSpecial(lexeme, ',')
  const first = lexemes.findIndex(isMember)
  return first < 0 ? [] : lexemes.slice(first, lexemes.findLastIndex(isMember) + 1)
}

/** `name: member;` gives its member; a lone final `;` counts for nothing. */
function groupMember(lexemes: readonly Lexeme[]): readonly Lexeme[] | undefined {
  const last = lexemes.at(-1)
  let inner = lexemes
  if (last !== undefined && isSpecial(last, ';')) {
    const colon = lexemes.findIndex((l) => isSpecial(l, ':'))
    const first = lexemes[0]
    inner = lexemes.slice(first !== undefined && isSpecial(first, '@') ? 0 : colon + 1, -1)
  }
  return inner.some((l) => isSpecial(l, ';')) ? undefined : inner
}

/** Drops `@host,@host:` (RFC 5321 appendix C: source routes are ignored). */
function withoutRoute(lexemes: readonly Lexeme[]): readonly Lexeme[] {
  const first = lexemes[0]
  if (first === undefined || !isSpecial(first, '@')) return lexemes
  return lexemes.slice(lexemes.findIndex((l) => isSpecial(l, ':')) + 1)
}

/** Internal form; undefined when two words stand side by side or there is more than one address. */
function joined(lexemes: readonly Lexeme[]): string | undefined {
  let text = ''
  let afterWord = false
  for (const lexeme of lexemes) {
    const isWord = lexeme.kind !== 'special'
    if ((isWord && afterWord) || isSpecial(lexeme, ',')) return undefined
    text += lexeme.text
    // `user%[192.0.2.1]@relay.example` is no bad syntax: it asks to be routed, and is refused for that.
    afterWord = isWord && !(lexeme.kind === 'word' && lexeme.text.endsWith('%'))
  }
  return text
}

function isMeant({ kind }: Lexeme): boolean {
  return kind !== 'comment'
}

function isSpecial(lexeme: Lexeme, text: string): boolean {
  return lexeme.kind === 'special' && lexeme.text === text
}

/** May a domain be used where SMTPUTF8 was not asked for? Local parts always may. */
export function isAsciiDomain({ domain }: Address): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(domain)
}

/** An address without a domain as it will be read. */
function rewritten(text: string, { bangs, percents }: AddressRules): string {
  if (text.includes('@')) return text
  const bang = bangs === true ? text.indexOf('!') : -1
  if (bang >= 0) return `${text.slice(bang + 1)}@${text.slice(0, bang)}`
  const percent = percents === true ? text.lastIndexOf('%') : -1
  return percent < 0 ? text : `${text.slice(0, percent)}@${text.slice(percent + 1)}`
}

/** The checks that Postfix leaves to its resolver: the domain's syntax, a null domain, `-` in front. */
export function isDeliverable(text: string, rules: AddressRules): boolean {
  if (text.startsWith('-') && !rules.minUser) return false
  const at = text.lastIndexOf('@')
  if (at < 0) return true
  const domain = text.slice(at + 1)
  if (domain === '') return rules.nullDomain || text.slice(0, at).includes('@')
  if (domain.startsWith('[')) return isAddressLiteral(domain)
  const whole = rules.appendsDomain === true && !domain.includes('.') ? `${domain}.x` : domain
  return isHostname(whole) || (rules.numericDomain && isAddressLiteral(`[${domain}]`))
}

/** RFC 5321 4.1.2 Dot-string, with RFC 6531's characters. */
const DOT_STRING = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u0080-\u{10ffff}]+)*$/u

/** A local part as it must be written: as it is, or as a quoted string. */
export function quoteLocal(local: string): string {
  return DOT_STRING.test(local) ? local : `"${local.replace(/[\\"]/g, '\\$&')}"`
}

/** An address in internal form as it must be written between brackets. */
export function quoteAddress(text: string): string {
  if (text === '') return ''
  const at = text.lastIndexOf('@')
  return at < 0 ? quoteLocal(text) : `${quoteLocal(text.slice(0, at))}${text.slice(at)}`
}
