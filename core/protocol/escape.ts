/** Octets as they stand in log lines about broken input: printable, with C escapes. Postfix: escape(). */

const NAMED: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
  [92, '\\\\'],
])

/** Each octet as itself, as `\n` and its kin, or as `\` and three octal digits. */
export function escapeOctets(octets: Buffer): string {
  let out = ''
  for (const octet of octets) {
    const isPlain = octet >= 32 && octet < 127 && octet !== 92
    out += isPlain ? String.fromCharCode(octet) : (NAMED.get(octet) ?? `\\${octet.toString(8).padStart(3, '0')}`)
  }
  return out
}
