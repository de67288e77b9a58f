/**
 * Incomplete addresses made complete, as every mail system does with those it takes in: `user` gets a domain, `site!user` and
 * `user%site` become user@site. Postfix: append_at_myorigin, append_dot_mydomain, swap_bangpath, allow_percent_hack.
 */

export interface CompletionRules {
  /** Domain of addresses without one; '' adds none. */
  readonly origin: string
  /** What a domain without a dot gets; '' adds nothing. */
  readonly domain: string
  readonly bangs: boolean
  readonly percents: boolean
}

/** Completes an address in internal form; the null address stays as it is. */
export function completeAddress(address: string, rules: CompletionRules): string {
  if (address === '') return address
  const at = address.lastIndexOf('@')
  if (at >= 0) return dotted(address, at, rules.domain)
  const bang = rules.bangs ? address.indexOf('!') : -1
  if (bang > 0 && bang < address.length - 1) return completeAddress(`${address.slice(bang + 1)}@${address.slice(0, bang)}`, rules)
  const percent = rules.percents ? address.lastIndexOf('%') : -1
  if (percent > 0 && percent < address.length - 1)
    return completeAddress(`${address.slice(0, percent)}@${address.slice(percent + 1)}`, rules)
  return rules.origin === '' ? address : dotted(`${address}@${rules.origin}`, address.length, rules.domain)
}

function dotted(written: string, at: number, domain: string): string {
  // One final dot says that the domain is whole already; more are a mistake that is left to be seen.
  const address = /[^.@]\.$/.test(written) ? written.slice(0, -1) : written
  if (domain === '' || at === address.length - 1 || address.includes('.', at) || address[at + 1] === '[') return address
  return `${address}.${domain}`
}
