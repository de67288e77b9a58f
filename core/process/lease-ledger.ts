/**
 * The supervisor's side of shared concurrency: of a destination's limit each worker has a fixed share, and here is kept
 * who holds the remainder. The sum never exceeds the limit; what a dead worker held comes back.
 */

/** A destination key with its holders. */
interface Entry {
  readonly held: Map<number, number>
  total: number
  /** Workers that were refused and want to be told. */
  readonly waiting: Set<number>
}

export class LeaseLedger {
  readonly #workers: number
  readonly #freed: (worker: number, key: string) => void
  readonly #entries = new Map<string, Entry>()

  /** @param freed is called once for each refused worker when there may be room again */
  constructor(workers: number, freed: (worker: number, key: string) => void) {
    this.#workers = workers
    this.#freed = freed
  }

  /** One more than its share for a worker? A refusal is remembered until `freed` is called. */
  acquire(worker: number, key: string, limit: number): boolean {
    const spare = limit - this.#workers * share(limit, this.#workers)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { held: new Map(), total: 0, waiting: new Set() }
      this.#entries.set(key, entry)
    }
    if (entry.total >= spare) {
      if (spare > 0) entry.waiting.add(worker)
      this.#forgetIdle(key, entry)
      return false
    }
    entry.total++
    entry.held.set(worker, (entry.held.get(worker) ?? 0) + 1)
    return true
  }

  release(worker: number, key: string): void {
    const entry = this.#entries.get(key)
    const held = entry?.held.get(worker) ?? 0
    if (entry === undefined || held === 0) return
    if (held === 1) entry.held.delete(worker)
    else entry.held.set(worker, held - 1)
    entry.total--
    this.#tellWaiting(key, entry)
  }

  /** The worker died: all that it held is free. */
  forget(worker: number): void {
    for (const [key, entry] of this.#entries) {
      entry.waiting.delete(worker)
      entry.total -= entry.held.get(worker) ?? 0
      if (entry.held.delete(worker)) this.#tellWaiting(key, entry)
      else this.#forgetIdle(key, entry)
    }
  }

  /** Keys in use, for status and tests. */
  get size(): number {
    return this.#entries.size
  }

  /** Everyone who waits is told, not only the first: that one may have nothing left to send, and the others would wait for ever. */
  #tellWaiting(key: string, entry: Entry): void {
    const waiting = [...entry.waiting]
    entry.waiting.clear()
    this.#forgetIdle(key, entry)
    for (const worker of waiting) this.#freed(worker, key)
  }

  #forgetIdle(key: string, entry: Entry): void {
    if (entry.total === 0 && entry.waiting.size === 0) this.#entries.delete(key)
  }
}

/** What each of `workers` may use of a limit without asking. */
export function share(limit: number, workers: number): number {
  return Math.floor(limit / workers)
}
