/** Names, addresses and local parts taken apart into the partial keys under which tables are searched. */

/** A name, then its parents: as `.parent`, or as `parent` when parents match. Numeric names have no parents. */
export function domainKeys(name: string, parent: boolean): string[] {
  const keys = [name]
  if (/^[0-9.]*$/.test(name) || name.includes(':')) return keys
  for (let dot = name.indexOf('.', 1); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const rest = name.slice(parent ? dot + 1 : dot)
    if (rest !== '' && rest !== '.') keys.push(rest)
  }
  return keys
}

/** An address, then its networks: without the last octet, or the last group of IPv6. */
export function addressKeys(address: string): string[] {
  const keys = [address]
  const separator = address.includes(':') ? ':' : '.'
  for (let rest = address, at = rest.lastIndexOf(separator); at > 0; at = rest.lastIndexOf(separator)) {
    rest = rest.slice(0, at)
    // `2001:db8::5` shortens to `2001:db8`, not to `2001:db8:`.
    while (separator === ':' && rest.endsWith(':')) rest = rest.slice(0, -1)
    if (rest !== '') keys.push(rest)
  }
  return keys
}

/** Position of the extension's delimiter in a local part; -1 when there is none. Never the first character. */
export function extensionAt(local: string, delimiter: string): number {
  if (delimiter === '') return -1
  const lower = local.toLowerCase()
  if (lower === 'mailer-daemon' || lower === 'double-bounce') return -1
  // owner-list and list-request are names of their own where `-` is a delimiter.
  if (delimiter.includes('-') && (lower.startsWith('owner-') || lower.endsWith('-request'))) return -1
  for (let i = 1; i < local.length; i++) if (delimiter.includes(local[i] as string)) return i
  return -1
}
