/** Does DNS know a name, by any of a few record types? */
import type { Resolver } from '#postern'

/**
 * `nullMX`: the domain says that it takes no mail (RFC 7505). `unsure`: ask again later. `filtered`: smtpd_dns_reply_filter
 * dropped what there was. `malformed`: what there is can not be the name of a host.
 */
export type Known = 'yes' | 'no' | 'nullMX' | 'unsure' | 'filtered' | 'malformed'

/** Asks for the types in order until one is found. A failure counts only when none is. */
export async function lookUpName(name: string, dns: Resolver, types: readonly ('A' | 'AAAA' | 'MX')[]): Promise<Known> {
  // A host name has no dot at its end, and DNS is not asked for what is none.
  if (name.endsWith('.')) return 'no'
  let failed = false
  let filtered = false
  let malformed = false
  for (const type of types) {
    const answer = await dns.resolve(name, type)
    if (answer.status === 'found') return type === 'MX' && isNull(answer.records) ? 'nullMX' : 'yes'
    if (answer.isFiltered === true) filtered = true
    else if (answer.isMalformed === true) malformed = true
    else if (answer.status === 'failed') failed = true
  }
  if (failed) return 'unsure'
  if (malformed) return 'malformed'
  return filtered ? 'filtered' : 'no'
}

function isNull(records: readonly { readonly data: unknown }[]): boolean {
  const only = records.length === 1 ? (records[0]?.data as { exchange: string }) : undefined
  return only !== undefined && (only.exchange === '' || only.exchange === '.')
}
