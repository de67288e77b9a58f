/**
 * Idle connections that wait for more mail. Postfix: smtp_connection_cache_*, smtp_connection_reuse_*.
 * A destination is worth keeping connections for when it is listed, when deliveries to it follow one another without a pause
 * (Postfix's rule for smtp_connection_cache_on_demand), or when much went there within the last second.
 */
import { Directory } from '../roster.ts'
import type { Settings } from './parameters.ts'

/** What the pool needs of a connection. */
export interface Poolable {
  /** The next hop that it serves. */
  readonly key: string
  /** `performance.now()` at its start. */
  readonly born: number
  readonly uses: number
  /** Nobody needs it: `onGone` is called when it dies by itself. */
  rest(onGone: () => void): void
  /** Close without a word, as Postfix's cache does. */
  drop(): void
}

interface Idle<S> {
  readonly session: S
  readonly until: number
}

/** Deliveries to one destination that overlap, or have more mail waiting behind them. */
interface Flow {
  running: number
  /** Second in which one was last done. */
  done: number
  /** They follow one another. */
  isSteady: boolean
}

/** Deliveries within a second that make a destination a busy one. */
const BUSY = 20
const SECOND = 1000
/** How often (ms) idle connections are looked through, at most. */
const SWEEP = 250
/** Idle connections in all; beyond it the oldest goes. */
const MOST_IDLE = 500

export class ConnectionPool<S extends Poolable> {
  readonly #settings: Settings
  readonly #idle = new Directory<Idle<S>[]>()
  readonly #traffic = new Map<string, { second: number; count: number; before: number }>()
  readonly #flows = new Directory<Flow>()
  /** With so many of them, those that are at rest are forgotten. */
  #forgetAt = MOST_IDLE
  #size = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: Settings) {
    this.#settings = settings
  }

  get size(): number {
    return this.#size
  }

  /** A delivery to this destination begins. Answers whether it is one of many that follow one another. */
  begin(key: string): boolean {
    const second = Math.floor(performance.now() / SECOND)
    this.#count(key, second)
    if (this.#flows.size >= this.#forgetAt) this.#forgetResting(second)
    const flow = this.#flows.get(key) ?? { running: 0, done: Number.NEGATIVE_INFINITY, isSteady: false }
    this.#flows.set(key, flow)
    flow.running++
    flow.isSteady = flow.done + 1 >= second || (flow.isSteady && flow.running > 1)
    return flow.isSteady
  }

  /** Destinations whose deliveries are remembered. */
  get flows(): number {
    return this.#flows.size
  }

  /** More mail waited for them, and never came: it was put off or taken away. What they were says nothing after a second. */
  #forgetResting(second: number): void {
    for (const [key, { running, done }] of this.#flows.entries()) if (running === 0 && done + 1 < second) this.#flows.delete(key)
    this.#forgetAt = Math.max(MOST_IDLE, 2 * this.#flows.size)
  }

  /** It has ended. @param hasMore mail for the destination waits */
  end(key: string, hasMore: boolean): void {
    const flow = this.#flows.get(key)
    if (flow === undefined) return
    flow.running--
    flow.done = Math.floor(performance.now() / SECOND)
    if (flow.running === 0 && !hasMore) this.#flows.delete(key)
  }

  #count(key: string, second: number): void {
    const known = this.#traffic.get(key)
    if (known === undefined) {
      this.#traffic.set(key, { second, count: 1, before: 0 })
      this.#start()
    } else if (known.second === second) known.count++
    else {
      known.before = known.second === second - 1 ? known.count : 0
      known.second = second
      known.count = 1
    }
  }

  /** Are connections to this destination kept, and used again? @param isSteady what `begin` said */
  serves(key: string, isListed: boolean, isSteady: boolean): boolean {
    return isListed || (this.#settings.connection_cache_on_demand && (isSteady || this.#isBusy(key)))
  }

  /** Should this connection be kept? The arguments are those of `serves`. */
  wants(key: string, isListed: boolean, isSteady: boolean, session: Poolable): boolean {
    const { connection_reuse_count_limit, connection_reuse_time_limit } = this.#settings
    if (this.#isClosed || !this.serves(key, isListed, isSteady)) return false
    // The first message is no reuse.
    if (connection_reuse_count_limit > 0 && session.uses > connection_reuse_count_limit) return false
    return performance.now() - session.born < connection_reuse_time_limit
  }

  #isBusy(key: string): boolean {
    const known = this.#traffic.get(key)
    return known !== undefined && known.count + known.before >= BUSY
  }

  /** An idle connection to the destination, the one used last. */
  take(key: string): S | undefined {
    const list = this.#idle.get(key)
    if (list === undefined) return undefined
    const now = performance.now()
    for (;;) {
      const idle = list.pop()
      if (list.length === 0) this.#idle.delete(key)
      if (idle === undefined) return undefined
      this.#size--
      if (idle.until > now) return idle.session
      idle.session.drop()
    }
  }

  /** Keeps a connection for a while. */
  keep(session: S): void {
    if (this.#isClosed) {
      session.drop()
      return
    }
    const idle = { session, until: performance.now() + this.#settings.connection_cache_time_limit }
    const list = this.#idle.get(session.key)
    if (list === undefined) this.#idle.set(session.key, [idle])
    else list.push(idle)
    this.#size++
    session.rest(() => this.#remove(idle))
    if (this.#size > MOST_IDLE) this.#dropOldest()
    this.#start()
  }

  /** Closes all. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const [key, list] of this.#idle.entries()) {
      for (const { session } of list) session.drop()
      this.#idle.delete(key)
    }
    this.#size = 0
  }

  #remove(idle: Idle<S>): void {
    const list = this.#idle.get(idle.session.key)
    const at = list?.indexOf(idle) ?? -1
    if (list === undefined || at < 0) return
    list.splice(at, 1)
    this.#size--
    if (list.length === 0) this.#idle.delete(idle.session.key)
  }

  #dropOldest(): void {
    for (const list of this.#idle.values()) {
      const oldest = list[0]
      if (oldest === undefined) continue
      this.#remove(oldest)
      oldest.session.drop()
      return
    }
  }

  /** One timer for all; it runs while there is something to look through. */
  #start(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    this.#timer = setTimeout(() => this.#sweep(), Math.min(SWEEP, Math.max(10, this.#settings.connection_cache_time_limit)))
    this.#timer.unref()
  }

  #sweep(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const list of this.#idle.values())
      for (const idle of list.filter(({ until }) => until <= now)) {
        this.#remove(idle)
        idle.session.drop()
      }
    const second = Math.floor(now / SECOND)
    for (const [key, { second: last }] of this.#traffic) if (second - last > 1) this.#traffic.delete(key)
    if (this.#size > 0 || this.#traffic.size > 0) this.#start()
  }
}
