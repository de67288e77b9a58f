/** A next hop for tests: an SMTP server that takes everything and remembers it. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type LineReader, readLines } from './lines.ts'

/** A message that arrived. */
export interface SunkMessage {
  readonly helo: string
  /** Argument of MAIL FROM and of each RCPT TO, with its parameters. */
  readonly mail: string
  readonly rcpt: readonly string[]
  /** The addresses alone. */
  readonly sender: string
  readonly recipients: readonly string[]
  /** CRLF line ends, dots unstuffed. */
  readonly content: Buffer
}

/** How a sink departs from taking everything. */
export interface SinkOptions {
  readonly port?: number
  /** EHLO keywords after the name. */
  readonly keywords?: readonly string[]
  /** A reply instead of the usual one, by command line (`RCPT TO:<x@y>`) or `.` for the end of data; undefined: as usual. */
  readonly reply?: (command: string) => string | undefined
  /** Called when the content is whole, before the reply; a message it answers with false is not acknowledged: the connection dies. */
  readonly arrived?: (message: SunkMessage) => boolean
  /** LMTP: one reply for each recipient. */
  readonly lmtp?: boolean
}

/** See {@link startSink}. */
export interface Sink {
  readonly port: number
  readonly messages: readonly SunkMessage[]
  /** Every command of every connection, in order. */
  readonly commands: readonly string[]
  /** Resolves when so many messages have come. @throws Error after `limit` ms */
  waitFor(count: number, limit?: number): Promise<readonly SunkMessage[]>
  /** Drops all connections. */
  drop(): void
  close(): Promise<void>
}

const KEYWORDS = ['PIPELINING', 'SIZE 10240000', 'ENHANCEDSTATUSCODES', '8BITMIME', 'DSN', 'SMTPUTF8']

/** Starts a sink on a loopback port. */
export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const messages: SunkMessage[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const heard = { commands, messages, told: () => waiting.forEach((check) => void check()) }
    new Conversation(socket, options, heard).run().catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', 1024, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    commands,
    waitFor(count, limit = 5000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(new Error(`${messages.length} of ${count} messages came within ${limit} ms`))
        }, limit)
        const check = (): void => {
          if (messages.length < count) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve(messages)
        }
        waiting.add(check)
        check()
      })
    },
    drop() {
      for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

interface Heard {
  readonly commands: string[]
  readonly messages: SunkMessage[]
  told(): void
}

const SILENCE = 120_000

/** One connection. */
class Conversation {
  readonly #socket: Socket
  readonly #lines: LineReader
  readonly #options: SinkOptions
  readonly #heard: Heard
  #helo = ''
  #mail = ''
  #rcpt: string[] = []

  constructor(socket: Socket, options: SinkOptions, heard: Heard) {
    this.#socket = socket
    this.#lines = readLines(socket)
    this.#options = options
    this.#heard = heard
  }

  async run(): Promise<void> {
    this.#say(this.#options.reply?.('connect') ?? '220 sink.example ESMTP')
    for (;;) {
      const line = await this.#lines.next(SILENCE)
      if (line === undefined) return
      this.#heard.commands.push(line)
      const verb = line.slice(0, 4).toUpperCase()
      const special = this.#options.reply?.(line)
      if (special !== undefined) this.#say(special)
      const isRefused = special !== undefined && !/^[23]/.test(special)
      if (isRefused && !special.startsWith('421')) continue
      if (isRefused || verb === 'QUIT') {
        if (special === undefined) this.#say('221 2.0.0 Bye')
        this.#socket.end()
        return
      }
      if (!(await this.#obey(verb, line, special !== undefined))) return
    }
  }

  /** False when the connection is over. */
  async #obey(verb: string, line: string, isAnswered: boolean): Promise<boolean> {
    const answer = (text: string): void => {
      if (!isAnswered) this.#say(text)
    }
    if (verb === 'DATA') {
      answer('354 End data with <CR><LF>.<CR><LF>')
      return this.#receive()
    }
    if (verb === 'EHLO' || verb === 'LHLO' || verb === 'HELO') {
      this.#helo = line.slice(5)
      const keywords = verb === 'HELO' ? [] : (this.#options.keywords ?? KEYWORDS)
      const all = ['sink.example', ...keywords]
      answer(all.map((word, i) => `250${i === all.length - 1 ? ' ' : '-'}${word}`).join('\r\n'))
      return true
    }
    if (verb === 'MAIL') this.#mail = line.slice(10)
    if (verb === 'RCPT') this.#rcpt.push(line.slice(8))
    if (verb === 'RSET' || verb === 'MAIL') this.#rcpt = []
    answer('250 2.0.0 Ok')
    return true
  }

  async #receive(): Promise<boolean> {
    const content = await this.#lines.content(SILENCE)
    if (content === undefined) return false
    const message = {
      helo: this.#helo,
      mail: this.#mail,
      rcpt: this.#rcpt,
      sender: bare(this.#mail),
      recipients: this.#rcpt.map(bare),
      content,
    }
    if (this.#options.arrived?.(message) === false) {
      this.#socket.destroy()
      return false
    }
    const special = this.#options.reply?.('.')
    if (special === undefined || special.startsWith('2')) this.#heard.messages.push(message)
    const replies = this.#options.lmtp ? this.#rcpt.length : 1
    for (let i = 0; i < replies; i++) this.#say(special ?? '250 2.0.0 Ok: taken')
    this.#rcpt = []
    this.#heard.told()
    return true
  }

  #say(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${text}\r\n`)
  }
}

/** `<a@b> SIZE=9` as `a@b`. */
function bare(argument: string): string {
  return /^\s*<([^>]*)>/.exec(argument)?.[1] ?? argument
}
