/** Addresses as headers want them: the local part quoted where it needs it (RFC 5322 3.4.1). */

/** Dots between atoms; characters above ASCII are fine (RFC 6532). */
const DOT_ATOM = /^[^\s"(),.:;<>@[\\\]]+(?:\.[^\s"(),.:;<>@[\\\]]+)*$/

/** The internal form `a b@x` as `"a b"@x`; an address that needs no quotes is returned as it is. */
export function quoteAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const local = at < 0 ? address : address.slice(0, at)
  if (local === '' || DOT_ATOM.test(local)) return address
  return `"${local.replace(/["\\]/g, '\\$&')}"${at < 0 ? '' : address.slice(at)}`
}
