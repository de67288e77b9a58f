/**
 * IPv4 and IPv6 addresses and networks, parsed strictly: for clients, match lists, cidr tables, DNSBL names and next hops.
 * An IPv4-mapped IPv6 address is the IPv4 address that it wraps (RFC 4291 2.5.5.2), so that one client has one spelling.
 */

/** An address: 4 or 16 bytes in network order. */
export interface Ip {
  readonly family: 4 | 6
  readonly bytes: Uint8Array
}

/** A network: the bits of `bytes` after `prefix` are zero. */
export interface Cidr {
  readonly family: 4 | 6
  readonly bytes: Uint8Array
  /** 0..32 or 0..128. */
  readonly prefix: number
}

const LONGEST_TEXT = 45

/**
 * Parses an address without brackets, zone or port. IPv4: four decimal numbers without leading zeros.
 * IPv6: RFC 4291 2.2, also with an IPv4 tail. Anything else, also white space, gives undefined.
 */
export function parseIp(text: string): Ip | undefined {
  if (text.length === 0 || text.length > LONGEST_TEXT) return undefined
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Parses dotted decimal; undefined unless it is exactly that. */
export function parseIpv4(text: string): Ip | undefined {
  const bytes = new Uint8Array(4)
  return readIpv4(text, 0, bytes, 0) ? { family: 4, bytes } : undefined
}

function readIpv4(text: string, from: number, into: Uint8Array, offset: number): boolean {
  let part = 0
  let digits = 0
  let value = 0
  for (let i = from; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 46
    if (c === 46) {
      if (digits === 0 || part > 3) return false
      into[offset + part++] = value
      digits = 0
      value = 0
      continue
    }
    if (c < 48 || c > 57 || (digits > 0 && value === 0)) return false
    value = value * 10 + c - 48
    if (++digits > 3 || value > 255) return false
  }
  return part === 4
}

function parseIpv6(text: string): Ip | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = readGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? readGroups(halves[1] ?? '', true) : []
  if (head === undefined || tail === undefined) return undefined
  const length = head.length + tail.length
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head, 0)
  bytes.set(tail, 16 - tail.length)
  return unmapped(bytes)
}

/** Bytes of colon-separated groups; an IPv4 tail only where the address ends. */
function readGroups(text: string, ends: boolean): number[] | undefined {
  if (text === '') return []
  const out: number[] = []
  const groups = text.split(':')
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] ?? ''
    if (group.includes('.')) {
      const tail = ends && i === groups.length - 1 ? parseIpv4(group) : undefined
      if (tail === undefined) return undefined
      out.push(...tail.bytes)
      continue
    }
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    out.push(value >> 8, value & 255)
  }
  return out
}

function unmapped(bytes: Uint8Array): Ip {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return { family: 6, bytes }
  if (bytes[10] !== 255 || bytes[11] !== 255) return { family: 6, bytes }
  return { family: 4, bytes: bytes.slice(12) }
}

/** The address as text; IPv6 in RFC 5952 form: lower case, the longest run of zero groups shortened. */
export function formatIp(ip: Ip): string {
  if (ip.family === 4) return ip.bytes.join('.')
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(((ip.bytes[i] ?? 0) << 8) | (ip.bytes[i + 1] ?? 0))
  const [start, length] = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): [number, number] {
  let best = 0
  let length = 0
  for (let i = 0; i < groups.length; i++) {
    let run = 0
    while (i + run < groups.length && groups[i + run] === 0) run++
    if (run > length) [best, length] = [i, run]
    i += run
  }
  return [best, length]
}

/** The one spelling of an address, as Node or a peer may have written it: v4-mapped unwrapped, zone removed. Others unchanged. */
export function canonicalIp(text: string): string {
  // Dotted decimal has one spelling.
  if (!text.includes(':')) return text
  const zone = text.indexOf('%')
  const ip = parseIp(zone < 0 ? text : text.slice(0, zone))
  return ip === undefined ? text : formatIp(ip)
}

