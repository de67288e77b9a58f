/**
 * Presence over several machines: each process tells the engine how many it has, again and again, and what it does not repeat is
 * forgotten. While the engine is down the counts of this machine serve.
 */
import { hostname } from 'node:os'
import { Directory } from '../roster.ts'
import type { Presence, Store } from './types.ts'

/** Milliseconds that a count is good for, and between two repetitions. */
const LIFETIME = 30_000
const INTERVAL = 10_000

export class SharedPresence implements Presence {
  readonly #store: Store
  readonly #local: Presence
  readonly #holder = `${hostname()}.${process.pid}.${Math.random().toString(36).slice(2)}`
  readonly #counts = new Directory<number>()
  #timer: NodeJS.Timeout | undefined

  /** @param local counts for this machine */
  constructor(store: Store, local: Presence) {
    this.#store = store
    this.#local = local
  }

  async enter(key: string, limit: number): Promise<number> {
    const here = this.#local.enter(key, limit)
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    this.#timer ??= setInterval(() => this.#repeat(), INTERVAL).unref()
    try {
      return await this.#store.tally(key, this.#holder, count, LIFETIME)
    } catch {
      return here
    }
  }

  leave(key: string): void {
    this.#local.leave(key)
    const count = (this.#counts.get(key) ?? 1) - 1
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
    this.#tell(key, count)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #repeat(): void {
    for (const [key, count] of this.#counts.entries()) this.#tell(key, count)
  }

  #tell(key: string, count: number): void {
    try {
      Promise.resolve(this.#store.tally(key, this.#holder, count, LIFETIME)).catch(() => {})
    } catch {
      // It is told again, or expires.
    }
  }
}

/** Presence of one process alone. */
export class LocalPresence implements Presence {
  readonly #counts = new Directory<number>()

  enter(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count
  }

  leave(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }
}
