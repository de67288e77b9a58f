/**
 * Numbers for connections in the maillog format. Postfix serves one connection in a process, so readers of its log follow a
 * dialog by the number in `smtpd[1234]`. A worker here serves thousands; each connection gets a number of its own for that
 * place, so that the same habit (and the same tools) still work.
 */
import { Directory } from '../roster.ts'

/** Where numbering wraps: no more digits than a reader expects of a process id. */
const LIMIT = 1_000_000_000

export class SessionNumbers {
  readonly #open = new Directory<number>()
  readonly #step: number
  readonly #fallback: number
  #next: number

  /** Workers count in steps of `count` from their own `index`, so that two never use one number at a time. */
  constructor(pid: number, index: number, count: number) {
    this.#step = Math.max(1, count)
    this.#fallback = pid
    this.#next = pid * this.#step + index
  }

  /** The number of a connection that begins. */
  begin(session: string): number {
    const number = this.#next
    this.#next = number + this.#step >= LIMIT ? (number % this.#step) + this.#step : number + this.#step
    this.#open.set(session, number)
    return number
  }

  /** Its number while it lasts; the process id for a connection that nobody announced. */
  of(session: string): number {
    return this.#open.get(session) ?? this.#fallback
  }

  /** Its number for the last time. */
  end(session: string): number {
    const number = this.of(session)
    this.#open.delete(session)
    return number
  }
}
