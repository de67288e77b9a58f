/**
 * The messages that are not active: some 100 bytes for each in arrays of numbers, a heap by due time, and for those that
 * are due a round of sites, so that no site's mail waits for another's.
 */
import { Directory } from '../roster.ts'
import { DueHeap } from './due-heap.ts'
import type { QueueId } from './types.ts'

/** Sites whose mail goes to a busy destination are passed over until it has room. */
export interface Site {
  readonly name: string
  /** Where its mail went last; undefined until then. */
  destination: { readonly isFull: boolean; readonly parked: Site[] } | undefined
  /** Slots of due messages, a list through `#next`. */
  first: number
  last: number
  isQueued: boolean
  /** Messages in the backlog, so that the name can be forgotten. */
  count: number
}

/** What is known of a message that waits. */
export interface Waiting {
  readonly id: QueueId
  /** Which of the spools has it. */
  readonly spool: number
  readonly site: string
  readonly due: number
  readonly state: BacklogState
}

export type BacklogState = 'incoming' | 'deferred' | 'hold'
const STATES: readonly BacklogState[] = ['incoming', 'deferred', 'hold']
const HOLD = 2
const NONE = -1

export class Backlog {
  readonly #slots = new Map<QueueId, number>()
  readonly #sites = new Directory<Site>()
  readonly #siteOf: (Site | undefined)[] = []
  readonly #ids: (QueueId | undefined)[] = []
  readonly #heap = new DueHeap()
  /** The next due message of the same site, or the next free slot. */
  #next = new Int32Array(64)
  #spool = new Uint8Array(64)
  #state = new Uint8Array(64)
  #used = 0
  #free = NONE
  #round: Site[] = []
  readonly #counts = [0, 0, 0]

  get size(): number {
    return this.#slots.size
  }

  count(state: BacklogState): number {
    return this.#counts[STATES.indexOf(state)] ?? 0
  }

  has(id: QueueId): boolean {
    return this.#slots.has(id)
  }

  get(id: QueueId): Waiting | undefined {
    const slot = this.#slots.get(id)
    return slot === undefined ? undefined : this.#waiting(slot, id)
  }

  ids(): IterableIterator<QueueId> {
    return this.#slots.keys()
  }

  /** The site of a domain, made when missing. */
  site(name: string): Site {
    let site = this.#sites.get(name)
    if (site === undefined) {
      site = {
        name,
        destination: undefined,
        first: NONE,
        last: NONE,
        isQueued: false,
        count: 0,
      }
      this.#sites.set(name, site)
    }
    return site
  }

  /** A site that nobody uses any more is forgotten. */
  forget(site: Site): void {
    if (site.count === 0 && !site.isQueued) this.#sites.delete(site.name)
  }

  /** Adds a message; one that is held waits for `remove` only. */
  add(message: Waiting): void {
    if (this.#slots.has(message.id)) return
    const slot = this.#allocate()
    const site = this.site(message.site)
    site.count++
    const state = STATES.indexOf(message.state)
    this.#counts[state] = (this.#counts[state] ?? 0) + 1
    this.#slots.set(message.id, slot)
    this.#ids[slot] = message.id
    this.#siteOf[slot] = site
    this.#spool[slot] = message.spool
    this.#state[slot] = state
    if (state === HOLD) this.#heap.note(slot, message.due)
    else this.#heap.push(slot, message.due)
  }

  remove(id: QueueId): Waiting | undefined {
    const slot = this.#slots.get(id)
    if (slot === undefined) return undefined
    const waiting = this.#waiting(slot, id)
    if (this.#heap.has(slot)) this.#heap.remove(slot)
    else if (waiting.state !== 'hold') this.#unlink(slot)
    this.#release(slot, id)
    return waiting
  }

  /** When the earliest message that is not due yet will be; Infinity when there is none. */
  earliest(): number {
    return this.#heap.earliest()
  }

  /** Messages that are due from now on can be taken. */
  ripen(now: number): void {
    while (this.#heap.earliest() <= now) {
      const slot = this.#heap.pop() as number
      const site = this.#siteOf[slot] as Site
      this.#next[slot] = NONE
      if (site.last === NONE) site.first = slot
      else this.#next[site.last] = slot
      site.last = slot
      this.#queue(site)
    }
  }

  /** Takes the next message that is due, site after site. */
  take(): Waiting | undefined {
    for (let site = this.#round.shift(); site !== undefined; site = this.#round.shift()) {
      site.isQueued = false
      if (site.first === NONE) continue
      if (site.destination?.isFull === true) {
        site.isQueued = true
        site.destination.parked.push(site)
        continue
      }
      const slot = site.first
      const id = this.#ids[slot] as QueueId
      const waiting = this.#waiting(slot, id)
      this.#advance(site)
      this.#release(slot, id)
      this.#queue(site)
      return waiting
    }
    return undefined
  }

  /** Sites that were passed over take part again. */
  unpark(sites: Site[]): void {
    for (const site of sites.splice(0)) {
      site.isQueued = false
      this.#queue(site)
    }
  }

  #queue(site: Site): void {
    if (site.isQueued || site.first === NONE) return
    site.isQueued = true
    this.#round.push(site)
  }

  #advance(site: Site): void {
    site.first = this.#next[site.first] ?? NONE
    if (site.first === NONE) site.last = NONE
  }

  #unlink(slot: number): void {
    const site = this.#siteOf[slot] as Site
    if (site.first === slot) {
      this.#advance(site)
      return
    }
    let before = site.first
    while (before !== NONE && this.#next[before] !== slot) before = this.#next[before] ?? NONE
    if (before === NONE) return
    this.#next[before] = this.#next[slot] ?? NONE
    if (site.last === slot) site.last = before
  }

  #waiting(slot: number, id: QueueId): Waiting {
    return {
      id,
      spool: this.#spool[slot] ?? 0,
      site: this.#siteOf[slot]?.name ?? '',
      due: this.#heap.dueOf(slot),
      state: STATES[this.#state[slot] ?? 0] ?? 'incoming',
    }
  }

  #allocate(): number {
    if (this.#free !== NONE) {
      const slot = this.#free
      this.#free = this.#next[slot] ?? NONE
      return slot
    }
    if (this.#used === this.#next.length) this.#grow()
    return this.#used++
  }

  #release(slot: number, id: QueueId): void {
    const site = this.#siteOf[slot] as Site
    const state = this.#state[slot] ?? 0
    this.#counts[state] = (this.#counts[state] ?? 0) - 1
    site.count--
    this.#slots.delete(id)
    this.#ids[slot] = undefined
    this.#siteOf[slot] = undefined
    this.#next[slot] = this.#free
    this.#free = slot
  }

  #grow(): void {
    const length = this.#next.length * 2
    const larger = <A extends Int32Array | Uint8Array>(from: A, to: A): A => {
      to.set(from)
      return to
    }
    this.#next = larger(this.#next, new Int32Array(length))
    this.#spool = larger(this.#spool, new Uint8Array(length))
    this.#state = larger(this.#state, new Uint8Array(length))
  }
}
