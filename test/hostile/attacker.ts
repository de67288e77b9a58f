/** One hostile connection: writes what it likes, reads replies or does not, and dies without ceremony. */
import { connect, type Socket } from 'node:net'

/** How long (ms) an attacker waits for what must come. */
const PATIENCE = 30_000
/** What is kept of replies that nobody asked for yet, characters. */
const MOST_HEARD = 256 * 1024

/** Where to connect, and from which loopback address. */
export interface Target {
  readonly port: number
  readonly from?: string
}

export class Attacker {
  readonly #socket: Socket
  #heard = ''
  #isClosed = false
  #wake: (() => void) | undefined

  constructor({ port, from = '127.0.2.1' }: Target) {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true, allowHalfOpen: true })
    const wake = (): void => this.#wake?.()
    this.#socket.on('data', (chunk) => {
      if (this.#heard.length < MOST_HEARD) this.#heard += chunk.toString('latin1')
      wake()
    })
    this.#socket.on('error', () => {})
    const closed = (): void => {
      this.#isClosed = true
      wake()
    }
    this.#socket.on('end', closed).on('close', closed)
  }

  /** Reads nothing from now on. */
  turnDeaf(): void {
    this.#socket.pause()
  }

  /** Writes without a thought for what becomes of it. */
  write(bytes: string | Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Writes, and resolves when the kernel has taken it all, or the connection is gone. */
  written(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed || !this.#socket.writable) return resolve()
      // A socket that is destroyed calls back too, with an error.
      this.#socket.write(bytes, () => resolve())
    })
  }

  /** Ends its own side of the connection, and goes on reading. */
  halfClose(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** The next reply whole, its lines joined by `|`; `closed` when the other side hung up. @throws Error when none comes */
  async reply(): Promise<string> {
    for (;;) {
      const reply = this.#next()
      if (reply !== undefined) return reply
      if (this.#isClosed) return 'closed'
      await this.#more()
    }
  }

  /** Says one line, or what is to come whole, and resolves with the reply. */
  say(text: string): Promise<string> {
    this.write(text.endsWith('\n') ? text : `${text}\r\n`)
    return this.reply()
  }

  /** All replies up to the end of the connection. @throws Error when it does not end */
  async rest(): Promise<string[]> {
    const replies: string[] = []
    for (let reply = await this.reply(); reply !== 'closed'; reply = await this.reply()) replies.push(reply)
    return replies
  }

  #next(): string | undefined {
    let at = 0
    for (;;) {
      const end = this.#heard.indexOf('\r\n', at)
      if (end < 0) return undefined
      const isLast = this.#heard[at + 3] !== '-'
      at = end + 2
      if (!isLast) continue
      const reply = this.#heard.slice(0, end).replaceAll('\r\n', '|')
      this.#heard = this.#heard.slice(at)
      return reply
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing came within ${PATIENCE} ms; heard ${this.#heard.slice(0, 200)}`)),
        PATIENCE,
      )
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}
