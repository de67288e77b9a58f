/**
 * A connection before its session: what the client says too early is kept, and whether it goes away is known, while its
 * address is read from a proxy and its name is looked up.
 */
import type { Socket } from 'node:net'
import { NO_SEAT, type Seated } from '../roster.ts'

/** What ended the wait for input. */
export type Heard = 'input' | 'end' | 'timeout'

export class Arrival implements Seated {
  /** Among the arrivals of its listener. */
  seat = NO_SEAT
  readonly #socket: Socket
  readonly #gone: () => void
  #early: Buffer | undefined
  #hasEnded = false
  #isGone = false
  #heard: ((what: Heard) => void) | undefined

  /** @param gone called when the client goes away before `leave` */
  constructor(socket: Socket, gone: () => void) {
    this.#socket = socket
    this.#gone = gone
    socket.on('error', ignore).once('data', this.#hear).once('end', this.#end).once('close', this.#close)
  }

  /** The client is no more. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** It has said all that it will say. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The first input, when it is there. */
  get early(): Buffer | undefined {
    return this.#early
  }

  /** Takes octets off the front of the input. */
  skip(octets: number): void {
    const rest = this.#early?.subarray(octets)
    this.#early = rest === undefined || rest.length === 0 ? undefined : rest
    // What follows is heard too.
    if (this.#early === undefined && !this.#isGone) this.#socket.once('data', this.#hear).resume()
  }

  /** Resolves with the first input, the end of the client's side, or after so many milliseconds. */
  input(milliseconds: number): Promise<Heard> {
    if (this.#early !== undefined) return Promise.resolve('input')
    if (this.#hasEnded || this.#isGone) return Promise.resolve('end')
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#heard?.('timeout'), milliseconds)
      this.#heard = (what) => {
        clearTimeout(timer)
        this.#heard = undefined
        resolve(what)
      }
    })
  }

  /** Stops to listen: the session does now. */
  leave(): void {
    this.#socket.off('error', ignore).off('data', this.#hear).off('end', this.#end).off('close', this.#close)
  }

  /** Drops the connection. */
  destroy(): void {
    this.#socket.destroy()
  }

  readonly #hear = (chunk: Buffer | string): void => {
    this.#early = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    this.#socket.pause()
    this.#heard?.('input')
  }

  readonly #end = (): void => {
    this.#hasEnded = true
    this.#heard?.('end')
  }

  readonly #close = (): void => {
    this.#isGone = true
    this.#heard?.('end')
    this.#gone()
  }
}

/** 'close' follows. */
function ignore(): void {}
