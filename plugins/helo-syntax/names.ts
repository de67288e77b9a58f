/** Syntax of host names and address literals in HELO and in addresses, as smtpd(8) judges it. */
import { isIPv4, isIPv6 } from 'node:net'

/** Nearly all names: the same as labels one by one, in ASCII. */
const ASCII_NAME = /^(?:[A-Za-z0-9_](?:[-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?(?:\.|$))+$/
const LABEL = /^[A-Za-z0-9_\u0080-\u{10ffff}](?:[-A-Za-z0-9_\u0080-\u{10ffff}]{0,61}[A-Za-z0-9_\u0080-\u{10ffff}])?$/u
/** RFC 1035 2.3.4. */
const LONGEST = 255

/** Letters, digits, `-` and `_` in labels of up to 63, and not digits alone; a final dot is no matter. */
export function isHostname(name: string): boolean {
  if (name.length > LONGEST || /^[0-9.]*$/.test(name)) return false
  if (ASCII_NAME.test(name)) return true
  return (name.endsWith('.') ? name.slice(0, -1) : name).split('.').every((label) => LABEL.test(label))
}

/** A host name as HELO may have it: in ASCII, for RFC 6531 changes nothing there. */
export function isHeloName(name: string): boolean {
  return /^[\x21-\x7e]*$/.test(name) && isHostname(name)
}

/** A host name with a dot in it, not counting a final one. */
export function isQualified(name: string): boolean {
  return isHostname(name) && name.slice(0, -1).includes('.')
}

/** `[192.0.2.1]`, `[IPv6:2001:db8::1]` */
export function isLiteral(text: string): boolean {
  const inner = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : ''
  return isIPv4(inner) || (/^ipv6:/i.test(inner) && isIPv6(inner.slice(5)))
}

/** A bare address, which HELO should not be but often is. */
export function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text)
}
