/**
 * A scriptable SMTP or LMTP server on loopback that misbehaves as it is told: refuses, drops, stalls, or talks nonsense at any
 * step, and writes down what was said. For servers that just take mail see sink.ts.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** What to do instead of the usual, when a step matches. */
export interface MxRule {
  /** Matched against `<greeting>`, a command line, or `<content>` (LMTP: `<content> <recipient>`). */
  readonly on: RegExp
  /** Reply lines; undefined: the usual reply, null: none. */
  readonly reply?: string | readonly string[] | null
  /** Then hang up, or never say anything again; `reset` hangs up with a RST. */
  readonly end?: 'close' | 'silent' | 'reset'
  /** How often; then the rule no longer counts. */
  readonly times?: number
  /** Bytes as they are, instead of a reply. */
  readonly raw?: string | Buffer
}

export interface MxOptions {
  readonly rules?: readonly MxRule[]
  /** EHLO keywords; false: EHLO is refused. Default: all that Postfix offers. */
  readonly keywords?: readonly string[] | false
  readonly name?: string
  readonly lmtp?: boolean
  /** A path instead of a port: a unix-domain socket. */
  readonly path?: string
  /** Loopback address to listen on; default 127.0.0.1. */
  readonly address?: string
  readonly port?: number
  /** Stop reading for good once content begins: a server that stalls in the middle. */
  readonly stallsInContent?: boolean
}

/** A message as it came. */
export interface MxMessage {
  readonly mail: string
  readonly rcpts: readonly string[]
  /** Raw, still dot-stuffed, without the final dot. */
  readonly content: Buffer
}

export interface FakeMx {
  readonly port: number
  /** Everything said in each connection: `S: ...` and `C: ...`, `C: <content>`, at the end `C: <eof>` or `S: <close>`. */
  readonly dialogs: readonly string[][]
  readonly messages: readonly MxMessage[]
  /** Largest number of commands that came in one piece. */
  readonly mostPipelined: number
  /** Closes open connections without a word. */
  drop(): void
  close(): Promise<void>
}

const KEYWORDS = ['PIPELINING', 'SIZE 10240000', 'ENHANCEDSTATUSCODES', '8BITMIME', 'DSN', 'SMTPUTF8']
const END = Buffer.from('\r\n.\r\n')

/** Starts a server. */
export async function fakeMx(options: MxOptions = {}): Promise<FakeMx> {
  const dialogs: string[][] = []
  const messages: MxMessage[] = []
  const sockets = new Set<Socket>()
  const left = new Map((options.rules ?? []).map((rule) => [rule, rule.times ?? Number.POSITIVE_INFINITY]))
  const state = { mostPipelined: 0 }
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const dialog: string[] = []
    dialogs.push(dialog)
    new MxConnection(socket, dialog, messages, left, options, state)
  })
  await listen(server, options)
  const drop = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: options.path === undefined ? (server.address() as AddressInfo).port : 0,
    dialogs,
    messages,
    get mostPipelined() {
      return state.mostPipelined
    },
    drop,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        drop()
      }),
  }
}

function listen(server: Server, { path, address = '127.0.0.1', port = 0 }: MxOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    if (path === undefined) server.listen(port, address, () => resolve())
    else server.listen(path, () => resolve())
  })
}

class MxConnection {
  readonly #socket: Socket
  readonly #dialog: string[]
  readonly #messages: MxMessage[]
  readonly #left: Map<MxRule, number>
  readonly #options: MxOptions
  #input: Buffer = Buffer.alloc(0)
  #inContent = false
  #isMute = false
  #mail = ''
  #rcpts: string[] = []

