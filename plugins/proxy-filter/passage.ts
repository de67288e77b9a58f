/** One message on its way through the filter: each step of the client is repeated there, and the filter's refusal is the answer. */
import {
  type LineReply,
  type LineTrouble,
  oneLine,
  type ProxiedMessage,
  type ProxyRequest,
  type Reply,
  type SmtpLine,
  type SmtpServer,
} from '#postern'
import { replyOf } from './reply.ts'
import { xforwardCommands } from './xforward.ts'

/** The filter, as configured. */
export interface Filter {
  /** As configured, for logs. */
  readonly name: string
  readonly server: SmtpServer
  readonly helo: string
  /** Milliseconds. */
  readonly timeout: number
  warn(message: string): void
}

/** It has been told already. */
class FilterFailure extends Error {}

export class Passage implements ProxiedMessage {
  readonly #filter: Filter
  readonly #request: ProxyRequest
  #line: SmtpLine | undefined
  #isOver = false

  constructor(filter: Filter, request: ProxyRequest) {
    this.#filter = filter
    this.#request = request
  }

  async open(): Promise<Reply | undefined> {
    const { session, mail } = this.#request
    this.#line = await this.#connect()
    await this.#must('connection request', (line) => line.greeting())
    const hello = `EHLO ${this.#filter.helo}`
    const { lines } = await this.#must(hello, (line) => line.ask(hello))
    for (const command of xforwardCommands(session, lines)) await this.#must(command, (line) => line.ask(command))
    return this.#pass(mail, 2)
  }

  recipient(command: string): Promise<Reply | undefined> {
    return this.#pass(command, 2)
  }

  async data(command: string): Promise<Reply | undefined> {
    const refusal = await this.#pass(command, 3)
    if (refusal === undefined) this.#connected.begin()
    return refusal
  }

  write(chunk: Buffer): Promise<void> | undefined {
    try {
      return this.#connected.write(chunk)?.catch((error) => this.#lost(error))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async end(): Promise<Reply> {
    const reply = await this.#heard((line) => line.dot())
    this.#close()
    // RFC 5321 4.2: nothing else can stand here, and a client must not take it for a yes or a no.
    if (!isClass(reply, 2) && reply.code < 400) return this.#fail(rejected(this.#filter, '.', reply))
    return replyOf(reply)
  }

  abort(): void {
    this.#close()
  }

  async #connect(): Promise<SmtpLine> {
    const { name, server, timeout, warn } = this.#filter
    const garbage = (line: string): void => warn(`received garbage from proxy ${name}: ${line}`)
    let line: SmtpLine
    try {
      line = await server.connect({ timeout, garbage })
    } catch (error) {
      return this.#fail(`connect to proxy filter ${name}: ${(error as Error).message}`)
    }
    if (!this.#isOver) return line
    line.close()
    throw new FilterFailure('the client is gone')
  }

  get #connected(): SmtpLine {
    if (this.#line === undefined || this.#isOver) throw new FilterFailure('the filter is gone')
    return this.#line
  }

  /** Repeats a command of the client. @param klass of the reply that is a yes */
  async #pass(command: string, klass: number): Promise<Reply | undefined> {
    const reply = await this.#heard((line) => line.ask(command))
    if (isClass(reply, klass)) return undefined
    this.#filter.warn(rejected(this.#filter, command, reply))
    if (reply.code >= 400) return replyOf(reply)
    // A yes or a go-ahead that nobody asked for: what was meant can not be known.
    this.#close()
    throw new FilterFailure('an odd reply')
  }

  /** Says something of our own: the filter has no reason to refuse it. */
  async #must(what: string, ask: (line: SmtpLine) => Promise<LineReply>): Promise<LineReply> {
    const reply = await this.#heard(ask)
    return isClass(reply, 2) ? reply : this.#fail(rejected(this.#filter, what, reply))
  }

  async #heard(ask: (line: SmtpLine) => Promise<LineReply>): Promise<LineReply> {
    const line = this.#connected
    try {
      return await ask(line)
    } catch (error) {
      return this.#lost(error)
    }
  }

  #lost(error: unknown): never {
    const wasOver = this.#isOver
    const { ending } = error as LineTrouble
    // A client that went away has ended this itself.
    if (wasOver) throw new FilterFailure('given up')
    const what = ending === 'timeout' ? 'timeout talking to' : 'lost connection with'
    return this.#fail(`${what} proxy ${this.#filter.name}`)
  }

  #fail(message: string): never {
    this.#filter.warn(message)
    this.#close()
    throw new FilterFailure(message)
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#line?.close()
  }
}

function isClass({ code }: LineReply, klass: number): boolean {
  return Math.floor(code / 100) === klass
}

function rejected({ name }: Filter, what: string, { lines }: LineReply): string {
  return oneLine(`proxy ${name} rejected "${what}": "${lines.join('??')}"`)
}
