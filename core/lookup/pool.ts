/**
 * Connections to a server that answers one question at a time on each: opened when needed, kept for the next question, closed when idle.
 * A question has one deadline, whatever it waits for. A kept connection that turns out to be dead costs one more try on a new one.
 */

/** The server closed the connection before it said anything to a question: it may be asked again on another. */
export class ConnectionLost extends Error {}

/** The server answered that it can not answer. The connection is as good as before. */
export class AnswerError extends Error {}

/** Nobody answered in time. */
export class NoAnswer extends Error {}

export interface PoolOptions<C> {
  /** Opens a connection; one that comes too late is closed again. */
  connect(): Promise<C>
  close(connection: C): void
  /** May it be asked (again)? */
  isUsable(connection: C): boolean
  /** How many connections there may be. */
  readonly limit: number
  /** Milliseconds after which an unused connection is closed. */
  readonly idle: number
  /** Milliseconds for a question, with connecting and waiting for a free connection. */
  readonly timeout: number
}

interface Kept<C> {
  readonly connection: C
  readonly since: number
}

export class Pool<C> {
  readonly #options: PoolOptions<C>
  readonly #kept: Kept<C>[] = []
  /** Told when a connection is free, or when there is room for a new one. */
  readonly #waiting: (() => void)[] = []
  #count = 0
  #sweeper: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: PoolOptions<C>) {
    this.#options = options
  }

  /**
   * Asks a question on some connection.
   * @throws AnswerError as `ask` throws it; any other error ends the connection. NoAnswer when the server was silent all the time
   */
  async use<T>(ask: (connection: C) => Promise<T>): Promise<T> {
    const { timeout, limit } = this.#options
    const deadline = new Deadline(timeout)
    let hasWaited = false
    try {
      for (;;) {
        const kept = this.#take()
        if (kept !== undefined) {
          try {
            return await this.#run(kept, ask, deadline)
          } catch (error) {
            if (!(error instanceof ConnectionLost)) throw error
            // Others that were kept as long are likely dead, too, and are found so one by one.
          }
        } else if (this.#count < limit) return await this.#run(await this.#open(deadline), ask, deadline)
        else {
          hasWaited = true
          await deadline.within(this.#room(deadline))
        }
      }
    } catch (error) {
      // A server that has more to do than it can is not silent.
      if (hasWaited && error instanceof NoAnswer) throw new Error(`all ${limit} connections were busy for ${timeout / 1000} s`)
      throw error
    } finally {
      deadline.clear()
    }
  }

  /** Closes all; questions under way may still end. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    for (const { connection } of this.#kept.splice(0)) this.#discard(connection)
  }

  #take(): C | undefined {
    for (let kept = this.#kept.pop(); kept !== undefined; kept = this.#kept.pop()) {
      if (this.#options.isUsable(kept.connection)) return kept.connection
      this.#discard(kept.connection)
    }
    return undefined
  }

  async #open(deadline: Deadline): Promise<C> {
    this.#count++
    const opening = this.#options.connect()
    try {
      return await deadline.within(opening)
    } catch (error) {
      this.#leave()
      opening.then(
        (late) => this.#options.close(late),
        () => undefined,
      )
      throw error
    }
  }

  async #run<T>(connection: C, ask: (connection: C) => Promise<T>, deadline: Deadline): Promise<T> {
    let isGood = false
    try {
      const answer = await deadline.within(ask(connection))
      isGood = true
      return answer
    } catch (error) {
      isGood = error instanceof AnswerError
      throw error
    } finally {
      if (isGood && !this.#isClosed && this.#options.isUsable(connection)) this.#keep(connection)
      else this.#discard(connection)
    }
  }

  #keep(connection: C): void {
    this.#kept.push({ connection, since: performance.now() })
    this.#waiting.shift()?.()
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#options.idle / 4).unref()
  }

  #sweep(): void {
    const oldest = performance.now() - this.#options.idle
    while (this.#kept[0] !== undefined && this.#kept[0].since < oldest) {
      const [kept] = this.#kept.splice(0, 1)
      if (kept !== undefined) this.#discard(kept.connection)
    }
    if (this.#kept.length > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #discard(connection: C): void {
    this.#options.close(connection)
    this.#leave()
  }

  #leave(): void {
    this.#count--
    this.#waiting.shift()?.()
  }

  #room(deadline: Deadline): Promise<void> {
    return new Promise((resolve) => {
      // One that gave up passes its turn on.
      this.#waiting.push(() => (deadline.isOver ? this.#waiting.shift()?.() : resolve()))
    })
  }
}

/** One time-out for several steps. */
class Deadline {
  readonly #timer: NodeJS.Timeout
  #reject: ((error: Error) => void) | undefined
  isOver = false
  readonly #timeout: number

  constructor(timeout: number) {
    this.#timeout = timeout
    this.#timer = setTimeout(() => {
      this.isOver = true
      this.#reject?.(this.#late())
    }, timeout)
  }

  within<T>(step: Promise<T>): Promise<T> {
    if (this.isOver) {
      step.catch(() => undefined)
      return Promise.reject(this.#late())
    }
    return new Promise((resolve, reject) => {
      this.#reject = reject
      step.then(resolve, reject)
    })
  }

  clear(): void {
    this.isOver = true
    clearTimeout(this.#timer)
  }

  #late(): Error {
    return new NoAnswer(`no answer within ${this.#timeout / 1000} s`)
  }
}
