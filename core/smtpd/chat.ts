/**
 * The socket of a session: replies are gathered and written together, input stops while it can not be used, and a peer that
 * does not read is not written to without end. One set of listener functions serves all connections.
 */
import type { Socket } from 'node:net'
import type { Deadline } from './deadline.ts'

/** Who is told of what happens on the socket. */
export interface ChatOwner {
  /** Input is content now, and no commands. */
  readonly isReceiving: boolean
  input(chunk: Buffer): void
  /** The client has said all that it will say. */
  ended(): void
  /** The socket is gone. */
  closed(): void
  /** Nothing was read or written for the time limit. */
  silent(): void
  /** The peer has read what was written. */
  drained(): void
}

/** The connection's owner stands on the socket itself, so that listeners need no closure. */
interface OwnedSocket extends Socket {
  owner?: ChatOwner
  /** For whole requests; absent: only silence is limited. */
  deadline?: Deadline | undefined
}

function onData(this: OwnedSocket, chunk: Buffer): void {
  this.deadline?.heard(this.owner?.isReceiving === true ? chunk.length : 0)
  this.owner?.input(chunk)
}
function onEnd(this: OwnedSocket): void {
  this.owner?.ended()
}
function onClose(this: OwnedSocket): void {
  this.deadline?.stop()
  this.owner?.closed()
}
function onTimeout(this: OwnedSocket): void {
  this.owner?.silent()
}
function onDrain(this: OwnedSocket): void {
  this.owner?.drained()
}
/** 'close' follows. */
function onError(): void {}

/** What may wait to be read by the peer before its commands wait too. */
const MAX_UNREAD = 64 * 1024
/** How long (ms) a peer has to read what was written last. */
const LAST_WORDS = 10_000

export class Chat {
  readonly #socket: OwnedSocket
  #out = ''
  #isPaused = false

  constructor(socket: Socket, owner: ChatOwner) {
    this.#socket = socket
    this.#socket.owner = owner
    socket.on('error', onError).on('close', onClose)
  }

  /** Begins to listen. @param timeout milliseconds of silence @param deadline for whole requests */
  start(timeout: number, deadline?: Deadline): void {
    this.#socket.deadline = deadline
    this.#socket.on('data', onData).on('end', onEnd).on('timeout', onTimeout).on('drain', onDrain)
    this.#socket.setTimeout(timeout)
  }

  /** Adds to what will be written. One piece of input can hold thousands of commands: their replies do not gather for long. */
  send(text: string): void {
    this.#out += text
    if (this.#out.length > MAX_UNREAD) this.flush()
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.#out === '') return
    this.#socket.deadline?.renew()
    const text = this.#out
    this.#out = ''
    if (this.#socket.writable) this.#socket.write(text)
  }

  /** The peer reads too slowly. */
  get isBlocked(): boolean {
    return this.#socket.writableLength > MAX_UNREAD
  }

  /** Takes no more input. */
  pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#socket.pause()
  }

  /** It is the client's turn. */
  resume(): void {
    this.#socket.deadline?.wait()
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  /** Writes what was gathered and hangs up. */
  close(): void {
    this.flush()
    this.#socket.deadline?.stop()
    // The kernel sends what it has taken, and then ends the connection.
    if (this.#socket.writableLength === 0) this.#socket.destroy()
    else this.#socket.setTimeout(LAST_WORDS).destroySoon()
  }

  /** Hangs up at once. */
  destroy(): void {
    this.#socket.destroy()
  }
}
