/** The life of a generation: it ends when it is retired and its last user has left. */
import type { Hooks } from '../hooks.ts'

export class Life {
  readonly #hooks: Pick<Hooks, 'stop'>
  readonly #close: () => Promise<unknown>
  readonly #aborter = new AbortController()
  readonly #stops: (() => unknown)[] = []
  #users = 0
  #retired = false
  #ended: Promise<void> | undefined

  /** `close` runs last: tables and the like. */
  constructor(hooks: Pick<Hooks, 'stop'>, close: () => Promise<unknown>) {
    this.#hooks = hooks
    this.#close = close
  }

  /** Aborted when the generation ends. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  /** For what is set up after the hooks are mounted. */
  onStop(stop: () => unknown): void {
    this.#stops.push(stop)
  }

  retain(): void {
    this.#users++
  }

  release(): void {
    this.#users--
    this.#settle()
  }

  retire(): void {
    this.#retired = true
    this.#settle()
  }

  #settle(): void {
    if (this.#retired && this.#users <= 0) void this.end()
  }

  /** Runs the stop hooks, once; resolves when all are through. Failures are told by the hooks themselves. */
  end(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<void> {
    this.#aborter.abort()
    const late = this.#stops.map(async (stop) => await stop())
    await Promise.allSettled([this.#hooks.stop.promise(), ...late])
    await this.#close()
  }
}
