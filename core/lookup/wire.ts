/** A connection on which questions are asked and answered in turn, and a pool of them; for protocols with answers of bounded size. */
import { connect, type Socket } from 'node:net'
import { connectOptions, type Endpoint, endpointText } from './endpoint.ts'
import { ConnectionLost, Pool } from './pool.ts'
import { type Server, Servers } from './servers.ts'

/** Takes one answer from the octets that have come: its value and its length. Undefined when more must come. @throws Error */
export type ParseAnswer<T> = (octets: Buffer) => { readonly value: T; readonly length: number } | undefined

interface Question {
  /** Parses what has come; true when the answer is complete. */
  feed(): boolean
  fail(error: Error): void
}

export class Wire {
  readonly #socket: Socket
  #octets: Buffer = Buffer.alloc(0)
  #question: Question | undefined
  #isOpen = true

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('the server closed the connection')))
  }

  static connect(endpoint: Endpoint): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(connectOptions(endpoint))
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Wire(socket))
      })
    })
  }

  get isUsable(): boolean {
    return this.#isOpen
  }

  /** @param limit octets that an answer may have @throws ConnectionLost, or an Error of the connection or of `parse` */
  ask<T>(question: string | Buffer, parse: ParseAnswer<T>, limit: number): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#question = {
        feed: () => {
          const answer = parse(this.#octets)
          if (answer === undefined) {
            if (this.#octets.length > limit) throw new Error(`an answer of over ${limit} octets`)
            return false
          }
          this.#octets = this.#octets.subarray(answer.length)
          resolve(answer.value)
          return true
        },
        fail: reject,
      }
      if (!this.#isOpen) this.#fail(new ConnectionLost('the connection is closed'))
      else this.#socket.write(question)
    })
  }

  close(): void {
    this.#isOpen = false
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#octets = this.#octets.length === 0 ? chunk : Buffer.concat([this.#octets, chunk])
    // Whatever comes unasked would be taken for the next answer.
    if (this.#question === undefined) {
      this.close()
      return
    }
    try {
      if (this.#question.feed()) this.#question = undefined
      if (this.#question === undefined && this.#octets.length > 0) this.close()
    } catch (error) {
      this.#fail(error as Error)
      this.close()
    }
  }

  #end(error: Error): void {
    this.#isOpen = false
    this.#fail(this.#octets.length === 0 ? new ConnectionLost(error.message, { cause: error }) : error)
  }

  #fail(error: Error): void {
    const question = this.#question
    this.#question = undefined
    question?.fail(error)
  }
}

/** How many connections, and how long, in milliseconds. */
export interface WireLimits {
  readonly timeout: number
  readonly connections: number
}

/** An unused connection is closed after this many milliseconds. */
export const IDLE = 60_000

/** One server that is spoken to in this way. */
export function wireServers(endpoint: Endpoint, { timeout, connections }: WireLimits): Servers<Wire> {
  const server: Server<Wire> = {
    name: endpointText(endpoint),
    isLocal: endpoint.kind === 'unix',
    pool: new Pool<Wire>({
      connect: () => Wire.connect(endpoint),
      close: (wire) => wire.close(),
      isUsable: (wire) => wire.isUsable,
      limit: connections,
      idle: IDLE,
      timeout,
    }),
  }
  return new Servers([server])
}
