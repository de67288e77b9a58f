/**
 * A worker's side of shared concurrency (core/queue/manager-types.ts): its fixed share of a limit costs nothing but a
 * counter; beyond it the supervisor is asked, once until it says that there is room.
 */
import type { Leases } from '../queue/manager-types.ts'
import { Directory } from '../roster.ts'
import { share } from './lease-ledger.ts'

/** How the supervisor is reached. */
export interface LeaseOffice {
  acquire(key: string, limit: number): Promise<boolean>
  release(key: string): void
}

interface Count {
  used: number
  /** Of `used`, those that the supervisor granted. */
  granted: number
  /** The supervisor said no, and has not yet said that there is room. */
  refusedThere: boolean
  /** Someone here was told no and waits for `freed`. */
  refusedHere: boolean
}

/** Builds it. `freed`: the supervisor has room for this key again. */
export function createLeases(workers: number, office: LeaseOffice): Leases & { freed(key: string): void } {
  return new SharedLeases(workers, office)
}

class SharedLeases implements Leases {
  readonly #workers: number
  readonly #office: LeaseOffice
  readonly #counts = new Directory<Count>()
  readonly #listeners: ((key: string) => void)[] = []

  constructor(workers: number, office: LeaseOffice) {
    this.#workers = workers
    this.#office = office
  }

  acquire(key: string, limit: number): boolean | Promise<boolean> {
    let count = this.#counts.get(key)
    if (count === undefined) {
      count = { used: 0, granted: 0, refusedThere: false, refusedHere: false }
      this.#counts.set(key, count)
    }
    const own = share(limit, this.#workers)
    if (count.used - count.granted < own) {
      count.used++
      return true
    }
    if (own * this.#workers === limit || count.refusedThere) return refused(count)
    return this.#ask(key, limit, count)
  }

  release(key: string): void {
    const count = this.#counts.get(key)
    if (count === undefined || count.used === 0) return
    count.used--
    if (count.granted > 0) {
      count.granted--
      this.#office.release(key)
    }
    const waiting = count.refusedHere
    count.refusedHere = false
    this.#tidy(key, count)
    if (waiting) this.#tell(key)
  }

  onFreed(listener: (key: string) => void): void {
    this.#listeners.push(listener)
  }

  freed(key: string): void {
    const count = this.#counts.get(key)
    if (count === undefined) return
    count.refusedThere = false
    count.refusedHere = false
    this.#tidy(key, count)
    this.#tell(key)
  }

  async #ask(key: string, limit: number, count: Count): Promise<boolean> {
    count.used++
    count.granted++
    const granted = await this.#office.acquire(key, limit).catch(() => false)
    if (granted) return true
    count.used--
    count.granted--
    count.refusedThere = true
    return refused(count)
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key)
  }

  #tidy(key: string, count: Count): void {
    if (count.used === 0 && !count.refusedHere && !count.refusedThere) this.#counts.delete(key)
  }
}

function refused(count: Count): false {
  count.refusedHere = true
  return false
}
