/**
 * Idle connections that wait for more mail. Postfix: smtp_connection_cache_*, smtp_connection_reuse_*.
 * A destination is worth keeping connections for when it is listed, when more mail for it waits, or when much went there
 * within the last second.
 */
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

/** Deliveries within a second that make a destination a busy one. */
const BUSY = 20
const SECOND = 1000
/** How often (ms) idle connections are looked through, at most. */
const SWEEP = 250
/** Idle connections in all; beyond it the oldest goes. */
const MOST_IDLE = 500

export class ConnectionPool<S extends Poolable> {
  readonly #settings: Settings
  readonly #listed: ReadonlySet<string>
  readonly #idle = new Map<string, Idle<S>[]>()
  readonly #traffic = new Map<string, { second: number; count: number; before: number }>()
  #size = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.#listed = new Set(settings.connection_cache_destinations.map((word) => word.toLowerCase()))
  }

  get size(): number {
    return this.#size
  }

  /** A delivery to this destination begins. */
  note(key: string): void {
    const second = Math.floor(performance.now() / SECOND)
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

  /** Should a connection to this destination be kept? @param domain the next hop without brackets and port */
  wants(key: string, domain: string, session: Poolable, hasMore: boolean): boolean {
    const { connection_cache_on_demand, connection_reuse_count_limit, connection_reuse_time_limit } = this.#settings
    if (this.#isClosed) return false
    // The first message is no reuse.
    if (connection_reuse_count_limit > 0 && session.uses > connection_reuse_count_limit) return false
    if (performance.now() - session.born >= connection_reuse_time_limit) return false
    if (this.#listed.size > 0 && this.#listed.has(domain.toLowerCase())) return true
    // Once mail goes over kept connections it goes on so, else the last of a burst would cost the next one a connection.
    return connection_cache_on_demand && (hasMore || session.uses > 1 || this.#isBusy(key))
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
    for (const list of this.#idle.values()) for (const { session } of list) session.drop()
    this.#idle.clear()
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
    for (const list of [...this.#idle.values()])
      for (const idle of list.filter(({ until }) => until <= now)) {
        this.#remove(idle)
        idle.session.drop()
      }
    const second = Math.floor(now / SECOND)
    for (const [key, { second: last }] of this.#traffic) if (second - last > 1) this.#traffic.delete(key)
    if (this.#size > 0 || this.#traffic.size > 0) this.#start()
  }
}
