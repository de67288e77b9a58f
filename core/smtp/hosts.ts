/**
 * From a next hop to the addresses to try: MX records by preference, A and AAAA records, the hosts file, and what is
 * wrong with them: no such domain, null MX (RFC 7505), ourselves among them. Postfix: smtp_addr.c's rules.
 */
import { parseIp } from '../net/ip.ts'
import type { Answer, MxData, Resolver } from '../net/types.ts'
import type { Host } from './hooked.ts'
import { type NextHop, SMTP_PORT } from './nexthop.ts'
import type { Settings } from './parameters.ts'
import { badNexthop, type Trouble, unfound } from './trouble.ts'

export interface HostFinder {
  readonly dns: Resolver
  /** The hosts file. */
  readonly native: (name: string) => readonly string[]
  readonly isOwn: (address: string) => boolean
  readonly settings: Settings
  /** 0 <= x < 1 */
  readonly random: () => number
}

/** What was found for one next hop. */
export interface Found {
  readonly hosts: readonly Host[]
  /** Why there are no hosts. */
  readonly trouble?: Trouble
  /** We are one of its MX hosts: no fall-back relay for this mail, it could come back. */
  readonly isBackup: boolean
  /** Warnings for the log. */
  readonly warnings: readonly string[]
}

/** More MX hosts than this are not looked up. */
const MOST_MX = 50

/** Finds the addresses of a next hop. Never rejects. */
export async function findHosts(hop: NextHop, finder: HostFinder): Promise<Found> {
  if (hop.kind === 'bad') return nothing(badNexthop(hop.text, hop.why))
  if (hop.kind === 'unix') return { hosts: [unixHost(hop.path, finder.settings)], isBackup: false, warnings: [] }
  const { settings } = finder
  const loopback = hop.mx ? [] : families(settings).flatMap((type) => loopbackOf(hop.name, type))
  if (loopback.length > 0)
    return withoutLoop(hop.name, { name: hop.name, addresses: loopback, authenticated: false }, hop.port, finder)
  const usesMx = hop.mx && !settings.disable_dns_lookups
  return usesMx ? mailHosts(hop.name, hop.port, finder) : plainHosts(hop.name, hop.port, finder)
}

function nothing(trouble: Trouble, isBackup = false, warnings: readonly string[] = []): Found {
  return { hosts: [], trouble, isBackup, warnings }
}

/** Texts name a socket after ourselves: it is on this machine. */
function unixHost(path: string, { myhostname }: Settings): Host {
  return { name: myhostname, address: path, family: 'unix', port: 0, preference: 0, authenticated: false }
}

/** A domain's MX hosts, or the domain as its own. */
async function mailHosts(domain: string, port: number, finder: HostFinder): Promise<Found> {
  const { settings } = finder
  const mx = await finder.dns.resolve(domain, 'MX')
  if (mx.status === 'missing' || mx.status === 'empty') return plainHosts(domain, port, finder)
  if (mx.status === 'failed') {
    const isIgnored = settings.ignore_mx_lookup_error && mx.isFiltered !== true
    return isIgnored ? plainHosts(domain, port, finder) : nothing(unfound(failureStatus(mx), mx.reason))
  }
  const records = mx.records.map(({ data }) => data)
  if (records.some(({ exchange }) => exchange === ''))
    return nothing(unfound('5.1.0', `Domain ${domain} does not accept mail (nullMX)`))
  const { hosts, trouble } = await exchangeHosts(records, mx.authenticated, port, finder)
  if (hosts.length === 0) {
    const warnings = [`no MX host for ${domain} has a valid address record`]
    const why = trouble ?? unfound('5.4.4', `unable to look up host ${domain}: Name or service not known`)
    return nothing(settings.defer_if_no_mx_address_found ? { ...why, status: `4${why.status.slice(1)}` } : why, false, warnings)
  }
  const best = Math.min(...records.map(({ preference }) => preference))
  return withoutSelf(domain, hosts, best, port, finder)
}

