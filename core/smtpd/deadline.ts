/**
 * How long a client may take for a whole command or message, as opposed to each read: it can not stay for ever by sending an octet
 * now and then. Content earns time by its size. Time that is ours does not count.
 * Postfix: smtpd_per_request_deadline, smtpd_min_data_rate.
 */

import type { Settings } from './settings.ts'

/** The deadline of a session; undefined: only silence is limited. */
export function deadlineOf(settings: Settings, expired: () => void): Deadline | undefined {
  if (!settings.smtpd_per_request_deadline) return undefined
  return new Deadline(settings.smtpd_timeout, settings.smtpd_min_data_rate, expired)
}

export class Deadline {
  readonly #limit: number
  readonly #rate: number
  readonly #expired: () => void
  readonly #now: () => number
  /** Milliseconds of the request at hand that are left. */
  #left: number
  #since = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param limit milliseconds for a request
   * @param rate bytes of content for each second
   */
  constructor(limit: number, rate: number, expired: () => void, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#rate = Math.max(1, rate)
    this.#expired = expired
    this.#now = now
    this.#left = limit
  }

  /** A reply was given: the next request has the whole time. */
  renew(): void {
    this.#left = this.#limit
  }

  /** The client's turn begins, or goes on. */
  wait(): void {
    if (this.#timer !== undefined) return
    this.#since = this.#now()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#left = 0
      this.#expired()
    }, this.#left)
  }

  /** Something came: so many octets of content, or 0 for commands. */
  heard(content: number): void {
    if (this.#timer === undefined) return
    this.stop()
    this.#left = Math.max(0, this.#left - (this.#now() - this.#since))
    this.#left = Math.min(this.#limit, this.#left + (content / this.#rate) * 1000)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
