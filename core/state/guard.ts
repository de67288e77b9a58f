/**
 * Keeps a slow or dead engine from stalling mail: each operation has a deadline, and after a few failures in a row the engine
 * is left alone for a while (a circuit breaker), so that nobody waits for it. One operation then tries whether it is back.
 */
import type { Answer, Engine, Op, StateReport } from './types.ts'

/** Failures in a row that open the circuit. */
const MOST_FAILURES = 3
/** Milliseconds that the engine is left alone: doubled while it stays down. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 5000

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
  /** When it may be tried again; 0: it is closed, operations go through. */
  retryAt: number
  pause: number
  isTrying: boolean
}

interface Pending {
  readonly deadline: number
  readonly circuit: Circuit
  reject(error: Error): void
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
    if (circuit.retryAt > 0 && (circuit.isTrying || this.#now() < circuit.retryAt)) {
      this.#skipped++
      return Promise.reject(new Error(`${this.#engine.name} is not available`))
    }
    this.#operations++
    circuit.isTrying = circuit.retryAt > 0
    return new Promise((resolve, reject) => {
      const pending: Pending = { deadline: this.#now() + this.#options.timeout, circuit, reject }
      this.#pending.add(pending)
      this.#watch()
      this.#start(op).then(
        (answer) => {
          if (!this.#pending.delete(pending)) return
          this.#succeeded(circuit)
          resolve(answer)
        },
        (error) => {
          if (!this.#pending.delete(pending)) return
          this.#failed(circuit, error)
          reject(error)
        },
      )
    })
  }

  /** Nothing more is expected. */
  close(): void {
    clearTimeout(this.#timer)
    for (const { reject } of this.#pending) reject(new Error('closed'))
    this.#pending.clear()
  }

  async #start(op: Op): Promise<Answer> {
    return this.#engine.run(op)
  }

  #circuit(lane: number): Circuit {
    let circuit = this.#circuits.get(lane)
    if (circuit === undefined) {
      circuit = { failures: 0, retryAt: 0, pause: FIRST_PAUSE, isTrying: false }
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
    for (const pending of this.#pending) {
      if (pending.deadline > now) break
      this.#pending.delete(pending)
      const error = new Error(`${this.#engine.name} did not answer within ${this.#options.timeout} ms`)
      this.#failed(pending.circuit, error)
      pending.reject(error)
    }
    this.#watch()
  }

  #succeeded(circuit: Circuit): void {
    circuit.failures = 0
    if (circuit.retryAt === 0) return
    circuit.retryAt = 0
    circuit.isTrying = false
    circuit.pause = FIRST_PAUSE
    if (--this.#broken === 0) this.#options.onChange(true, '')
  }

  #failed(circuit: Circuit, error: unknown): void {
    this.#failures++
    circuit.failures++
    const wasOpen = circuit.retryAt > 0
    if (wasOpen ? !circuit.isTrying : circuit.failures < MOST_FAILURES) return
    circuit.isTrying = false
    circuit.retryAt = this.#now() + circuit.pause
    circuit.pause = Math.min(LONGEST_PAUSE, circuit.pause * 2)
    this.#engine.renew?.()
    if (!wasOpen && this.#broken++ === 0) {
      this.#options.onChange(false, error instanceof Error ? error.message : String(error))
    }
  }
}
