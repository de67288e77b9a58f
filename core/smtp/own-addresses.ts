/** The addresses at which this gateway can be reached: inet_interfaces and proxy_interfaces. For the detection of mail loops. */
import { systemAddresses } from '../net/interfaces.ts'
import { canonicalIp, formatIp, parseIp } from '../net/ip.ts'
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
    if (name === 'all' || name === 'loopback-only') for (const address of systemAddresses(name)) found.add(address)
    else if (parseIp(name) !== undefined) found.add(canonicalIp(name))
    else for (const address of resolveName(name)) found.add(canonicalIp(address))
  }
  return found
}

/**
 * The address to speak from when inet_interfaces names just one of a family: a virtual host's mail comes from its own address.
 * Host names there are not looked up for this; `all` and a lone loopback address leave the choice to the system.
 */
export function loneInterface({ inet_interfaces }: Pick<Settings, 'inet_interfaces'>, family: 4 | 6): string | undefined {
  const words = inet_interfaces.split(/[\s,]+/).filter((word) => word !== '')
  const addresses = words.map((word) => parseIp(word.replace(/^\[|\]$/g, '')))
  if (addresses.some((address) => address === undefined)) return undefined
  const own = addresses.filter((address) => address?.family === family)
  const [only] = own
  return own.length !== 1 || only === undefined || isLoopback(formatIp(only)) ? undefined : formatIp(only)
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
