/**
 * A connection to an SMTP server that somebody else leads: a before-queue filter. No MX, no pipelining, no policy: commands go out
 * as they are given, and replies come back whole.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { DotStuffing } from '../protocol/stuffing.ts'
import { Chat, type ChatListener } from './chat.ts'
import { textOf } from './connect.ts'
import type { LineEnding, LineOptions, LineReply, LineTrouble, SmtpLine, SmtpServer } from './types.ts'

/** Replies that nobody asked for yet; a server that sends more is not listened to. */
const MOST_EARLY = 100

/**
 * The server at `host:port`, `[address]:port`, `port`, `inet:...`, `unix:path`.
 * @param ports by name (known_tcp_ports) @param directory where relative paths start @throws Error for anything else
 */
export function smtpServer(endpoint: string, ports: ReadonlyMap<string, number>, directory: string): SmtpServer {
  const target = targetOf(endpoint, ports, directory)
  return {
    async connect(options) {
      return new Line(await dialed(target, options.timeout), options)
    },
  }
}

function targetOf(endpoint: string, ports: ReadonlyMap<string, number>, directory: string): NetConnectOpts {
  if (endpoint.startsWith('unix:') && endpoint.length > 5) return { path: resolve(directory, endpoint.slice(5)) }
  const match = /^(?:inet:)?(?:(?:\[([^\]]+)\]|([^:[\]/\s]+))?:)?([^:[\]/\s]+)$/.exec(endpoint)
  const [, literal, name, service = ''] = match ?? []
  const port = ports.get(service.toLowerCase()) ?? (/^\d{1,5}$/.test(service) ? Number(service) : 0)
  if (port < 1 || port > 65_535)
    throw new Error(`expected host:port, [address]:port or unix:path, found ${JSON.stringify(endpoint)}`)
  return { host: literal ?? name ?? 'localhost', port, noDelay: true }
}

function dialed(target: NetConnectOpts, timeout: number): Promise<Socket> {
  return new Promise((settle, reject) => {
    const socket = connect(target)
    const failed = ({ code = 'ECONNREFUSED' }: { readonly code?: string }): void => {
      clearTimeout(timer)
      socket.removeAllListeners().on('error', () => undefined)
      socket.destroy()
      reject(new Error(textOf(code)))
    }
    const timer = timeout > 0 ? setTimeout(() => failed({ code: 'ETIMEDOUT' }), timeout) : undefined
    socket.on('error', failed).once('connect', () => {
      clearTimeout(timer)
      socket.off('error', failed)
      settle(socket)
    })
  })
}

const DOT = Buffer.from('.\r\n')

type Waiting = { readonly heard: (reply: LineReply) => void; readonly failed: (error: LineTrouble) => void }

class Line implements SmtpLine, ChatListener {
  readonly #chat: Chat
  readonly #timeout: number
  /** Content is under way. */
  #stuffing: DotStuffing | undefined
  #waiting: Waiting | undefined
  readonly #early: LineReply[] = []
  #ending: LineEnding | undefined

  constructor(socket: Socket, { timeout, garbage }: LineOptions) {
    this.#timeout = timeout
    this.#chat = new Chat(socket, this, garbage === undefined ? undefined : (line) => told(line, garbage))
  }

  greeting(): Promise<LineReply> {
    return this.#next()
  }

  ask(command: string): Promise<LineReply> {
    this.#chat.write(`${command}\r\n`)
    return this.#next()
  }

  begin(): void {
    this.#stuffing = new DotStuffing()
  }

  write(chunk: Buffer): Promise<void> | undefined {
    let hasRoom = true
    for (const piece of this.#stuffing?.stuff(chunk) ?? []) hasRoom = this.#chat.write(piece)
    if (this.#ending !== undefined) return Promise.reject(trouble(this.#ending))
    if (hasRoom) return undefined
    this.#chat.within(this.#timeout)
    return this.#chat.drained().then(() => {
      if (this.#ending !== undefined) throw trouble(this.#ending)
      this.#chat.rest()
    })
  }

  dot(): Promise<LineReply> {
    for (const piece of this.#stuffing?.rest() ?? []) this.#chat.write(piece)
    this.#stuffing = undefined
    this.#chat.write(DOT)
    return this.#next()
  }

  close(): void {
    if (this.#stuffing === undefined) this.#chat.close('QUIT\r\n')
    else this.#chat.destroy()
    // Who still waits for a reply would do so for ever: nothing is listened to any more.
    this.ended(this.#ending ?? 'lost')
  }

  reply(reply: LineReply): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) {
      this.#chat.rest()
      waiting.heard(reply)
    } else if (this.#early.length < MOST_EARLY) this.#early.push(reply)
  }

  ended(ending: LineEnding): void {
    this.#ending = ending
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.failed(trouble(ending))
  }

  #next(): Promise<LineReply> {
    const early = this.#early.shift()
    if (early !== undefined) return Promise.resolve(early)
    if (this.#ending !== undefined || this.#chat.isOver) return Promise.reject(trouble(this.#ending ?? 'lost'))
    this.#chat.within(this.#timeout)
    return new Promise((heard, failed) => {
      this.#waiting = { heard, failed }
    })
  }
}

function trouble(ending: LineEnding): LineTrouble {
  return Object.assign(new Error(`the SMTP dialog ended: ${ending}`), { ending })
}

/** Tells of a line that is no reply; the line itself stays as it is. */
function told(line: string, garbage: (line: string) => void): string {
  if (!/^\d{3}(?:[ -]|$)/.test(line)) garbage(line)
  return line
}
