/**
 * Addresses in header values (RFC 5322 3.4), so that they can be replaced while names, comments and groups stay: which headers hold
 * them, and headers written anew. Lenient as Postfix is: every value is taken apart somehow. Pure.
 */
import { quoteAddress } from '../protocol/address.ts'
import type { Lexeme } from '../protocol/lexeme.ts'
import { type AddressNode, isComma, isRouted, type ListNode, parseList, spaceBetween, textOf } from './address-list.ts'

/** Headers that hold the addresses of senders, in lower case, as Postfix has it. */
export const SENDER_HEADERS: ReadonlySet<string> = new Set([
  'disposition-notification-to',
  'errors-to',
  'from',
  'mail-followup-to',
  'reply-to',
  'resent-from',
  'resent-sender',
  'return-path',
  'return-receipt-to',
  'sender',
])

/** Headers that hold addresses, in lower case: those that Postfix rewrites. */
export const ADDRESS_HEADERS: ReadonlySet<string> = new Set([
  ...SENDER_HEADERS,
  'apparently-to',
  'bcc',
  'cc',
  'resent-bcc',
  'resent-cc',
  'resent-reply-to',
  'resent-to',
  'to',
])

const ADDRESS = '[A-Za-z0-9_+=-]+(?:\\.[A-Za-z0-9_+=-]+)*@(?:[A-Za-z0-9-]+\\.)+[A-Za-z0-9-]+'
const PLAIN = new RegExp(`^(?:${ADDRESS}|(?:(?:[A-Za-z0-9]+ )*|"[A-Za-z0-9 .,']*" ?)<${ADDRESS}>)$`)

/**
 * Is this value one address, complete and written as it must be, perhaps with a name? False where that takes a closer look.
 * @param value unfolded and trimmed
 */
export function isPlainAddress(value: string): boolean {
  return PLAIN.test(value)
}

/** A value, taken apart. */
export interface AddressList {
  /** In order; internal form: unquoted, without comments and blanks, and without route unless it was to stay. */
  readonly addresses: readonly string[]
  /** Parallel to `addresses`: it is a quoted local part alone, whatever `@` stands in it. */
  readonly isLocal: readonly boolean[]
  /** Parallel to `addresses`: it is written as it must be, without a route and needless quotes. */
  readonly isTidy: readonly boolean[]
  /**
   * The header with these addresses, parallel to `addresses`; undefined leaves one as it is, with its route. It is folded after commas, with one blank
   * where one belongs: a header that is rewritten keeps nothing of its layout.
   */
  written(name: string, fresh: readonly (string | undefined)[]): string
}

/** How a value is taken apart. */
export interface AddressReading {
  /** Routes are parts of addresses. Default: they are left out. */
  readonly withRoutes?: boolean
  /** Words, marks and comments that are looked at (header_address_token_limit); the rest is left out. Default: all. */
  readonly tokens?: number
}

/** Takes the value of a header, or a list of addresses in a table, apart. */
export function parseAddresses(value: string, { withRoutes = false, tokens }: AddressReading = {}): AddressList {
  const nodes = parseList(value, tokens)
  const found = nodes.filter((node) => node.kind === 'address')
  const addresses = found.map((node) => textOf(node, withRoutes))
  const isLocal = found.map(({ parts }) => !parts.some((part) => part.kind === 'special' && part.text === '@'))
  const isTidy = found.map(({ parts }, i) => parts.map(written).join('') === quoteAddress(addresses[i] ?? ''))
  return { addresses, isLocal, isTidy, written: (name, fresh) => folded(`${name}:`, pieces(nodes, fresh)) }
}

/** Rewritten headers are folded after commas, where a line would have so many bytes. */
const FOLD = 70

function folded(name: string, values: readonly string[]): string {
  const lines: string[] = []
  let line = name
  let length = Buffer.byteLength(name)
  for (const value of values) {
    const more = Buffer.byteLength(value)
    if (line !== name && length + more >= FOLD) {
      lines.push(line)
      line = `\t${value.trimStart()}`
      length = more
    } else {
      line += value
      length += more
    }
  }
  lines.push(line)
  return lines.join('\r\n')
}

/** The value, cut after each comma; every piece begins with a blank. */
function pieces(nodes: readonly ListNode[], fresh: readonly (string | undefined)[]): string[] {
  const out: string[] = []
  let piece = ' '
  let count = 0
  nodes.forEach((node, i) => {
    piece += node.kind === 'address' ? replaced(node, fresh[count++]) : written(node)
    if (isComma(node)) {
      out.push(piece)
      piece = ' '
    } else if (spaceBetween(node, nodes[i + 1])) piece += ' '
  })
  if (piece !== ' ' || out.length > 0) out.push(piece)
  return out
}

/** The address in the place of another; nobody's is written as an empty quoted string, since something has to stand there. */
function replaced(node: AddressNode, fresh: string | undefined): string {
  if (fresh !== undefined || !isRouted(node)) return quoteAddress(fresh ?? textOf(node)) || '""'
  const blank = (part: Lexeme, next: Lexeme | undefined) => spaceBetween(part, next) || (next !== undefined && isComma(part))
  return node.parts.map((part, i, parts) => written(part) + (blank(part, parts[i + 1]) ? ' ' : '')).join('')
}

function written(node: Exclude<ListNode, AddressNode>): string {
  if (node.kind === 'word' && node.quoted === true) return `"${node.text.replaceAll(/["\\]/g, '\\$&')}"`
  return node.text
}
