/** /etc/resolv.conf (resolv.conf(5)): which servers are asked, how long and how often; read again when the file changes. */
import { readFileSync, statSync } from 'node:fs'
import { parseIp } from './ip.ts'

/** Where to send questions. */
export interface NameServer {
  readonly address: string
  readonly port: number
}

/** What the file says. Times in milliseconds. */
export interface ResolverSettings {
  readonly servers: readonly NameServer[]
  readonly timeoutMs: number
  readonly attempts: number
  /** The AD bit of these servers is believed (`options trust-ad`). */
  readonly trustAd: boolean
}

const DNS_PORT = 53
/** As the C library: more are not used. */
const MOST_SERVERS = 3
const RECHECK = 1000

/** Parses the file's text. Without a nameserver line the local host is asked. */
export function parseResolvConf(text: string): ResolverSettings {
  const servers: NameServer[] = []
  let timeout = 5
  let attempts = 2
  let trustAd = false
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/)
    if (keyword === 'nameserver' && parseIp((words[0] ?? '').split('%', 1)[0] ?? '') !== undefined)
      servers.push({ address: words[0] ?? '', port: DNS_PORT })
    if (keyword !== 'options') continue
    for (const word of words) {
      timeout = limited(word, 'timeout:', 30) ?? timeout
      attempts = limited(word, 'attempts:', 5) ?? attempts
      if (word === 'trust-ad') trustAd = true
    }
  }
  if (servers.length === 0) servers.push({ address: '127.0.0.1', port: DNS_PORT })
  return { servers: servers.slice(0, MOST_SERVERS), timeoutMs: timeout * 1000, attempts, trustAd }
}

function limited(word: string, prefix: string, most: number): number | undefined {
  if (!word.startsWith(prefix)) return undefined
  const value = Number(word.slice(prefix.length))
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : undefined
}

/** Follows a resolv.conf; a missing file counts as an empty one. */
export function followResolvConf(path: string, now: () => number = Date.now): () => ResolverSettings {
  let settings = parseResolvConf('')
  let version = ''
  let checked = Number.NEGATIVE_INFINITY
  return () => {
    const time = now()
    if (time - checked < RECHECK) return settings
    checked = time
    const facts = statSync(path, { throwIfNoEntry: false })
    const found = facts === undefined ? '' : `${facts.mtimeMs}:${facts.size}:${facts.ino}`
    if (found === version) return settings
    version = found
    settings = parseResolvConf(found === '' ? '' : readQuietly(path))
    return settings
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Parses `host`, `host:port`, `[v6]:port` of a configured server. @throws RangeError when it is none */
export function parseNameServer(text: string): NameServer {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text)
  const plain = bracketed ?? (parseIp(text) === undefined ? /^([^:]+)(?::(\d{1,5}))?$/.exec(text) : undefined)
  const address = plain === undefined || plain === null ? text : (plain[1] ?? '')
  const port = Number(plain?.[2] ?? DNS_PORT)
  if (parseIp(address) === undefined || port < 1 || port > 65_535) throw new RangeError(`bad name server "${text}"`)
  return { address, port }
}
