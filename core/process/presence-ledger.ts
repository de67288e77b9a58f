/**
 * The supervisor's side of presence: for each key that outgrew a worker's share, how many every worker has. It begins by asking
 * all of them; messages of one worker come in order, so an answer and what is told after it add up. Arrivals wait for the
 * answers, and are then counted one by one, which makes the count exact.
 */
import { monotonic, type WatchOrder } from './presence.ts'

/** Milliseconds that a key is watched beyond its last renewal, what must be left of that for a count to go on, and between renewals. */
const WATCH = 60_000
const MARGIN = 10_000
const RENEWAL = 20_000

export interface PresenceLedgerOptions {
  /** Places of all workers. */
  readonly workers: number
  /** Asks a worker to watch a key and to say how many it has. Rejects, or takes its time, when the worker is gone. */
  watch(worker: number, order: WatchOrder): Promise<number>
  now?(): number
}

interface Arrival {
  readonly worker: number
  resolve(total: number): void
}

interface Entry {
  readonly parts: Map<number, number>
  /** Workers that have not yet said how many they have. */
  readonly missing: Set<number>
  waiting: Arrival[]
  until: number
  /** Arrivals are about to be counted. */
  isDue: boolean
}

export class PresenceLedger {
  readonly #options: PresenceLedgerOptions
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: PresenceLedgerOptions) {
    this.#options = options
    this.#now = options.now ?? monotonic
  }

  /** One more at this worker. Resolves with how many there are at all. */
  arrive(worker: number, key: string): Promise<number> {
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { parts: new Map(), missing: new Set(), waiting: [], until: 0, isDue: false }
      this.#entries.set(key, entry)
    }
    const known = entry
    return new Promise((resolve) => {
      known.waiting.push({ worker, resolve })
      if (this.#now() > known.until - MARGIN) this.#watch(key, known)
      this.#countSoon(known)
    })
  }

  depart(worker: number, key: string): void {
    const parts = this.#entries.get(key)?.parts
    const count = parts?.get(worker)
    if (count !== undefined) parts?.set(worker, count - 1)
  }

  /** The worker died, and its connections with it. */
  forget(worker: number): void {
    for (const entry of this.#entries.values()) {
      entry.parts.delete(worker)
      entry.missing.delete(worker)
      entry.waiting = entry.waiting.filter((arrival) => arrival.worker !== worker)
      this.#countSoon(entry)
    }
  }

  /** For a worker that starts. */
  watched(): readonly WatchOrder[] {
    return [...this.#entries].map(([key, { until }]) => ({ key, until }))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Asks all how many they have. */
  #watch(key: string, entry: Entry): void {
    this.#timer ??= setInterval(() => this.renew(), RENEWAL).unref()
    entry.until = this.#now() + WATCH
    for (let worker = 0; worker < this.#options.workers; worker++) {
      entry.missing.add(worker)
      const settle = (count: number): void => {
        if (!entry.missing.delete(worker)) return
        const waiting = entry.waiting.filter((arrival) => arrival.worker === worker).length
        entry.parts.set(worker, count - waiting)
        this.#countSoon(entry)
      }
      this.#options.watch(worker, { key, until: entry.until }).then(settle, () => settle(0))
    }
  }

  /**
   * Counts when all that has come from the workers by now is read: who has left one of them, and was told so, may arrive at another
   * whose message is read first.
   */
  #countSoon(entry: Entry): void {
    if (entry.isDue || entry.waiting.length === 0) return
    entry.isDue = true
    setImmediate(() => {
      entry.isDue = false
      this.#count(entry)
    })
  }

  /** Counts arrivals, once all have answered. */
  #count({ parts, missing, waiting }: Entry): void {
    if (missing.size > 0) return
    for (const { worker, resolve } of waiting.splice(0)) {
      parts.set(worker, (parts.get(worker) ?? 0) + 1)
      resolve(total(parts))
    }
  }

  /** Keys in use are watched on; the others are forgotten when no worker watches them any more. */
  renew(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.waiting.length > 0) continue
      if (total(entry.parts) > 0) this.#watch(key, entry)
      else if (this.#now() > entry.until) this.#entries.delete(key)
    }
  }
}

function total(parts: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const count of parts.values()) sum += count
  return sum
}
