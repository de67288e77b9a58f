/**
 * A worker's side of presence (core/state/types.ts): up to its fixed share of a limit it counts alone, which costs nothing; a key
 * that goes beyond is counted by the supervisor from then on, and every worker tells it of that key's comings and goings.
 */
import { Directory } from '../roster.ts'
import type { Presence } from '../state/types.ts'
import { share } from './lease-ledger.ts'

/** How the supervisor is reached. */
export interface PresenceOffice {
  /** One more; how many are there? */
  arrive(key: string): Promise<number>
  depart(key: string): void
}

/** A key that the supervisor counts, until this time of the machine's monotonic clock. */
export interface WatchOrder {
  readonly key: string
  readonly until: number
}

/** Milliseconds of the clock that all processes of a machine share, and that nobody sets. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

export class WorkerPresence implements Presence {
  readonly #office: PresenceOffice
  readonly #now: () => number
  readonly #counts = new Directory<number>()
  readonly #watched = new Map<string, number>()
  #workers = 1

  constructor(office: PresenceOffice, now: () => number = monotonic) {
    this.#office = office
    this.#now = now
  }

  /** Before the first connection. @param watched keys that the supervisor counts already */
  begin(workers: number, watched: readonly WatchOrder[]): void {
    this.#workers = workers
    for (const order of watched) this.watch(order)
  }

  enter(key: string, limit: number): number | Promise<number> {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    if (this.#workers === 1) return count
    if (count <= share(limit, this.#workers) && !this.#isWatched(key)) return count
    return this.#office.arrive(key).catch(() => count)
  }

  leave(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
    if (this.#watched.size > 0 && this.#isWatched(key)) this.#office.depart(key)
  }

  /** From now on the supervisor is told about this key. Returns how many there are here. */
  watch({ key, until }: WatchOrder): number {
    this.#watched.set(key, until)
    return this.#counts.get(key) ?? 0
  }

  #isWatched(key: string): boolean {
    const until = this.#watched.get(key)
    if (until === undefined) return false
    if (until > this.#now()) return true
    this.#watched.delete(key)
    return false
  }
}
