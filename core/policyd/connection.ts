/** One connection of an asking server: requests come one after the other, and each is answered before the next is read. */
import type { Socket } from 'node:net'
import type { MaybePromise } from '../lookup/maybe.ts'
import { type Attributes, RequestError, RequestReader } from './request.ts'

/** Milliseconds without a request, after which a connection is closed; Postfix uses none for longer than 1000 s. */
const IDLE = 1_200_000
/** Milliseconds for a request to arrive once it has begun, and for an answer to be taken. */
const PATIENCE = 60_000

export interface ConnectionDeps {
  /** The action for a request. A rejection closes the connection: the asking server tries again, or takes its default action. */
  answer(attributes: Attributes): MaybePromise<string>
  warn(message: string): void
  gone(connection: PolicyConnection): void
}

export class PolicyConnection {
  readonly #socket: Socket
  readonly #deps: ConnectionDeps
  readonly #reader = new RequestReader()
  #timer: NodeJS.Timeout | undefined
  #isBusy = false
  /** No more requests will come, or are wanted. */
  #isLast = false

  constructor(socket: Socket, deps: ConnectionDeps) {
    this.#socket = socket
    this.#deps = deps
    socket.setTimeout(IDLE, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(this.#timer)
      deps.gone(this)
    })
    socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk)
      this.#work()
    })
    socket.on('end', () => this.drain())
  }

  /** Answers what is being asked, and ends. */
  drain(): void {
    this.#isLast = true
    if (!this.#isBusy) this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Answers every request that is there. */
  #work(): void {
    while (!this.#isBusy && !this.#socket.destroyed) {
      const attributes = this.#next()
      if (attributes === undefined) {
        if (this.#isLast) this.#socket.end()
        return
      }
      const answered = this.#answer(attributes)
      if (answered instanceof Promise) {
        this.#wait()
        answered.then(
          (action) => this.#go(action),
          (error) => this.#fail(error),
        )
      } else this.#send(answered)
    }
  }

  #answer(attributes: Attributes): MaybePromise<string> {
    try {
      return this.#deps.answer(attributes)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The next whole request; for one that has only begun, a time limit. */
  #next(): Attributes | undefined {
    try {
      const attributes = this.#reader.next()
      if (attributes !== undefined) this.#clear()
      else if (this.#reader.isPartial)
        this.#timer ??= setTimeout(() => this.#fail(new Error('a policy request did not arrive in time')), PATIENCE).unref()
      return attributes
    } catch (error) {
      this.#fail(error)
      return undefined
    }
  }

  #send(action: string): void {
    if (this.#socket.destroyed || this.#socket.write(`action=${action}\n\n`)) return
    // A peer that asks and does not listen fills no memory here.
    this.#wait()
    this.#timer = setTimeout(() => this.#socket.destroy(), PATIENCE).unref()
    this.#socket.once('drain', () => this.#go())
  }

  #wait(): void {
    this.#isBusy = true
    this.#socket.pause()
  }

  /** Goes on after a wait. */
  #go(action?: string): void {
    this.#clear()
    this.#isBusy = false
    this.#socket.resume()
    if (action !== undefined) this.#send(action)
    this.#work()
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #fail(error: unknown): void {
    const what = error instanceof RequestError ? 'bad policy request: ' : ''
    this.#deps.warn(`${what}${error instanceof Error ? error.message : String(error)}`)
    this.#socket.destroy()
  }
}