  constructor(
    socket: Socket,
    dialog: string[],
    messages: MxMessage[],
    left: Map<MxRule, number>,
    options: MxOptions,
    state: { mostPipelined: number },
  ) {
    this.#socket = socket
    this.#dialog = dialog
    this.#messages = messages
    this.#left = left
    this.#options = options
    socket.on('error', () => socket.destroy())
    socket.on('end', () => dialog.push('C: <eof>'))
    socket.on('data', (chunk: Buffer) => {
      if (!this.#inContent) state.mostPipelined = Math.max(state.mostPipelined, chunk.toString('latin1').split('\r\n').length - 1)
      this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk])
      this.#read()
    })
    this.#answer('<greeting>', `220 ${this.#name} ${options.lmtp ? 'LMTP' : 'ESMTP'} ready`)
  }

  get #name(): string {
    return this.#options.name ?? 'mx.fake'
  }

  #read(): void {
    while (!this.#isMute && this.#input.length > 0) {
      if (this.#inContent ? !this.#content() : !this.#line()) return
    }
  }

  #line(): boolean {
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const line = this.#input.toString('utf8', 0, end)
    this.#input = this.#input.subarray(end + 2)
    this.#dialog.push(`C: ${line}`)
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? ''
    const usual = this.#usual(verb, line)
    const isOk = this.#answer(line, usual)
    if (verb === 'MAIL') this.#mail = line
    if (verb === 'RCPT' && isOk) this.#rcpts.push(line)
    if (verb === 'RSET' || verb === 'EHLO') this.#rcpts = []
    if (verb === 'QUIT') this.#socket.end()
    return true
  }

  #usual(verb: string, line: string): string | readonly string[] {
    const { keywords = KEYWORDS } = this.#options
    if (verb === 'EHLO' || verb === 'LHLO') {
      if (keywords === false) return '502 5.5.1 command not implemented'
      return [this.#name, ...keywords].map((word, i, all) => `250${i === all.length - 1 ? ' ' : '-'}${word}`)
    }
    const replies: Readonly<Record<string, string>> = {
      HELO: `250 ${this.#name}`,
      MAIL: '250 2.1.0 Ok',
      RCPT: '250 2.1.5 Ok',
      DATA: this.#rcpts.length > 0 ? '354 go ahead' : '554 5.5.1 no valid recipients',
      RSET: '250 2.0.0 Ok',
      QUIT: '221 2.0.0 Bye',
    }
    return replies[verb] ?? `500 5.5.2 what is ${line}`
  }

  #content(): boolean {
    const isEmpty = this.#input.length >= 3 && this.#input.toString('latin1', 0, 3) === '.\r\n'
    const end = isEmpty ? 0 : this.#input.indexOf(END)
    if (end < 0) return false
    const content = Buffer.from(this.#input.subarray(0, isEmpty ? 0 : end + 2))
    this.#input = this.#input.subarray(isEmpty ? 3 : end + END.length)
    this.#inContent = false
    this.#dialog.push('C: <content>')
    const recipients = this.#options.lmtp ? this.#rcpts : ['']
    let isTaken = false
    for (const rcpt of recipients) {
      const to = /<([^>]*)>/.exec(rcpt)?.[1] ?? ''
      isTaken =
        this.#answer(`<content> ${to}`.trim(), `250 ${rcpt === '' ? '2.0.0 Ok: taken' : `2.1.5 <${to}> delivered`}`) || isTaken
    }
    if (isTaken) this.#messages.push({ mail: this.#mail, rcpts: this.#rcpts, content })
    this.#rcpts = []
    return true
  }

  /** Says what the first matching rule says, else the usual. True when it was a yes. */
  #answer(step: string, usual: string | readonly string[]): boolean {
    if (this.#isMute) return false
    const rule = [...this.#left].find(([{ on }, left]) => left > 0 && on.test(step))?.[0]
    if (rule !== undefined) this.#left.set(rule, (this.#left.get(rule) ?? 0) - 1)
    const silence = rule?.reply === null || (rule?.end !== undefined && rule.reply === undefined)
    const reply = rule?.raw ?? (silence ? '' : lines(rule?.reply ?? usual))
    if (typeof reply === 'string' && rule?.raw === undefined)
      for (const line of reply.split('\r\n').slice(0, -1)) this.#dialog.push(`S: ${line}`)
    if (reply.length > 0) this.#socket.write(reply)
    const text = reply.toString()
    if (text.startsWith('354') && /^DATA/i.test(step)) {
      this.#inContent = true
      if (this.#options.stallsInContent) this.#socket.pause()
    }
    this.#end(rule?.end)
    return text.startsWith('2')
  }

  #end(how: MxRule['end']): void {
    if (how === undefined) return
    this.#isMute = true
    if (how === 'silent') return
    this.#dialog.push('S: <close>')
    if (how === 'close') this.#socket.end()
    else this.#socket.resetAndDestroy()
  }
}

function lines(reply: string | readonly string[]): string {
  return `${(typeof reply === 'string' ? [reply] : reply).join('\r\n')}\r\n`
}

/** What a server was told over one of its connections: commands, `<content>`, and `<eof>` at the end. */
export function saidTo(mx: FakeMx, connection = 0): string[] {
  return (mx.dialogs[connection] ?? []).filter((line) => line.startsWith('C: ')).map((line) => line.slice(3))
}

/** Resolves when it is so; looks every millisecond. @throws Error after two seconds */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 1))
  if (!isSo()) throw new Error('it did not come to pass')
}
