/** State in the memory of one process. */
import { afterTaking, refill } from './bucket.ts'
import type { Answer, Bucket, Engine, Op, Taken } from './types.ts'

interface Entry {
  expires: number
  value?: string
  count?: number
  /** Tokens, as of `at`. */
  tokens?: number
  at?: number
  holders?: Map<string, { held: number; expires: number }>
}

/** Entries that each operation looks at to see whether they have expired. */
const SWEEP = 2

export class MemoryEngine implements Engine {
  readonly name = 'memory'
  readonly #entries = new Map<string, Entry>()
  readonly #limit: number
  readonly #now: () => number
  #sweeper: MapIterator<[string, Entry]> | undefined

  /** @param limit entries at most: the oldest go first */
  constructor(limit: number, now: () => number = Date.now) {
    this.#limit = limit
    this.#now = now
  }

  /** Entries, those that have expired and were not yet met by the sweep included. */
  get size(): number {
    return this.#entries.size
  }

  run(op: Op): Answer {
    this.#sweep()
    switch (op.op) {
      case 'get':
        return this.#live(`v${op.key}`)?.value ?? null
      case 'set':
        this.#put(`v${op.key}`, { value: op.value, expires: this.#now() + op.lifetime })
        return true
      case 'swap':
        if ((this.#live(`v${op.key}`)?.value ?? null) !== op.expected) return false
        this.#put(`v${op.key}`, { value: op.value, expires: this.#now() + op.lifetime })
        return true
      case 'delete':
        for (const family of 'vcbt') this.#entries.delete(family + op.key)
        return true
      case 'add':
        return this.#add(`c${op.key}`, op.amount, op.window)
      case 'take':
        return this.#take(`b${op.key}`, op, op.tokens)
      case 'tally':
        return this.#tally(`t${op.key}`, op.holder, op.held, op.lifetime)
    }
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.#entries.clear()
  }

  #add(key: string, amount: number, window: number): number {
    const entry = this.#live(key)
    if (entry !== undefined) {
      entry.count = (entry.count ?? 0) + amount
      return entry.count
    }
    if (amount !== 0) this.#put(key, { count: amount, expires: this.#now() + window })
    return amount
  }

  #take(key: string, bucket: Bucket, wanted: number): Taken {
    const entry = this.#live(key)
    const now = this.#now()
    const taken = afterTaking(entry?.tokens ?? bucket.burst, now - (entry?.at ?? now), bucket, wanted)
    if (taken.granted) this.#put(key, { tokens: taken.left, at: now, expires: now + refill(taken.left, bucket) })
    return taken
  }

  #tally(key: string, holder: string, held: number, lifetime: number): number {
    const now = this.#now()
    const entry = this.#live(key) ?? { expires: 0, holders: new Map() }
    const holders = entry.holders ?? new Map<string, { held: number; expires: number }>()
    if (held > 0) holders.set(holder, { held, expires: now + lifetime })
    else holders.delete(holder)
    let sum = 0
    let expires = 0
    for (const [name, each] of holders) {
      if (each.expires <= now) holders.delete(name)
      else {
        sum += each.held
        expires = Math.max(expires, each.expires)
      }
    }
    if (holders.size === 0) this.#entries.delete(key)
    else this.#put(key, { holders, expires })
    return sum
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expires > this.#now()) return entry
    this.#entries.delete(key)
    return undefined
  }

  #put(key: string, entry: Entry): void {
    if (!this.#entries.has(key) && this.#entries.size >= this.#limit) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.set(key, entry)
  }

  /** A few at a time, round and round: no timer, and no long pause. */
  #sweep(): void {
    const now = this.#now()
    for (let i = 0; i < SWEEP; i++) {
      this.#sweeper ??= this.#entries.entries()
      const next = this.#sweeper.next()
      if (next.done) {
        this.#sweeper = undefined
        return
      }
      const [key, entry] = next.value
      if (entry.expires <= now) this.#entries.delete(key)
    }
  }
}
