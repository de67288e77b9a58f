/** Next hops as Postfix writes them, parsed: `domain`, `host:port`, `[host]`, `[ipv6:...]:port`, `unix:path`, `inet:host`, lists. */
import { asciiDomain } from '../net/idna.ts'
import { canonicalIp, parseIp } from '../net/ip.ts'
import type { Flavour } from './flavour.ts'

/** One place to deliver to. */
export type NextHop =
  | { readonly kind: 'unix'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'inet'
      /** Domain, host name or address, without brackets. */
      readonly name: string
      readonly port: number
      /** MX records count. */
      readonly mx: boolean
      readonly text: string
    }
  | { readonly kind: 'bad'; readonly why: string; readonly text: string }

/** RFC 5321 4.5.3.1: the port of SMTP, at which loops are looked for. */
export const SMTP_PORT = 25

/** How next hops are read: the client, the port of those that name none, and ports by name (known_tcp_ports). */
export interface NextHopRules {
  readonly flavour: Flavour
  readonly defaultPort: string
  readonly ports: ReadonlyMap<string, number>
  /** enable_idna2003_compatibility */
  readonly idna2003?: boolean
}

/** The next hops of a route in the order in which they are tried. */
export function parseNextHops(text: string, rules: NextHopRules): readonly NextHop[] {
  const trimmed = text.trim()
  const { flavour } = rules
  if (flavour.hasSchemes && trimmed.startsWith('unix:')) return [{ kind: 'unix', path: trimmed.slice(5), text: trimmed }]
  const list = flavour.hasSchemes && trimmed.startsWith('inet:') ? trimmed.slice(5) : trimmed
  const words = list.split(/[\s,]+/).filter((word) => word !== '')
  return words.length === 0 ? [bad(text, 'it is empty')] : words.map((word) => parseNextHop(word, rules))
}

/** One next hop. */
export function parseNextHop(text: string, rules: NextHopRules): NextHop {
  const bare = /^\[([^[\]]+)\](?::([^:]+))?$/.exec(text)
  if (bare !== null) return inet(text, addressText(bare[1] ?? ''), bare[2], false, rules)
  if (parseIp(text) !== undefined) return inet(text, text, undefined, false, rules)
  const plain = /^([^:[\]]+)(?::([^:]+))?$/.exec(text)
  if (plain === null) return bad(text, 'it is neither a domain, host:port, nor [host]:port')
  const name = plain[1] ?? ''
  return inet(text, name, plain[2], rules.flavour.usesMx && parseIp(name) === undefined, rules)
}

function bad(text: string, why: string): NextHop {
  return { kind: 'bad', text, why }
}

/** `[ipv6:2001:db8::1]` is a form of `[2001:db8::1]`. */
function addressText(text: string): string {
  return /^ipv6:/i.test(text) ? text.slice(5) : text
}

function inet(text: string, host: string, given: string | undefined, mx: boolean, rules: NextHopRules): NextHop {
  const service = given ?? rules.defaultPort
  const port = rules.ports.get(service.toLowerCase()) ?? (/^\d{1,5}$/.test(service) ? Number(service) : 0)
  if (port < 1 || port > 65_535) return bad(text, `unknown service: ${service}/tcp`)
  const name = parseIp(host) === undefined ? asciiDomain(host, rules.idna2003) : canonicalIp(host)
  if (name === undefined) return bad(text, 'it is no host name')
  return { kind: 'inet', name, port, mx, text }
}
