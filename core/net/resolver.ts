/**
 * The resolver: asks the servers of resolv.conf (or given ones), keeps answers as long as they may be kept, and lets equal
 * questions wait for one answer. It never throws: what goes wrong is an answer with status `failed`.
 */
import { randomInt } from 'node:crypto'
import { isHostname } from '../protocol/domain.ts'
import { byTcp, byUdp, type Exchange } from './exchange.ts'
import { openHostsFile } from './hosts.ts'
import { asciiDomain } from './idna.ts'
import { parseIp, ptrName } from './ip.ts'
import { answers, failure, isTruncated, question, type Understood, understand } from './packets.ts'
import { followResolvConf, type NameServer, parseNameServer, type ResolverSettings } from './resolv-conf.ts'
import type { Answer, RecordType, Resolver } from './types.ts'

export interface ResolverOptions {
  /** `host` or `host:port`; default: those of `resolvConf`. */
  readonly servers?: readonly string[]
  /** Default /etc/resolv.conf. */
  readonly resolvConf?: string
  /** When set, A, AAAA and PTR are looked up here first. */
  readonly hostsFile?: string
  /** For one try at one server. */
  readonly timeoutMs?: number
  /** Rounds over all servers. */
  readonly attempts?: number
  /** Believe the AD bit; default: what resolv.conf says, no for given servers. */
  readonly trustAd?: boolean
  /** Write the question in random case and demand it back (0x20); a few servers do not play along. */
  readonly mixCase?: boolean
  /** Answers kept. */
  readonly cacheSize?: number
  readonly now?: () => number
  /** Instead of the network: for tests. */
  readonly udp?: Exchange
  readonly tcp?: Exchange
}

const DEFAULT_CACHE = 10_000
/** Seconds for which a failure is remembered (RFC 9520 3.2): a session must not wait for a dead server again and again. */
const FAILURE_TTL = 10
/** RFC 1035 2.3.4, as text. */
const LONGEST_NAME = 253

interface Kept {
  readonly answer: Answer
  readonly until: number
}

/** Makes a resolver. @throws RangeError when a given server is no address */
export function createResolver(options: ResolverOptions = {}): Resolver {
  return new CachingResolver(options)
}

class CachingResolver implements Resolver {
  readonly #options: ResolverOptions
  readonly #settings: () => ResolverSettings
  readonly #hosts: ReturnType<typeof openHostsFile> | undefined
  readonly #kept = new Map<string, Kept>()
  readonly #asked = new Map<string, Promise<Answer>>()
  readonly #now: () => number
  #closed = false

  constructor(options: ResolverOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#settings = settingsOf(options, this.#now)
    this.#hosts = options.hostsFile === undefined ? undefined : openHostsFile(options.hostsFile, this.#now)
  }

  resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    const ascii = asciiDomain(name) ?? ''
    const host = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
    if (!isHostname(host) || host.length > LONGEST_NAME) return Promise.resolve(failure(name, type, 'invalid'))
    const local = this.#local(host.toLowerCase(), type)
    if (local !== undefined) return Promise.resolve(local)
    const key = `${type} ${host.toLowerCase()}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.until > this.#now()) return Promise.resolve(kept.answer as Answer<T>)
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked as Promise<Answer<T>>
    const asking = this.#ask(host, type).then((understood) => {
      this.#asked.delete(key)
      this.#keep(key, understood)
      return understood.answer
    })
    this.#asked.set(key, asking as Promise<Answer>)
    return asking
  }

  known<T extends RecordType>(name: string, type: T): Answer<T> | undefined {
    const kept = this.#hosts === undefined ? this.#kept.get(`${type} ${name}`) : undefined
    return kept !== undefined && kept.until > this.#now() ? (kept.answer as Answer<T>) : undefined
  }

  prefetch(name: string, type: RecordType): void {
    if (this.known(name, type) === undefined) void this.resolve(name, type)
  }

  close(): void {
    this.#closed = true
    this.#kept.clear()
  }

  /** What the hosts file says. */
  #local<T extends RecordType>(name: string, type: T): Answer<T> | undefined {
    const values = localValues(name, type, this.#hosts)
    if (values.length === 0) return undefined
    const records = values.map((data) => ({ name, type, ttl: 0, data })) as unknown as Answer<T>['records']
    return { status: 'found', records, authenticated: false, canonical: name, reason: '' }
  }

  #keep(key: string, { answer, ttl }: Understood<RecordType>): void {
    this.#kept.delete(key)
    const seconds = answer.status === 'failed' ? FAILURE_TTL : ttl
    if (seconds <= 0 || this.#closed) return
    this.#kept.set(key, { answer, until: this.#now() + seconds * 1000 })
    const most = this.#options.cacheSize ?? DEFAULT_CACHE
    // A Map gives its oldest first.
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break
      this.#kept.delete(oldest)
    }
  }

  async #ask<T extends RecordType>(name: string, type: T): Promise<Understood<T>> {
    const settings = this.#settings()
    let last: Understood<T> = { answer: failure(name, type, 'failed'), ttl: 0, retry: true }
    for (let round = 0; round < settings.attempts && !this.#closed; round++) {
      for (const server of settings.servers) {
        const understood = await this.#askOne(server, name, type, settings)
        if (understood === undefined) continue
        if (!understood.retry) return understood
        last = understood
      }
    }
    return last
  }

  /** Undefined: this server did not answer. */
  async #askOne<T extends RecordType>(server: NameServer, name: string, type: T, settings: ResolverSettings) {
    const id = randomInt(65_536)
    const mixed = this.#options.mixCase === true
    const asked = mixed ? mixCase(name) : name
    const accepts = (packet: Buffer): boolean => answers(packet, id, asked, type, mixed)
    try {
      const bytes = question(id, asked, type)
      let packet = await (this.#options.udp ?? byUdp)(bytes, server, settings.timeoutMs, accepts)
      if (isTruncated(packet)) packet = await (this.#options.tcp ?? byTcp)(bytes, server, settings.timeoutMs, accepts)
      return understand(packet, name, type, settings.trustAd)
    } catch {
      return undefined
    }
  }
}

function settingsOf(options: ResolverOptions, now: () => number): () => ResolverSettings {
  const { servers, timeoutMs, attempts, trustAd } = options
  const given = servers?.map(parseNameServer)
  const follow = followResolvConf(options.resolvConf ?? '/etc/resolv.conf', now)
  return () => {
    const file = follow()
    return {
      servers: given ?? file.servers,
      timeoutMs: timeoutMs ?? file.timeoutMs,
      attempts: attempts ?? file.attempts,
      trustAd: trustAd ?? (given === undefined && file.trustAd),
    }
  }
}

function localValues(name: string, type: RecordType, hosts: ReturnType<typeof openHostsFile> | undefined): readonly string[] {
  if (type === 'A' || type === 'AAAA') {
    return hosts?.addresses(name).filter((address) => address.includes(':') === (type === 'AAAA')) ?? []
  }
  if (type !== 'PTR' || hosts === undefined) return []
  const address = addressOfPtr(name)
  return address === undefined ? [] : hosts.names(address).slice(0, 1)
}

/** The address that a PTR name stands for. */
function addressOfPtr(name: string): string | undefined {
  const labels = name.split('.')
  const top = labels.splice(-2).join('.')
  if (top === 'in-addr.arpa') {
    const address = labels.reverse().join('.')
    return parseIp(address) === undefined ? undefined : address
  }
  if (top !== 'ip6.arpa' || labels.length !== 32) return undefined
  const hex = labels.reverse().join('')
  const ip = parseIp((hex.match(/.{4}/g) ?? []).join(':'))
  return ip !== undefined && ptrName(ip) === name ? hex.replace(/.{4}(?!$)/g, '$&:') : undefined
}

function mixCase(name: string): string {
  const coins = randomInt(2 ** 47)
  let out = ''
  for (let i = 0; i < name.length; i++) {
    const letter = name.charAt(i)
    out += Math.floor(coins / 2 ** (i % 47)) % 2 === 1 ? letter.toUpperCase() : letter.toLowerCase()
  }
  return out
}
