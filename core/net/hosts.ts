/**
 * /etc/hosts: names to addresses and back, read again when the file changes.
 * Used where smtp_host_lookup says `native`, and for client names before DNS is asked.
 */
import { readFileSync, statSync } from 'node:fs'
import { canonicalIp, parseIp } from './ip.ts'

/** How long (ms) the file is trusted before its time of change is looked at again. */
const RECHECK = 1000
/** Larger files are not read. */
const LARGEST = 16 * 1024 * 1024

/** A view of one hosts file. A missing or unreadable file is an empty one. */
export interface HostsFile {
  /** Addresses of a name in the order of the file; the name may have a final dot and any case. */
  addresses(name: string): readonly string[]
  /** Names of an address, the canonical one first. */
  names(address: string): readonly string[]
}

interface Contents {
  readonly byName: ReadonlyMap<string, readonly string[]>
  readonly byAddress: ReadonlyMap<string, readonly string[]>
}

const NOTHING: readonly string[] = []

/** Opens a hosts file; `now` tells the time in milliseconds. */
export function openHostsFile(path = '/etc/hosts', now: () => number = Date.now): HostsFile {
  let contents: Contents = parseHosts('')
  let version = ''
  let checked = Number.NEGATIVE_INFINITY
  const current = (): Contents => {
    const time = now()
    if (time - checked < RECHECK) return contents
    checked = time
    const facts = statSync(path, { throwIfNoEntry: false })
    const found = facts === undefined || facts.size > LARGEST ? '' : `${facts.mtimeMs}:${facts.size}:${facts.ino}`
    if (found === version) return contents
    version = found
    contents = parseHosts(found === '' ? '' : readQuietly(path))
    return contents
  }
  return {
    addresses: (name) => current().byName.get(keyOf(name)) ?? NOTHING,
    names: (address) => current().byAddress.get(canonicalIp(address)) ?? NOTHING,
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Parses the text of a hosts file: `address name alias ... # comment`. Lines that are not that are skipped. */
export function parseHosts(text: string): Contents {
  const byName = new Map<string, string[]>()
  const byAddress = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    if (names.length === 0 || parseIp(address.split('%', 1)[0] ?? '') === undefined) continue
    const ip = canonicalIp(address)
    for (const name of names) {
      add(byName, keyOf(name), ip)
      add(byAddress, ip, name)
    }
  }
  return { byName, byAddress }
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else if (!known.includes(value)) known.push(value)
}

function keyOf(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}