/** The addresses of all MX hosts; the trouble of the last one that has none. */
async function exchangeHosts(records: readonly MxData[], authenticated: boolean, port: number, finder: HostFinder) {
  const sorted = [...records].sort((a, b) => a.preference - b.preference).slice(0, MOST_MX)
  const found = await Promise.all(sorted.map(({ exchange }) => addressesOf(exchange, finder)))
  const hosts: Host[] = []
  let trouble: Trouble | undefined
  for (const [i, one] of found.entries()) {
    // One that may come back outweighs one that never will.
    if (one.trouble !== undefined && !(trouble?.status.startsWith('4') && one.trouble.status.startsWith('5')))
      trouble = one.trouble
    for (const address of one.addresses)
      hosts.push(host(one.name, address, port, sorted[i]?.preference ?? 0, authenticated && one.authenticated))
  }
  return { hosts, trouble }
}

/** Takes ourselves out of a domain's hosts, with all that are not better than we are (RFC 5321 5.1). */
function withoutSelf(domain: string, hosts: readonly Host[], best: number, port: number, finder: HostFinder): Found {
  const self = port === SMTP_PORT ? hosts.find(({ address }) => finder.isOwn(address)) : undefined
  const better = self === undefined ? hosts : hosts.filter(({ preference }) => preference < self.preference)
  if (better.length > 0) return { hosts: ordered(better, finder), isBackup: self !== undefined, warnings: [] }
  const foundBest = Math.min(...hosts.map(({ preference }) => preference))
  const trouble =
    foundBest === best
      ? unfound('5.4.6', `mail for ${domain} loops back to myself`)
      : unfound('4.4.4', `unable to find primary relay for ${domain}`)
  return nothing(trouble, true)
}

/** The addresses of a host or of a domain without MX records. */
async function plainHosts(name: string, port: number, finder: HostFinder): Promise<Found> {
  const found = await addressesOf(name, finder)
  return found.trouble === undefined ? withoutLoop(name, found, port, finder) : nothing(found.trouble)
}

function withoutLoop(name: string, found: Addresses, port: number, finder: HostFinder): Found {
  if (port === SMTP_PORT && found.addresses.some((address) => finder.isOwn(address)))
    return nothing(unfound('5.4.6', `mail for ${name} loops back to myself`))
  const hosts = found.addresses.map((address) => host(found.name, address, port, 0, found.authenticated))
  return { hosts: ordered(hosts, finder), isBackup: false, warnings: [] }
}

function host(name: string, address: string, port: number, preference: number, authenticated: boolean): Host {
  return { name, address, family: address.includes(':') ? 6 : 4, port, preference, authenticated }
}

interface Addresses {
  readonly name: string
  readonly addresses: readonly string[]
  readonly authenticated: boolean
  readonly trouble?: Trouble
}

/** A name's addresses: itself when it is one, from DNS, then from the hosts file. */
async function addressesOf(name: string, finder: HostFinder): Promise<Addresses> {
  const { settings } = finder
  const wanted = families(settings)
  const ip = parseIp(name)
  // An address of a family that is not in use is a name that DNS can not have.
  if (ip !== undefined && wanted.includes(ip.family === 6 ? 'AAAA' : 'A'))
    return { name, addresses: [name], authenticated: false }
  const usesDns = !settings.disable_dns_lookups && settings.host_lookup.includes('dns')
  const usesNative = settings.disable_dns_lookups || settings.host_lookup.includes('native')
  let trouble: Trouble | undefined
  if (usesDns) {
    const answers = await Promise.all(wanted.map((type) => finder.dns.resolve(name, type)))
    const found = answers.filter(({ status }) => status === 'found')
    if (found.length > 0) return fromDns(name, found, settings)
    trouble = lookupTrouble(answers)
  }
  if (!usesNative) return { name, addresses: [], authenticated: false, ...(trouble === undefined ? {} : { trouble }) }
  return nativeAddresses(name, wanted, finder)
}

/** `localhost` is this host, whatever DNS makes of it (RFC 6761 6.3). */
function loopbackOf(name: string, type: 'A' | 'AAAA'): readonly string[] {
  if (!/^(?:.*\.)?localhost\.?$/i.test(name)) return []
  return [type === 'A' ? '127.0.0.1' : '::1']
}

