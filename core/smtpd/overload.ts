/**
 * When a listener is overloaded: many connections at once. New sessions then begin with `stress=yes`, which shortens time limits
 * and lowers counts by the defaults of their parameters. Postfix: STRESS_README; there the trigger is that all server processes are busy.
 */

/** Shares of smtpd_connection_limit at which overload begins and ends. */
const BEGINS = 0.75
const ENDS = 0.5

export class Overload {
  #isStressed = false

  /** Takes the number of connections into account. True: this changed whether the listener is overloaded. */
  update(connections: number, limit: number): boolean {
    const before = this.#isStressed
    if (limit <= 0) this.#isStressed = false
    else if (connections >= limit * BEGINS) this.#isStressed = true
    else if (connections < limit * ENDS) this.#isStressed = false
    return before !== this.#isStressed
  }

  get isStressed(): boolean {
    return this.#isStressed
  }
}
