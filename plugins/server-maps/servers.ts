/** The hosts behind a domain. What DNS can not say now is warned about and left out: these checks never defer mail. */
import { isIP } from 'node:net'
import type { AnswerStatus, Resolver } from '#postern'
import type { ServerMapsOptions } from '../../schemas/plugins/server-maps.d.ts'

/** What finding hosts needs. */
export interface Network {
  readonly dns: Resolver
  /** inet_protocols */
  readonly protocols: string
  /** Who is looked at, for warnings: `Sender address a@b.example`. */
  readonly who: string
  warn(message: string): void
}

/** A host, by name or by address alone. */
export interface Host {
  /** What is looked up before its addresses; absent: only these are. */
  readonly name?: string
  addresses(): Promise<readonly string[]>
}

const NOBODY: readonly Host[] = []

function named(name: string, type: string, network: Network): Host {
  return { name, addresses: () => addressesOf(name, type, network) }
}

/** Words of the system's resolver for a name without addresses. */
const NO_ADDRESS: Readonly<Record<Exclude<AnswerStatus, 'found'>, string>> = {
  missing: 'Name or service not known',
  empty: 'No address associated with hostname',
  failed: 'Temporary failure in name resolution',
}

async function addressesOf(name: string, type: string, { dns, protocols, who, warn }: Network): Promise<readonly string[]> {
  const types = (['A', 'AAAA'] as const).filter(
    (each) => protocols === 'all' || protocols.includes(each === 'A' ? 'ipv4' : 'ipv6'),
  )
  const answers = await Promise.all(types.map((each) => dns.resolve(name, each)))
  const found = answers.flatMap(({ records }) => records.map(({ data }) => data))
  if (found.length > 0) return found
  const statuses = answers.map(({ status }) => status)
  const why = statuses.includes('failed') ? 'failed' : statuses.includes('empty') ? 'empty' : 'missing'
  warn(`Unable to look up ${type} host ${name} for ${who}: ${NO_ADDRESS[why]}`)
  return []
}

/** The host that a literal, or a bare address, is. */
function literalHost(domain: string): Host | undefined {
  const inner = domain.startsWith('[') && domain.endsWith(']') ? domain.slice(1, -1).replace(/^ipv6:/i, '') : domain
  return isIP(inner) === 0 ? undefined : { addresses: async () => [inner] }
}

/** Can DNS be asked about it? */
function isAskable(domain: string): boolean {
  return domain !== '' && !domain.startsWith('[') && !domain.endsWith('.')
}

/** The domain as a host: only its addresses are looked up, for its name has a check of its own. */
async function byAddress(domain: string, network: Network): Promise<readonly Host[]> {
  const literal = literalHost(domain)
  if (literal !== undefined) return [literal]
  return isAskable(domain) ? [{ addresses: () => addressesOf(domain, 'A', network) }] : NOBODY
}

/** Mail exchangers by preference; a domain without any is its own (RFC 5321 5.1). */
async function byExchanger(domain: string, network: Network): Promise<readonly Host[]> {
  const literal = literalHost(domain)
  if (literal !== undefined) return [literal]
  if (!isAskable(domain)) return NOBODY
  const answer = await network.dns.resolve(domain, 'MX')
  if (answer.status === 'failed') {
    network.warn(`Unable to look up MX host for ${network.who}: ${answer.reason}`)
    return NOBODY
  }
  if (answer.status !== 'found') return [named(domain, 'MX', network)]
  const hosts = answer.records.map(({ data }) => data).sort((a, b) => a.preference - b.preference)
  // RFC 7505: a null MX names no host.
  return hosts.filter(({ exchange }) => exchange !== '' && exchange !== '.').map(({ exchange }) => named(exchange, 'MX', network))
}

/** Name servers of the domain, or of the nearest parent that has any. */
async function byNameServer(domain: string, network: Network): Promise<readonly Host[]> {
  if (!isAskable(domain) || literalHost(domain) !== undefined) return NOBODY
  for (let zone = domain; zone !== ''; zone = zone.includes('.') ? zone.slice(zone.indexOf('.') + 1) : '') {
    const answer = await network.dns.resolve(zone, 'NS')
    if (answer.status === 'found') return answer.records.map(({ data }) => named(data, 'NS', network))
    if (answer.status === 'failed') {
      network.warn(`Unable to look up NS host for ${network.who}: ${answer.reason}`)
      return NOBODY
    }
  }
  return NOBODY
}

type Finder = (domain: string, network: Network) => Promise<readonly Host[]>

export const FINDERS: Readonly<Record<ServerMapsOptions['servers'], Finder>> = { a: byAddress, mx: byExchanger, ns: byNameServer }
