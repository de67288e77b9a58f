/** The addresses of this machine's network interfaces. */
import { networkInterfaces } from 'node:os'
import { canonicalIp } from './ip.ts'

/** What `all` or `loopback-only` stand for in inet_interfaces, as canonical text. */
export function systemAddresses(word: 'all' | 'loopback-only'): string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return interfaces.filter(({ internal }) => word === 'all' || internal).map(({ address }) => canonicalIp(address))
}
