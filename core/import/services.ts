/** What each service of master.cf becomes: a listener, a transport, or nothing because the gateway does it by itself. */
import { readFileSync } from 'node:fs'
import { wordsOf } from '../config/units.ts'
import { portsByName } from '../net/ports.ts'
import type { Scope } from '../parameters.ts'
import type { Service } from './master-cf.ts'
import { textOf } from './scopes.ts'

/** Daemons whose work is part of the gateway: their `-o` options hold for all of it. */
export const INTERNAL: ReadonlySet<string> = new Set(
  `anvil bounce cleanup flush pickup postlogd proxymap qmgr oqmgr scache showq tlsmgr tlsproxy dnsblog
  trivial-rewrite verify`.split(/\s+/),
)

/** Daemons that are delivery agents here too. */
export const AGENTS: ReadonlySet<string> = new Set(['smtp', 'lmtp', 'error', 'discard'])

/** Services of a stock master.cf that deliver in ways that Postern does not; they matter only to those who name them. */
export const STOCK_DELIVERY: ReadonlySet<string> = new Set(
  'local virtual maildrop uucp ifmail bsmtp scalemail-backend mailman cyrus old-cyrus procmail'.split(' '),
)

/** Well-known ports, for machines without /etc/services. */
const PORTS: ReadonlyMap<string, number> = new Map([
  ['smtp', 25],
  ['mail', 25],
  ['lmtp', 24],
  ['submission', 587],
  ['submissions', 465],
  ['smtps', 465],
])

/** The port of a service name; undefined when nobody knows it. */
export function portOf(name: string): number | undefined {
  if (/^\d{1,5}$/.test(name)) return Number(name)
  return PORTS.get(name) ?? fromServices(name)
}

function fromServices(name: string): number | undefined {
  try {
    for (const line of readFileSync('/etc/services', 'utf8').split('\n')) {
      const [service, port, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
      if (port?.endsWith('/tcp') && (service === name || aliases.includes(name))) return Number.parseInt(port, 10)
    }
  } catch {
    // No such file: only numbers and the well-known names mean something.
  }
  return undefined
}

/** `smtp`, `192.0.2.1:587`, `[::1]:smtp` as host and port words. */
export function splitServiceName(name: string): { host: string | undefined; port: string } {
  const match = /^(?:\[(?<bracketed>[^\]]*)\]|(?<plain>[^:]*)):(?<port>[^:]+)$/.exec(name)
  if (match?.groups === undefined) return { host: undefined, port: name }
  return { host: match.groups.bracketed ?? match.groups.plain, port: match.groups.port ?? '' }
}

/** Where an inet service listens, as `listen` writes it; undefined for an unknown port. */
export function listenAddresses(service: Service, scope: Scope): string[] | undefined {
  const { host, port } = splitServiceName(service.name)
  const number = portsByName(textOf(scope, 'known_tcp_ports')).get(port) ?? portOf(port)
  if (number === undefined) return undefined
  const hosts = host === undefined ? interfaces(scope) : [host]
  return hosts.map((each) => `${each.includes(':') ? `[${each}]` : each}:${number}`)
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1']

/** inet_interfaces and inet_protocols: the hosts to listen on. */
function interfaces(scope: Scope): string[] {
  const protocols = textOf(scope, 'inet_protocols').toLowerCase()
  const [only4, only6] = [/^\s*ipv4\s*$/.test(protocols), /^\s*ipv6\s*$/.test(protocols)]
  const hosts = new Set<string>()
  for (const word of wordsOf(textOf(scope, 'inet_interfaces'))) {
    const host = word.replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1')
    if (host === 'all') hosts.add(only4 ? '0.0.0.0' : only6 ? '::' : '*')
    else if (host === 'loopback-only' || host === 'localhost') for (const each of LOOPBACK) hosts.add(each)
    else hosts.add(host)
  }
  return [...hosts].filter((host) => !(only4 && host.includes(':')) && !(only6 && /^[\d.]+$/.test(host)))
}
