/** Syntax of host names and address literals, as Postfix's resolver accepts them in envelope addresses (RFC 5321 4.1.2). */
import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

/** RFC 1035 2.3.4. */
const MAX_NAME = 255
const MAX_LABEL = 63
const LABEL = /^[A-Za-z0-9_\u0080-\u{10ffff}](?:[-A-Za-z0-9_\u0080-\u{10ffff}]*[A-Za-z0-9_\u0080-\u{10ffff}])?$/u

/** Is this a host name: labels of letters, digits, `-`, `_` and non-ASCII, not all numeric? One final dot is no matter. */
export function isHostname(name: string): boolean {
  const plain = name.endsWith('.') ? name.slice(0, -1) : name
  if (plain.length === 0 || plain.length > MAX_NAME || /^[0-9.]+$/.test(plain)) return false
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (!/^[\x00-\x7f]*$/.test(plain) && !isInternational(plain)) return false
  return plain.split('.').every((label) => label.length <= MAX_LABEL && LABEL.test(label))
}

/** May a name with non-ASCII labels be looked up? Its dots can be written in other ways (RFC 3490 3.1), and none may end it. */
function isInternational(name: string): boolean {
  const ascii = domainToASCII(name)
  return ascii.length <= MAX_NAME && ascii.split('.').every((label) => label.length <= MAX_LABEL && LABEL.test(label))
}

/** Is this `[192.0.2.1]` or `[IPv6:2001:db8::1]`? */
export function isAddressLiteral(text: string): boolean {
  return literalAddress(text) !== undefined
}

/** The address inside a literal; undefined when it is none. */
export function literalAddress(text: string): string | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined
  const inner = text.slice(1, -1)
  if (isIPv4(inner)) return inner
  if (/^ipv6:/i.test(inner) && isIPv6(inner.slice(5)) && !inner.includes('%')) return inner.slice(5)
  return undefined
}
