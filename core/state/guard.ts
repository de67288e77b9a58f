/**
 * Keeps a slow or dead engine from stalling mail: each operation has a deadline, and after a few failures in a row the engine
 * is left alone (a circuit breaker), so that nobody waits for it. The guard itself asks now and then whether it is back.
 */
import type { Answer, Engine, Op, StateReport } from './types.ts'

/** Failures in a row that open the circuit. */
const MOST_FAILURES = 3
/** Milliseconds until it is asked whether it is back: doubled while it is not. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 2000

export interface GuardOptions {
  /** Milliseconds. */
  readonly timeout: number
  now?(): number
  /** The engine, or a part of it, has become unavailable (with the reason) or available again. */
  onChange(isAvailable: boolean, reason: string): void
}

/** The health of one lane. */
interface Circuit {
  failures: number
  /** Nothing goes through. */
  isOpen: boolean
  pause: number
  timer: NodeJS.Timeout | undefined
}

interface Pending {
  readonly deadline: number
  fail(error: Error): void
}

export class Guard {
  readonly #engine: Engine
  readonly #options: GuardOptions
  readonly #now: () => number
  readonly #circuits = new Map<number, Circuit>()
  /** In the order of their deadlines, as all have the same time. */
  readonly #pending = new Set<Pending>()
  #timer: NodeJS.Timeout | undefined
  #operations = 0
  #failures = 0
  #skipped = 0
  #broken = 0

  constructor(engine: Engine, options: GuardOptions) {
    this.#engine = engine
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  report(): StateReport {
    return {
      engine: this.#engine.name,
      isAvailable: this.#broken === 0,
      operations: this.#operations,
      failures: this.#failures,
      skipped: this.#skipped,
    }
  }

  /** Rejects with why it could not be done. */
  run(op: Op): Promise<Answer> {
    const circuit = this.#circuit(this.#engine.lane?.(op.key) ?? 0)
    if (circuit.isOpen) {
      this.#skipped++
      return Promise.reject(new Error(`${this.#engine.name} is not available`))
    }
    this.#operations++
    return this.#ask(op).then(
      (answer) => {
        circuit.failures = 0
        return answer
      },
      (error) => {
        this.#failures++
        if (++circuit.failures >= MOST_FAILURES && !circuit.isOpen) this.#open(circuit, op.key, error)
        throw error
      },
    )
  }

  /** Nothing more is expected. */
  close(): void {
    clearTimeout(this.#timer)
    for (const { timer } of this.#circuits.values()) clearTimeout(timer)
    for (const { fail } of this.#pending) fail(new Error('closed'))
  }

  /** The engine's answer, if it comes in time. */
  #ask(op: Op): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        deadline: this.#now() + this.#options.timeout,
        fail: (error) => {
          this.#pending.delete(pending)
          reject(error)
        },
      }
      this.#pending.add(pending)
      this.#watch()
      this.#start(op).then((answer) => {
        this.#pending.delete(pending)
        resolve(answer)
      }, pending.fail)
    })
  }

  #open(circuit: Circuit, key: string, error: unknown): void {
    circuit.isOpen = true
    if (this.#broken++ === 0) this.#options.onChange(false, error instanceof Error ? error.message : String(error))
    this.#engine.renew?.()
    this.#probeLater(circuit, key)
  }

  #probeLater(circuit: Circuit, key: string): void {
    circuit.timer = setTimeout(() => {
      this.#ask({ op: 'get', key }).then(
        () => this.#close(circuit),
        () => {
          circuit.pause = Math.min(LONGEST_PAUSE, circuit.pause * 2)
          this.#engine.renew?.()
          this.#probeLater(circuit, key)
        },
      )
    }, circuit.pause)
    circuit.timer.unref()
  }

  #close(circuit: Circuit): void {
    Object.assign(circuit, { failures: 0, isOpen: false, pause: FIRST_PAUSE })
    if (--this.#broken === 0) this.#options.onChange(true, '')
  }

  async #start(op: Op): Promise<Answer> {
    return this.#engine.run(op)
  }

  #circuit(lane: number): Circuit {
    let circuit = this.#circuits.get(lane)
    if (circuit === undefined) {
      circuit = { failures: 0, isOpen: false, pause: FIRST_PAUSE, timer: undefined }
      this.#circuits.set(lane, circuit)
    }
    return circuit
  }

  /** One timer for all: it waits for the first deadline. */
  #watch(): void {
    if (this.#timer !== undefined) return
    const [first] = this.#pending
    if (first === undefined) return
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, first.deadline - this.#now()))
    this.#timer.unref()
  }

  #expire(): void {
    this.#timer = undefined
    const now = this.#now()
    for (const { deadline, fail } of this.#pending) {
      if (deadline > now) break
      fail(new Error(`${this.#engine.name} did not answer within ${this.#options.timeout} ms`))
    }
    this.#watch()
  }
}
