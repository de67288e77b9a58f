/**
 * Operations on their way to an engine in another thread or process: those of one turn of the event loop travel together, and
 * the engine makes one transaction of them.
 */
import type { Answer, Op } from './types.ts'

/** Has operations done in order. Rejects when none of them was. */
export type RunBatch = (ops: readonly Op[]) => Promise<readonly Answer[]>

/** Operations that may wait; more mean that the engine is overwhelmed, and waiting longer would not help. */
const MOST_WAITING = 20_000
/** Operations of one batch: others get their turn in between. */
const MOST_TOGETHER = 512

interface Waiting {
  readonly op: Op
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export class Batch {
  readonly #run: RunBatch
  #next: Waiting[] = []
  #waiting = 0

  constructor(run: RunBatch) {
    this.#run = run
  }

  run(op: Op): Promise<Answer> {
    if (this.#waiting >= MOST_WAITING) return Promise.reject(new Error('too many operations are waiting'))
    this.#waiting++
    if (this.#next.length === 0) setImmediate(() => this.#send())
    return new Promise((resolve, reject) => this.#next.push({ op, resolve, reject }))
  }

  #send(): void {
    const all = this.#next
    this.#next = []
    for (let i = 0; i < all.length; i += MOST_TOGETHER) this.#sendSome(all.slice(i, i + MOST_TOGETHER))
  }

  #sendSome(some: readonly Waiting[]): void {
    this.#run(some.map(({ op }) => op)).then(
      (answers) => {
        this.#waiting -= some.length
        for (const [i, { resolve }] of some.entries()) resolve(answers[i] ?? null)
      },
      (error) => {
        this.#waiting -= some.length
        for (const { reject } of some) reject(error)
      },
    )
  }
}
