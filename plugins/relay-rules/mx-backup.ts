/**
 * Is this gateway a backup mail exchanger of the recipient's domain?
 * Postfix: permit_mx_backup, permit_mx_backup_networks.
 */
import {
  type AccessRequest,
  type Address,
  type Client,
  type MatchList,
  type MxData,
  type PluginContext,
  permit,
  refusal,
  TableError,
  type Verdict,
} from '#postern'
import { Addresses, LookupFailure } from './addresses.ts'

/** Sender-specified routing that is left after what goes through us is undone. */
const ROUTED = /[@%!]/

/** Asks DNS; never permits what we are the first exchanger of, or what asks to be routed on. */
export async function mxBackup(context: PluginContext, patterns: readonly string[]) {
  const { destinations, dns, parameters } = context
  const parent = (parameters.text('parent_domain_matches_subdomains') ?? '').includes('permit_mx_backup_networks')
  const networks = patterns.length === 0 ? undefined : await context.matchList(patterns, { parent })
  const addresses = new Addresses(dns, parameters.text('inet_protocols') ?? 'all')

  /** One of ours, by its name or, when no name is, by its addresses. */
  const isOneOurs = async (hosts: readonly MxData[]): Promise<boolean> => {
    for (const { exchange } of hosts) if ((await destinations.classify(`postmaster@${exchange}`)) === 'local') return true
    for (const { exchange } of hosts)
      for (const address of await addresses.of(exchange)) if (destinations.isOwnAddress(address)) return true
    return false
  }
  /** Do all addresses of these hosts match permit_mx_backup_networks? */
  const areAllAllowed = async (hosts: readonly MxData[]): Promise<boolean> => {
    if (networks === undefined) return true
    for (const { exchange } of hosts)
      for (const address of await addresses.of(exchange)) if (!(await isAllowed(exchange, address, networks))) return false
    return true
  }
  const isBackup = async (recipient: Address): Promise<boolean> => {
    const resolved = await destinations.resolve(recipient.text)
    const at = resolved.lastIndexOf('@')
    const domain = resolved.slice(at + 1)
    if (domain === '' || domain.startsWith('[') || ROUTED.test(resolved.slice(0, at))) return false
    const answer = await dns.resolve(domain, 'MX')
    if (answer.status === 'failed')
      throw new LookupFailure(`look up mail exchanger information: ${answer.reason.split(': ').at(-1)}`)
    const hosts = answer.records.map(({ data }) => data).sort((a, b) => a.preference - b.preference)
    const first = hosts.filter(({ preference }) => preference === hosts[0]?.preference)
    const others = hosts.slice(first.length)
    // The null MX of RFC 7505 has no backup.
    if (hosts.some(({ exchange }) => exchange === '')) return false
    // All of them are asked about first, so that one that can not be found defers.
    return (await isOneOurs(hosts)) && others.length > 0 && (await isOneOurs(others)) && (await areAllAllowed(first))
  }
  return async (request: AccessRequest): Promise<Verdict | undefined> => {
    const { recipient } = request
    if (recipient === undefined) return undefined
    const about = { name: recipient.text, class: 'Recipient address' }
    try {
      const isOurs = (await destinations.isAuthorised(recipient.text)) || (await isBackup(recipient))
      return isOurs ? permit('permit_mx_backup', about) : undefined
    } catch (error) {
      if (!(error instanceof LookupFailure)) throw error
      const text = `<${recipient.text}>: Recipient address rejected: Unable to ${error.message}`
      request.deferIfReject(refusal(450, '4.4.4', text))
      return undefined
    }
  }
}

async function isAllowed(name: string, address: string, networks: MatchList): Promise<boolean> {
  try {
    return await networks.client(asClient(name, address))
  } catch (error) {
    if (!(error instanceof TableError)) throw error
    throw new LookupFailure(`verify host ${name} as mail exchanger`)
  }
}

function asClient(name: string, address: string): Client {
  const family = address.includes(':') ? 6 : 4
  return { address, port: 0, family, name, reverseName: name, nameStatus: 'ok', reverseStatus: 'ok' }
}
