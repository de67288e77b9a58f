/** One timer that can be moved, over the injected clock: what is due earliest, never a timer for each message. */
import type { Clock } from '../plugin.ts'

/** Longest single sleep, so that a clock that was set back is noticed; ms. */
const LONGEST = 3_600_000

/** Calls `ring` at the time set last. Setting an earlier time moves it; a later one is ignored until it has rung. */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #at = Number.POSITIVE_INFINITY
  #cancel: AbortController | undefined

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Rings at `time` (ms since 1970) unless it rings before. */
  at(time: number): void {
    if (time >= this.#at) return
    this.stop()
    this.#at = time
    this.#wait()
  }

  stop(): void {
    this.#at = Number.POSITIVE_INFINITY
    this.#cancel?.abort()
    this.#cancel = undefined
  }

  #wait(): void {
    const cancel = new AbortController()
    this.#cancel = cancel
    const delay = Math.min(Math.max(0, this.#at - this.#clock.now()), LONGEST)
    this.#clock.sleep(delay, cancel.signal).then(
      () => {
        if (!cancel.signal.aborted) this.#woke()
      },
      () => undefined,
    )
  }

  #woke(): void {
    this.#cancel = undefined
    if (this.#clock.now() < this.#at) this.#wait()
    else {
      this.#at = Number.POSITIVE_INFINITY
      this.#ring()
    }
  }
}
