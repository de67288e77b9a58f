/** Defaults that come from the machine: myhostname, mydomain, mynetworks, process_id. */
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { wordsOf } from './units.ts'

/** What a default needs to know of other parameters: expanded texts. */
export interface Known {
  /** True when the configuration sets it. */
  assigned(name: string): boolean
  text(name: string): string | undefined
}

const FALLBACK_DOMAIN = 'localdomain'

/** Computed when the configuration does not set the name. */
export const MACHINE_DEFAULTS: ReadonlyMap<string, (known: Known) => string> = new Map([
  ['myhostname', (known: Known) => qualified(hostname(), known)],
  ['mydomain', (known: Known) => domainOf(known.text('myhostname') ?? '')],
  ['mynetworks', (known: Known) => networks(known)],
  ['process_id', () => String(process.pid)],
])

/** A host name without a dot gets mydomain, or `localdomain`. */
function qualified(name: string, known: Known): string {
  if (name.includes('.')) return name
  const domain = known.assigned('mydomain') ? known.text('mydomain') : undefined
  return `${name}.${domain || FALLBACK_DOMAIN}`
}

/** myhostname without its first label. */
function domainOf(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 || dot === name.length - 1 ? FALLBACK_DOMAIN : name.slice(dot + 1)
}

/** mynetworks_style: own addresses (`host`), their networks (`subnet`) or their classes (`class`). */
function networks(known: Known): string {
  const style = (known.text('mynetworks_style') ?? 'host').toLowerCase()
  const wanted = wordsOf(known.text('inet_interfaces') ?? 'all').map((word) => word.replace(/^\[|\]$/g, '').toLowerCase())
  const protocols = (known.text('inet_protocols') ?? 'all').toLowerCase()
  const found = new Set<string>()
  for (const each of ownAddresses()) {
    if (each.family === 'IPv4' ? /^ipv6$/.test(protocols) : /^ipv4$/.test(protocols)) continue
    if (!isWanted(each, wanted)) continue
    found.add(network(each, style))
  }
  return [...found].join(' ')
}

function ownAddresses(): NetworkInterfaceInfo[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return [...all.filter(({ family }) => family === 'IPv4'), ...all.filter(({ family }) => family === 'IPv6')]
}

function isWanted({ address, internal }: NetworkInterfaceInfo, wanted: readonly string[]): boolean {
  return wanted.some((word) => word === 'all' || word === address || (internal && LOOPBACK_NAMES.has(word)))
}

const LOOPBACK_NAMES = new Set(['loopback-only', 'localhost'])

function network({ address, family, cidr }: NetworkInterfaceInfo, style: string): string {
  const length = Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128))
  if (family === 'IPv6') return `[${style === 'host' ? address : masked6(address, length)}]/${style === 'host' ? 128 : length}`
  if (style === 'host') return `${address}/32`
  const bits = style === 'class' ? classOf(address) : length
  return `${masked4(address, bits)}/${bits}`
}

/** Prefix length of the A, B or C network that an IPv4 address is in. */
function classOf(address: string): number {
  const first = Number(address.split('.')[0])
  if (first < 128) return 8
  return first < 192 ? 16 : 24
}

function masked4(address: string, bits: number): string {
  return address
    .split('.')
    .map((octet, i) => Number(octet) & (0xff << Math.max(0, 8 - Math.max(0, bits - i * 8))) & 0xff)
    .join('.')
}

/** Full groups with the host bits cleared, written short by the URL parser's canonical form. */
function masked6(address: string, bits: number): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right].map((group) =>
    Number.parseInt(group, 16),
  )
  const cleared = groups.map((group, i) => group & (0xffff << Math.max(0, 16 - Math.max(0, bits - i * 16))) & 0xffff)
  return new URL(`http://[${cleared.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1)
}
