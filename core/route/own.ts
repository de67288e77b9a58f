/** Own addresses: what `[1.2.3.4]` in an address must be to mean this host. Postfix: inet_interfaces, proxy_interfaces. */
import { lookup } from 'node:dns/promises'
import { systemAddresses } from '../net/interfaces.ts'
import { formatIp, parseIp } from '../net/ip.ts'
import type { Scope } from '../parameters.ts'
import { ROUTE_PARAMETERS } from './parameters.ts'

/**
 * The own addresses as canonical text, those of proxies included.
 * @throws Error when a name in inet_interfaces or proxy_interfaces has no address
 */
export async function ownAddresses(scope: Scope): Promise<ReadonlySet<string>> {
  const { inet_interfaces, proxy_interfaces } = scope.values(ROUTE_PARAMETERS)
  const interfaces = await Promise.all(inet_interfaces.map((word) => addressesOf('inet_interfaces', word)))
  const proxies = await Promise.all(proxy_interfaces.map((word) => addressesOf('proxy_interfaces', word)))
  return new Set([...interfaces.flat(), ...proxies.flat()])
}

async function addressesOf(parameter: string, word: string): Promise<string[]> {
  const bare = word.replace(/^\[(.*)\]$/, '$1')
  const ip = parseIp(bare)
  if (ip !== undefined) return [formatIp(ip)]
  if (word === 'all' || word === 'loopback-only') return systemAddresses(word)
  try {
    return (await lookup(bare, { all: true })).map(({ address }) => address)
  } catch (error) {
    throw new Error(`${parameter}: host not found: ${bare}`, { cause: error })
  }
}
