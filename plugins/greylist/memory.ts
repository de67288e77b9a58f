/** What the greylist remembers: triplets that were put off or came back, and clients that came back often. */
import type { Store } from '#postern'

/** Times in milliseconds. */
export interface GreylistRules {
  readonly delay: number
  readonly maxAge: number
  readonly retryWindow: number
  /** 0: no client earns a place on the list. */
  readonly autoWhitelist: number
}

/** May it pass? `waited`: it came back now for the first time, after so many ms. */
export type Judgement = { readonly passes: true; readonly waited?: number } | { readonly passes: false; readonly left: number }

const PASSES: Judgement = Object.freeze({ passes: true })
/** Milliseconds in which the visits of a client count as one, and in which what was seen is not written again. */
const HOUR = 3_600_000

export class GreylistMemory {
  readonly #store: Store
  readonly #rules: GreylistRules

  constructor(store: Store, rules: GreylistRules) {
    this.#store = store
    this.#rules = rules
  }

  async judge(client: string, triplet: string, now: number): Promise<Judgement> {
    const { autoWhitelist } = this.#rules
    const clientKey = `client ${client}`
    const tripletKey = `triplet ${triplet}`
    // Both questions travel together.
    const [visits, seen] = await Promise.all([
      autoWhitelist === 0 ? undefined : this.#store.get(clientKey),
      this.#store.get(tripletKey),
    ])
    if (autoWhitelist > 0 && parse(visits).count >= autoWhitelist) {
      await this.#visited(clientKey, visits, now)
      return PASSES
    }
    const judgement = await this.#triplet(tripletKey, seen, now)
    if (judgement.passes && autoWhitelist > 0) await this.#visited(clientKey, visits, now)
    return judgement
  }

  async #triplet(key: string, seen: string | undefined, now: number): Promise<Judgement> {
    const { delay, maxAge, retryWindow } = this.#rules
    if (seen === undefined) {
      // Whoever loses this race came at the same time, and is put off as well.
      await this.#store.compareAndSet(key, undefined, `new ${now}`, Math.max(retryWindow, delay))
      return { passes: false, left: delay }
    }
    const [word, time] = seen.split(' ')
    const since = now - Number(time)
    if (word === 'new') {
      if (since < delay) return { passes: false, left: delay - since }
      await this.#store.set(key, `known ${now}`, maxAge)
      return { passes: true, waited: since }
    }
    if (since >= HOUR) await this.#store.set(key, `known ${now}`, maxAge)
    return PASSES
  }

  /** Counts a visit that succeeded, once in an hour. */
  async #visited(key: string, known: string | undefined, now: number): Promise<void> {
    const { count, last } = parse(known)
    if (now - last < HOUR) return
    await this.#store.compareAndSet(key, known, `${count + 1} ${now}`, this.#rules.maxAge)
  }
}

function parse(visits: string | undefined): { count: number; last: number } {
  const [count = 0, last = 0] = visits?.split(' ').map(Number) ?? []
  return { count, last }
}