/**
 * Parses `10.0.0.0/8`, `192.0.2.1`, `[2001:db8::]/32`, `[::1]`; brackets are optional. Undefined when it is no network,
 * also when bits after the prefix are set: Postfix refuses such patterns, see `strayBits`.
 */
export function parseCidr(text: string): Cidr | undefined {
  const loose = parseLoose(text)
  return loose === undefined || strays(loose) ? undefined : loose
}

/** For messages: the network meant, when a pattern is refused only because bits after its prefix are set. */
export function strayBits(text: string): string | undefined {
  const loose = parseLoose(text)
  if (loose === undefined || !strays(loose)) return undefined
  const bytes = loose.bytes.map((byte, i) => byte & maskOf(loose.prefix, i))
  return formatCidr({ ...loose, bytes })
}

function parseLoose(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/')
  let address = slash < 0 ? text : text.slice(0, slash)
  if (address.startsWith('[') && address.endsWith(']')) address = address.slice(1, -1)
  const ip = parseIp(address)
  if (ip === undefined) return undefined
  const bits = ip.bytes.length * 8
  if (slash < 0) return { ...ip, prefix: bits }
  const digits = text.slice(slash + 1)
  if (!/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined
  // A mapped network counts its prefix in 128 bits.
  const prefix = ip.family === 4 && address.includes(':') ? Number(digits) - 96 : Number(digits)
  return prefix < 0 || prefix > bits ? undefined : { ...ip, prefix }
}

function strays(cidr: Cidr): boolean {
  return cidr.bytes.some((byte, i) => (byte & ~maskOf(cidr.prefix, i) & 255) !== 0)
}

/** The mask of byte `index` under a prefix. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8))
  return (255 << (8 - bits)) & 255
}

/** `10.0.0.0/8`, `2001:db8::/32`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr)}/${cidr.prefix}`
}

/** Is the address in the network? */
export function cidrMatch(cidr: Cidr, ip: Ip): boolean {
  if (cidr.family !== ip.family) return false
  for (let i = 0, left = cidr.prefix; left > 0; i++, left -= 8)
    if ((((cidr.bytes[i] ?? 0) ^ (ip.bytes[i] ?? 0)) & maskOf(cidr.prefix, i)) !== 0) return false
  return true
}

/** A set of networks. @throws RangeError from `add` when a pattern is no network */
export class CidrSet {
  readonly #networks: Cidr[] = []
  constructor(patterns: Iterable<string> = []) {
    for (const pattern of patterns) this.add(pattern)
  }
  add(pattern: string): this {
    const cidr = parseCidr(pattern)
    if (cidr === undefined) {
      const meant = strayBits(pattern)
      const hint = meant === undefined ? '' : `: bits after the prefix are set; perhaps ${meant} is meant`
      throw new RangeError(`bad network "${pattern}"${hint}`)
    }
    this.#networks.push(cidr)
    return this
  }
  has(address: string | Ip): boolean {
    const ip = typeof address === 'string' ? parseIp(address) : address
    return ip !== undefined && this.#networks.some((network) => cidrMatch(network, ip))
  }
  get size(): number {
    return this.#networks.length
  }
}

/** The name under which DNS knows an address for PTR and block lists: reversed, without a zone (RFC 1035 3.5, RFC 5782). */
export function reversedIp(ip: Ip): string {
  if (ip.family === 4) return [...ip.bytes].reverse().join('.')
  const nibbles: string[] = []
  for (const byte of ip.bytes) nibbles.push((byte >> 4).toString(16), (byte & 15).toString(16))
  return nibbles.reverse().join('.')
}

/** The PTR name of an address: `1.2.0.192.in-addr.arpa`. */
export function ptrName(ip: Ip): string {
  return `${reversedIp(ip)}.${ip.family === 4 ? 'in-addr.arpa' : 'ip6.arpa'}`
}
