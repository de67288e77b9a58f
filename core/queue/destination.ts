/**
 * One destination: the shares of messages that wait for it, how many deliveries it may have at once, and whether it is
 * dead. Postfix: qmgr_queue.c's concurrency window and failed cohorts (SCHEDULER_README).
 */

import type { Share } from './active.ts'
import type { Site } from './backlog.ts'
import type { TransportLimits } from './parameters.ts'
import type { RecipientFailure } from './types.ts'

/** Shares in memory for one destination; the mail of its sites beyond that waits in the backlog. */
const MOST_WAITING = 256

export class Destination {
  /** `transport:nexthop`, as leases know it. */
  readonly key: string
  readonly transport: string
  readonly limits: TransportLimits
  readonly parked: Site[] = []
  /** Deliveries under way. */
  running = 0
  /** A lease was asked for and the answer is not here yet, or was no. */
  isAsking = false
  isRefused = false
  /** It stands in its transport's round. */
  isQueued = false
  /** Milliseconds since 1970 before which no delivery starts (rate delay). */
  notBefore = 0
  /** Those before `#first` have been taken. */
  #shares: (Share | undefined)[] = []
  #first = 0
  #window: number
  #failed = 0
  #deadUntil = 0
  #reason: RecipientFailure | undefined

  constructor(key: string, transport: string, limits: TransportLimits) {
    this.key = key
    this.transport = transport
    this.limits = limits
    this.#window = limits.initial
  }

  /** Shares that wait; a share of many deliveries counts once. */
  get waiting(): number {
    return this.#shares.length - this.#first
  }

  get isFull(): boolean {
    return this.waiting >= MOST_WAITING
  }

  get hasRoomAgain(): boolean {
    return this.waiting <= MOST_WAITING / 2
  }

  /** One more delivery may start, as far as the window goes. */
  get hasRoom(): boolean {
    return this.running < Math.floor(this.#window)
  }

  add(share: Share): void {
    this.#shares.push(share)
  }

  /** The next delivery; messages take turns, so that one with many recipients does not make the others wait. */
  next(): { share: Share; recipients: readonly number[] } | undefined {
    const share = this.#shift()
    const recipients = share?.deliveries.shift()
    if (share === undefined || recipients === undefined) return undefined
    if (share.deliveries.length > 0) this.#shares.push(share)
    return { share, recipients }
  }

  /** All that waits, taken out. */
  takeAll(): Share[] {
    const shares = this.#waiting()
    this.#shares = []
    this.#first = 0
    return shares
  }

  /** Takes out the shares of one message. */
  takeOf(active: unknown): Share[] {
    const waiting = this.#waiting()
    const mine = waiting.filter((share) => share.active === active)
    if (mine.length > 0) {
      this.#shares = waiting.filter((share) => share.active !== active)
      this.#first = 0
    }
    return mine
  }

  /** Why it is dead; undefined: it is not. */
  deadReason(now: number): RecipientFailure | undefined {
    return now < this.#deadUntil ? this.#reason : undefined
  }

  /** A delivery got through: one more at once after a whole window of these. */
  succeeded(): void {
    this.#failed = 0
    this.#deadUntil = 0
    if (this.#window < this.limits.concurrency) this.#window = Math.min(this.limits.concurrency, this.#window + 1 / this.#window)
  }

  /** A connection failed. True: the destination is dead from now on until `until`. */
  failed(reason: RecipientFailure, until: number): boolean {
    this.#failed += 1 / this.#window
    this.#window = Math.max(1, this.#window - 1 / this.#window)
    if (this.limits.failedCohorts === 0 || this.#failed < this.limits.failedCohorts - 1e-9) return false
    this.#reason = reason
    this.#deadUntil = until
    this.#failed = 0
    this.#window = this.limits.initial
    return true
  }

  /** A delivery is over; the next may have to wait (rate delay). @param now milliseconds since 1970 */
  ended(now: number): void {
    this.running--
    if (this.limits.rateDelay > 0) this.notBefore = now + this.limits.rateDelay
  }

  /** All is delivered: what was learned about its concurrency is forgotten, as with Postfix's queue for it. */
  rest(): void {
    if (this.waiting > 0 || this.running > 0 || this.parked.length > 0) return
    this.#window = this.limits.initial
    this.#failed = 0
  }

  /** An operator asks to try at once. */
  revive(): void {
    this.#deadUntil = 0
    this.#failed = 0
  }

  /** Nothing is known of it that is worth keeping. */
  isIdle(now: number): boolean {
    return this.waiting === 0 && this.running === 0 && !this.isAsking && now >= this.#deadUntil && now >= this.notBefore
  }

  #waiting(): Share[] {
    return this.#shares.slice(this.#first) as Share[]
  }

  #shift(): Share | undefined {
    const share = this.#shares[this.#first]
    if (share === undefined) return undefined
    // What was taken must not stay in memory until its turn to be cut off comes.
    this.#shares[this.#first++] = undefined
    if (this.#first === this.#shares.length || (this.#first > 64 && this.#first * 2 > this.#shares.length)) this.#compact()
    return share
  }

  #compact(): void {
    this.#shares = this.#shares.slice(this.#first)
    this.#first = 0
  }
}