/** As the system would look a host up: the hosts file, then addresses in DNS. */
async function nativeAddresses(name: string, wanted: readonly ('A' | 'AAAA')[], finder: HostFinder): Promise<Addresses> {
  const addresses = finder.native(name).filter((address) => wanted.includes(address.includes(':') ? 'AAAA' : 'A'))
  if (addresses.length > 0) return { name, addresses, authenticated: false }
  const answers = await Promise.all(wanted.map((type) => finder.dns.resolve(name, type)))
  const found = answers.filter(({ status }) => status === 'found')
  if (found.length > 0) return { ...fromDns(name, found, finder.settings), authenticated: false }
  const isTemporary = answers.some(({ status }) => status === 'failed')
  const why = isTemporary ? 'Temporary failure in name resolution' : 'Name or service not known'
  const trouble = unfound(isTemporary ? '4.4.4' : '5.4.4', `unable to look up host ${name}: ${why}`)
  return { name, addresses: [], authenticated: false, trouble }
}

function fromDns(name: string, answers: readonly Answer<'A' | 'AAAA'>[], settings: Settings): Addresses {
  const canonical = answers[0]?.canonical ?? name
  return {
    name: settings.cname_overrides_servername ? canonical : name,
    addresses: answers.flatMap(({ records }) => records.map(({ data }) => data)),
    authenticated: answers.every(({ authenticated }) => authenticated),
  }
}

/** The last answer speaks, unless another says that it may get better. */
function lookupTrouble(answers: readonly Answer[]): Trouble {
  const failed = answers.findLast(({ status }) => status === 'failed')
  const answer = failed ?? answers[answers.length - 1]
  return unfound(failed === undefined ? '5.4.4' : failureStatus(failed), answer?.reason ?? 'no address family to look up')
}

/** What the operator's filter leaves nothing of is refused by policy; nonsense does not become sense by waiting. */
function failureStatus({ isFiltered, isMalformed }: Answer): string {
  if (isMalformed === true) return '5.4.4'
  return isFiltered === true ? '4.7.0' : '4.4.3'
}

/** inet_protocols as record types, in the order in which they are asked. */
function families({ inet_protocols }: Settings): readonly ('A' | 'AAAA')[] {
  const words = inet_protocols.toLowerCase().split(/[\s,]+/)
  const isAll = words.includes('all') || words.every((word) => word === '')
  const out: ('A' | 'AAAA')[] = []
  if (isAll || words.includes('ipv4')) out.push('A')
  if (isAll || words.includes('ipv6')) out.push('AAAA')
  return out
}

/** By preference; equals shuffled, or the preferred family first; both families within the limit of addresses. */
function ordered(hosts: readonly Host[], { settings, random }: HostFinder): readonly Host[] {
  if (hosts.length < 2) return hosts
  const list = settings.randomize_addresses ? shuffled(hosts, random) : [...hosts]
  const favourite = settings.address_preference === 'ipv4' ? 4 : settings.address_preference === 'ipv6' ? 6 : 0
  const rank = ({ family }: Host): number => (favourite === 0 || family === favourite ? 0 : 1)
  list.sort((a, b) => a.preference - b.preference || rank(a) - rank(b))
  return settings.balance_inet_protocols ? balanced(list, settings.mx_address_limit) : list
}

function shuffled(hosts: readonly Host[], random: () => number): Host[] {
  const list = [...hosts]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [list[i], list[j]]
    if (a !== undefined && b !== undefined) {
      list[i] = b
      list[j] = a
    }
  }
  return list
}

/** When both families do not fit into the limit, each gets half of it if it needs that much; the first host's family the odd place. */
function balanced(hosts: readonly Host[], limit: number): readonly Host[] {
  const first = hosts[0]?.family
  const firsts = hosts.filter(({ family }) => family === first).length
  const others = hosts.length - firsts
  if (limit < 2 || hosts.length <= limit || others === 0) return hosts
  const half = Math.floor(limit / 2)
  let room = firsts <= half ? limit - firsts : Math.min(others, half)
  let roomOfFirst = limit - room
  return hosts.filter(({ family }) => (family === first ? roomOfFirst-- > 0 : room-- > 0))
}
