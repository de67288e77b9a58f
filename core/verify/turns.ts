/** Who may begin at a destination: as many at once as its concurrency allows over all workers; the others wait in order. */
import type { Leases } from '../queue/manager-types.ts'

interface Waiting {
  readonly limit: number
  begin(): void
  fail(error: Error): void
}

export class Turns {
  readonly #leases: Leases
  readonly #waiting = new Map<string, Waiting[]>()
  /** Keys whose lease is being asked for. */
  readonly #asking = new Set<string>()

  constructor(leases: Leases) {
    this.#leases = leases
    leases.onFreed((key) => this.#next(key))
  }

  /** Resolves when there is room, with what gives it back. */
  enter(key: string, limit: number): Promise<() => void> {
    if (!Number.isFinite(limit)) return Promise.resolve(() => undefined)
    const { promise, resolve, reject } = Promise.withResolvers<() => void>()
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.set(key, waiting)
    waiting.push({ limit, begin: () => resolve(() => this.#leave(key)), fail: reject })
    if (waiting.length === 1) this.#next(key)
    return promise
  }

  /** Those that wait do so no longer. */
  stop(): void {
    const error = new Error('server shutdown')
    for (const waiting of this.#waiting.values()) for (const each of waiting) each.fail(error)
    this.#waiting.clear()
  }

  #leave(key: string): void {
    this.#leases.release(key)
    this.#next(key)
  }

  #next(key: string): void {
    const first = this.#waiting.get(key)?.[0]
    if (first === undefined || this.#asking.has(key)) return
    const granted = this.#leases.acquire(key, first.limit)
    if (typeof granted === 'boolean') {
      this.#answered(key, granted)
      return
    }
    this.#asking.add(key)
    const answered = (yes: boolean): void => {
      this.#asking.delete(key)
      this.#answered(key, yes)
    }
    granted.then(answered, () => answered(false))
  }

  #answered(key: string, granted: boolean): void {
    if (!granted) return
    const waiting = this.#waiting.get(key)
    const first = waiting?.shift()
    if (waiting?.length === 0) this.#waiting.delete(key)
    // Everyone gave up while the lease was asked for.
    if (first === undefined) this.#leases.release(key)
    else first.begin()
    this.#next(key)
  }
}
