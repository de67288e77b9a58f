/** The addresses at which this gateway can be reached: inet_interfaces and proxy_interfaces. For the detection of mail loops. */
import { networkInterfaces } from 'node:os'
import { canonicalIp, parseIp } from '../net/ip.ts'
import type { Settings } from './parameters.ts'

/** How long (ms) what the system said about its interfaces is believed. */
const BELIEVED = 10_000

/** Tells whether an address is our own. @param resolveName addresses of a host name in those parameters */
export function ownAddresses(
  settings: Settings,
  now: () => number,
  resolveName: (name: string) => readonly string[],
): (address: string) => boolean {
  let known: ReadonlySet<string> = new Set()
  let asked = Number.NEGATIVE_INFINITY
  return (address) => {
    if (now() - asked > BELIEVED) {
      asked = now()
      known = gather(settings, resolveName)
    }
    return known.has(canonicalIp(address))
  }
}

function gather(settings: Settings, resolveName: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const word of `${settings.inet_interfaces} ${settings.proxy_interfaces}`.split(/[\s,]+/)) {
    const name = word.replace(/^\[|\]$/g, '')
    if (name === '') continue
    if (name === 'all' || name === 'loopback-only') for (const address of systemAddresses(name === 'all')) found.add(address)
    else if (parseIp(name) !== undefined) found.add(canonicalIp(name))
    else for (const address of resolveName(name)) found.add(canonicalIp(address))
  }
  return found
}

function systemAddresses(isAll: boolean): string[] {
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return interfaces.filter(({ internal }) => isAll || internal).map(({ address }) => canonicalIp(address))
}
