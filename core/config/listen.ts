/** Where a listener listens: `127.0.0.1:2525`, `[::1]:25`, `*:submission`, `25`, `unix:/path`. */
import { parseIp } from '../net/ip.ts'
import { portsByName } from '../net/ports.ts'

/** An address to bind; for a unix socket `host` is its path and `port` 0. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const FORM = /^(?:(?<bracketed>\[[^\]]*\])|(?<plain>[^:[\]]*)):(?<port>\d{1,5}|[A-Za-z][A-Za-z0-9-]*)$/

/** @param ports by name (known_tcp_ports). @throws Error saying what is wrong */
export function parseListen(text: string, ports: ReadonlyMap<string, number> = portsByName('')): ListenAddress {
  if (text.startsWith('unix:')) {
    const host = text.slice(5)
    if (!host.startsWith('/')) throw new Error('needs an absolute path after "unix:"')
    return { host, port: 0 }
  }
  const match = FORM.exec(/^\d+$/.test(text) || ports.has(text.toLowerCase()) ? `*:${text}` : text)
  if (match?.groups === undefined) throw new Error('must be HOST:PORT, [IPV6]:PORT, *:PORT, PORT or unix:/path')
  const given = match.groups.port ?? ''
  const port = ports.get(given.toLowerCase()) ?? Number(given)
  if (Number.isNaN(port)) throw new Error(`has a port ${given} that known_tcp_ports does not name`)
  if (port > 65_535) throw new Error('has a port above 65535')
  return { host: hostOf(match.groups.bracketed, match.groups.plain ?? ''), port }
}

/** An unspecified host is every address of both families. */
function hostOf(bracketed: string | undefined, plain: string): string {
  if (bracketed !== undefined) {
    const address = bracketed.slice(1, -1).replace(/^ipv6:/i, '')
    if (parseIp(address) === undefined) throw new Error('has no address between the brackets')
    return address
  }
  if (plain === '' || plain === '*') return '::'
  if (/^[\d.]+$/.test(plain) && parseIp(plain) === undefined) throw new Error(`has no valid address before the port`)
  return plain
}
