/**
 * What is known of addresses, and the probes that find it out: one for an address at a time over all who share the state.
 * An address that exists stays so until that expires, whatever a later probe says: a server may be down. Postfix: verify(8).
 */
import type { Logger, Outcome, Store } from '#postern'
import { type Entry, encodeEntry, parseEntry, UNKNOWN } from './entry.ts'

/** Times in milliseconds. */
export interface MemoryRules {
  readonly positiveExpire: number
  readonly positiveRefresh: number
  readonly negativeExpire: number
  readonly negativeRefresh: number
  readonly negativeCache: boolean
}

export interface MemoryDeps {
  readonly store: Store
  readonly rules: MemoryRules
  readonly now: () => number
  readonly probe: (address: string) => Promise<Outcome>
  readonly log: Logger
}

/** Milliseconds after which a probe that has not said anything is taken for lost. */
const PROBE_LIFETIME = 1_000_000
/** Characters of a reason that are remembered. */
const LONGEST_TEXT = 1000

export class VerificationMemory {
  readonly #deps: MemoryDeps
  /** Probes that were begun here, by address. */
  readonly #running = new Map<string, Promise<void>>()

  constructor(deps: MemoryDeps) {
    this.#deps = deps
  }

  /** What is known now; a probe begins when that is nothing, or old. */
  async query(address: string): Promise<Entry> {
    const { store, now } = this.#deps
    const found = await store.get(keyOf(address))
    const entry = this.#valid(parseEntry(found))
    if (now() - entry.probed > PROBE_LIFETIME && this.#isOld(entry) && (await this.#claim(address, found, entry)))
      this.#start(address)
    return entry
  }

  /** The probe of an address that was begun here and is under way. */
  running(address: string): Promise<void> | undefined {
    return this.#running.get(keyOf(address))
  }

  /** Only one of those who find an entry old begins a probe. */
  #claim(address: string, found: string | undefined, entry: Entry): boolean | Promise<boolean> {
    if (this.#running.has(keyOf(address))) return false
    const { store, rules, now } = this.#deps
    // Without a negative cache there is no place to leave a mark for an address that may not exist.
    if (!rules.negativeCache && entry.updated === 0) return true
    const lifetime = entry.status === 'ok' ? rules.positiveExpire : Math.max(rules.negativeExpire, PROBE_LIFETIME)
    return store.compareAndSet(keyOf(address), found, encodeEntry({ ...entry, probed: now() }), lifetime)
  }

  #start(address: string): void {
    const running = this.#probe(address).finally(() => this.#running.delete(keyOf(address)))
    this.#running.set(keyOf(address), running)
  }

  /** Never rejects. */
  async #probe(address: string): Promise<void> {
    try {
      await this.#learn(address, await this.#deps.probe(address))
    } catch (error) {
      this.#deps.log.warn(`address verification of ${address}: ${error instanceof Error ? error.message : String(error)}`)
      await this.#giveBack(address).catch(() => undefined)
    }
  }

  /** A probe came to nothing: the next who asks makes another. */
  async #giveBack(address: string): Promise<void> {
    const { store, rules } = this.#deps
    const found = await store.get(keyOf(address))
    const entry = parseEntry(found)
    if (entry === undefined || entry.probed === 0) return
    await store.compareAndSet(keyOf(address), found, encodeEntry({ ...entry, probed: 0 }), rules.negativeExpire)
  }

  async #learn(address: string, outcome: Outcome): Promise<void> {
    const { store, rules, now } = this.#deps
    const status = outcome.kind === 'sent' ? 'ok' : outcome.kind === 'bounced' ? 'bounce' : 'defer'
    if (status !== 'ok') {
      if (!rules.negativeCache) return
      if (this.#valid(parseEntry(await store.get(keyOf(address)))).status === 'ok') return
    }
    const text = (outcome.kind === 'sent' ? outcome.text : outcome.reason).slice(0, LONGEST_TEXT)
    const lifetime = status === 'ok' ? rules.positiveExpire : rules.negativeExpire
    await store.set(keyOf(address), encodeEntry({ status, probed: 0, updated: now(), text }), lifetime)
  }

  /** The state may keep entries longer than they hold. */
  #valid(entry: Entry | undefined): Entry {
    if (entry === undefined) return UNKNOWN
    const { positiveExpire, negativeExpire } = this.#deps.rules
    const lifetime = entry.status === 'ok' ? positiveExpire : negativeExpire
    return entry.updated > 0 && entry.updated + lifetime < this.#deps.now() ? UNKNOWN : entry
  }

  #isOld({ status, updated }: Entry): boolean {
    const { positiveRefresh, negativeRefresh } = this.#deps.rules
    return updated + (status === 'ok' ? positiveRefresh : negativeRefresh) < this.#deps.now()
  }
}

/** Domains are the same in any case, local parts need not be. */
function keyOf(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at + 1)}${address.slice(at + 1).toLowerCase()}`
}
