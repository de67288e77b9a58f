/**
 * One connection to a server: writes commands, reads replies, and watches the clock. Whoever leads the dialog is its listener;
 * replies are handed over in the tick in which their bytes came. One timer serves a connection for its whole life.
 */
import type { Duplex } from 'node:stream'
import { ReplyReader, type ServerReply } from './replies.ts'
import type { Transcript } from './transcript.ts'
import type { Ending } from './trouble.ts'

/** Who leads the dialog now. */
export interface ChatListener {
  reply(reply: ServerReply): void
  /** The connection is gone, or silent for too long; it is closed already. Called once. */
  ended(ending: Ending): void
}

/** A reply that comes in parts may take so many times its limit. */
const MOST_PATIENCE = 10
/** After QUIT the server has so long (ms) to close, then the socket is dropped. */
const LINGER = 5000

export class Chat {
  readonly #socket: Duplex
  readonly #reader: ReplyReader
  #listener: ChatListener
  #timer: NodeJS.Timeout | undefined
  /** When the timer goes off, and when it should: it is only set anew when it would be late. */
  #armed = Number.POSITIVE_INFINITY
  #deadline = Number.POSITIVE_INFINITY
  /** How long may pass without a byte, and when even a reply that trickles must be whole. */
  #patience = 0
  #latest = Number.POSITIVE_INFINITY
  #isOver = false
  readonly #transcript: Transcript | undefined

  constructor(socket: Duplex, listener: ChatListener, filter?: (line: string) => string, transcript?: Transcript) {
    this.#socket = socket
    this.#listener = listener
    this.#transcript = transcript
    this.#reader = new ReplyReader((reply) => {
      transcript?.heard(reply.lines)
      this.#listener.reply(reply)
    }, filter)
    socket.on('data', (chunk: Buffer) => this.#feed(chunk))
    socket.on('error', () => this.#end('lost'))
    socket.on('end', () => this.#end('lost'))
    socket.on('close', () => this.#end('lost'))
  }

  /** Someone else leads from now on. */
  hand(listener: ChatListener): void {
    this.#listener = listener
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Lines came that were no replies, since the last reply. */
  get heardGarbage(): boolean {
    return this.#reader.garbage > 0
  }

  /** No part of a reply has come that nobody asked for. */
  get isQuiet(): boolean {
    return this.#reader.isIdle
  }

  /** Writes; false when the socket wants a pause, see `drained`. */
  write(bytes: Buffer | string, flushed?: () => void): boolean {
    if (this.#isOver) return false
    if (typeof bytes === 'string') this.#transcript?.sent(bytes)
    return this.#socket.write(bytes, flushed === undefined ? undefined : (error) => error ?? flushed())
  }

  /** Puts what is written until `uncork` into one system call. */
  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  /** Resolves when more can be written, or the connection is over. */
  drained(): Promise<void> {
    if (this.#isOver || !this.#socket.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }

  /** Gives the server so many milliseconds from now; again from each part of a reply, unless `isStrict`. */
  within(milliseconds: number, isStrict = false): void {
    const now = performance.now()
    this.#patience = isStrict ? 0 : milliseconds
    this.#latest = now + milliseconds * MOST_PATIENCE
    this.#until(milliseconds > 0 ? now + milliseconds : Number.POSITIVE_INFINITY, now)
  }

  #until(deadline: number, now: number): void {
    this.#deadline = deadline
    if (this.#deadline >= this.#armed) return
    clearTimeout(this.#timer)
    this.#arm(now)
  }

  /** Nothing is waited for: the clock stops. */
  rest(): void {
    this.#patience = 0
    this.#deadline = Number.POSITIVE_INFINITY
  }

  /** Drops the connection; the listener hears nothing more. */
  destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /** Says a last word and closes in order; what the server still says is not listened to. */
  close(lastWord = ''): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#transcript?.sent(lastWord)
    clearTimeout(this.#timer)
    const drop = setTimeout(() => this.#socket.destroy(), LINGER)
    drop.unref()
    this.#socket.on('close', () => clearTimeout(drop))
    this.#socket.resume()
    if (lastWord === '') this.#socket.end()
    else this.#socket.end(lastWord)
  }

  #feed(chunk: Buffer): void {
    if (this.#isOver) return
    let isBounded: boolean
    try {
      isBounded = this.#reader.feed(chunk)
    } catch {
      // A step that filters replies failed: what the server said is not known.
      this.close('QUIT\r\n')
      this.#listener.ended('unread')
      return
    }
    if (!isBounded) this.#end('endless')
    else if (this.#patience > 0 && !this.#reader.isIdle) {
      const now = performance.now()
      this.#until(Math.min(now + this.#patience, this.#latest), now)
    }
  }

  #end(ending: Ending): void {
    if (this.#isOver) return
    this.destroy()
    this.#listener.ended(ending)
  }

  #arm(now: number): void {
    this.#armed = this.#deadline
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, this.#deadline - now))
  }

  #ring(): void {
    this.#armed = Number.POSITIVE_INFINITY
    if (this.#deadline === Number.POSITIVE_INFINITY) return
    const now = performance.now()
    if (now < this.#deadline) this.#arm(now)
    else this.#end('timeout')
  }
}
