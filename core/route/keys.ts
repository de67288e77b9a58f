/** The keys under which routing tables are searched, in order (transport(5), postconf(5) on sender-dependent maps). */
import { domainKeys, extensionAt } from '../lookup/index.ts'
import { quoteAddress } from '../protocol/address.ts'

interface KeyRules {
  readonly recipient_delimiter: string
  readonly parent_domain_matches_subdomains: readonly string[]
}

/** `user+extension@domain`, `user@domain`, `domain`, `.parent` ..., `*`. */
export function transportKeys(address: string, rules: KeyRules): string[] {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  const parent = rules.parent_domain_matches_subdomains.includes('transport_maps')
  return [...withoutExtension(address, rules.recipient_delimiter), ...domainKeys(domain, parent), '*']
}

/** `user+extension@domain`, `user@domain`, `@domain`; `nullKey` for the null sender. */
export function senderKeys(address: string, nullKey: string, delimiter: string): string[] {
  if (address === '') return [nullKey]
  const at = address.lastIndexOf('@')
  return [...withoutExtension(address, delimiter), ...(at === -1 ? [] : [address.slice(at)])]
}

function withoutExtension(address: string, delimiter: string): string[] {
  const at = address.lastIndexOf('@')
  if (at === -1) return [address]
  const cut = extensionAt(address.slice(0, at), delimiter)
  return cut === -1 ? forms(address) : [...forms(address), ...forms(address.slice(0, cut) + address.slice(at))]
}

/** As it is written in mail, with quotes where it needs them, and then as it is. */
function forms(address: string): string[] {
  const quoted = quoteAddress(address)
  return quoted === address ? [address] : [quoted, address]
}
