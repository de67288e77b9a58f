/** The state as plugins see it: each use has keys of its own, and failures carry what the use wants done about them. */
import { createHash } from 'node:crypto'
import { type Answer, type Bucket, type OnFailure, type Op, StateError, type Store, type Taken } from './types.ts'

type MaybePromise<T> = T | Promise<T>
/** Does one operation. */
export type Run = (op: Op) => MaybePromise<Answer>

/** Longer keys are stored by their digest. */
const LONGEST_KEY = 200

export class Use implements Store {
  readonly #run: Run
  readonly #name: string
  readonly #onFailure: OnFailure

  constructor(run: Run, name: string, onFailure: OnFailure) {
    this.#run = run
    this.#name = name
    this.#onFailure = onFailure
  }

  get(key: string): MaybePromise<string | undefined> {
    return this.#do({ op: 'get', key: this.#key(key) }, (answer) => (answer as string | null) ?? undefined)
  }

  set(key: string, value: string, lifetime: number): MaybePromise<void> {
    return this.#do({ op: 'set', key: this.#key(key), value, lifetime }, () => undefined)
  }

  compareAndSet(key: string, expected: string | undefined, value: string, lifetime: number): MaybePromise<boolean> {
    const op: Op = { op: 'swap', key: this.#key(key), expected: expected ?? null, value, lifetime }
    return this.#do(op, (answer) => answer === true)
  }

  delete(key: string): MaybePromise<void> {
    return this.#do({ op: 'delete', key: this.#key(key) }, () => undefined)
  }

  add(key: string, amount: number, window: number): MaybePromise<number> {
    return this.#do({ op: 'add', key: this.#key(key), amount, window }, Number)
  }

  take(key: string, { rate, burst }: Bucket, tokens: number): MaybePromise<Taken> {
    return this.#do({ op: 'take', key: this.#key(key), rate, burst, tokens }, (answer) => answer as Taken)
  }

  tally(key: string, holder: string, held: number, lifetime: number): MaybePromise<number> {
    return this.#do({ op: 'tally', key: this.#key(key), holder, held, lifetime }, Number)
  }

  #key(key: string): string {
    const short = key.length <= LONGEST_KEY ? key : `sha256:${createHash('sha256').update(key).digest('base64url')}`
    return `${this.#name}:${short}`
  }

  #do<R>(op: Op, read: (answer: Answer) => R): MaybePromise<R> {
    const failed = (error: unknown): never => {
      throw new StateError(this.#name, this.#onFailure, error)
    }
    let answer: MaybePromise<Answer>
    try {
      answer = this.#run(op)
    } catch (error) {
      return failed(error)
    }
    return answer instanceof Promise ? answer.then(read, failed) : read(answer)
  }
}
