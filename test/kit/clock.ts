/** A clock that a test holds in its hand: time passes when the test says so. */
import type { Clock } from '../../core/plugin.ts'

/** See {@link fakeClock}. */
export interface FakeClock extends Clock {
  /** Lets so many milliseconds pass, ending sleeps in the order in which they are due; resolves when what they woke has run. */
  advance(milliseconds: number): Promise<void>
  /** How many sleep now. */
  readonly sleeping: number
}

interface Sleep {
  readonly due: number
  wake(): void
}

/** A clock that stands still at `start` (milliseconds since 1970) until `advance`. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let now = start
  const sleeps = new Set<Sleep>()
  /** Everything that was ready to run has run. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => now,
    get sleeping() {
      return sleeps.size
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const aborted = (): void => {
          sleeps.delete(sleep)
          reject(signal?.reason)
        }
        const sleep: Sleep = {
          due: now + milliseconds,
          wake() {
            sleeps.delete(sleep)
            signal?.removeEventListener('abort', aborted)
            resolve()
          },
        }
        signal?.addEventListener('abort', aborted, { once: true })
        sleeps.add(sleep)
      })
    },
    async advance(milliseconds) {
      const end = now + milliseconds
      await settled()
      for (;;) {
        const next = [...sleeps].filter((sleep) => sleep.due <= end).sort((a, b) => a.due - b.due)[0]
        if (next === undefined) break
        now = Math.max(now, next.due)
        next.wake()
        await settled()
      }
      now = end
    },
  }
}
