/** `postern send`: a small test sender that shows the dialog, for machines without swaks. */
import { createConnection, type Socket } from 'node:net'
import { hostname } from 'node:os'
import type { Command } from 'commander'
import { printable } from '../log/printable.ts'

interface SendOptions {
  readonly server: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly body: string
  readonly header: readonly string[]
  readonly helo: string
  readonly quiet?: boolean
}

/** Milliseconds without an answer. */
const PATIENCE = 60_000

export function addSend(program: Command): void {
  const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
  program
    .command('send')
    .description('send one test message and show the dialog')
    .option('-s, --server <host:port>', 'where to', '127.0.0.1:2525')
    .option('-f, --from <address>', 'envelope sender', 'you@example.com')
    .option('-t, --to <address>', 'recipient; may be repeated', gather)
    .option('--subject <text>', 'Subject header', 'A test')
    .option('--body <text>', 'text of the message', 'Hello from postern send.')
    .option('--header <line>', 'another header, "Name: value"; may be repeated', gather)
    .option('--helo <name>', 'name to give in EHLO', hostname())
    .option('-q, --quiet', 'show the last reply only')
    .action(async (options: Partial<SendOptions>) => {
      const all = { ...options, to: options.to ?? ['friend@example.org'], header: options.header ?? [] } as SendOptions
      process.exitCode = await send(all, (line) => {
        if (all.quiet !== true) console.log(printable(line))
      })
    })
}

/** @returns exit status: 0 accepted, 1 refused for good, 75 refused for now or no connection */
export async function send(options: SendOptions, show: (line: string) => void): Promise<number> {
  const dialog = new Dialog(connect(options.server), show)
  let reply = await dialog.reply()
  for (const [command, isLast] of commands(options)) {
    if (reply.code >= 400) break
    reply = await dialog.say(command)
    if (isLast && reply.code < 400) reply = await dialog.content(content(options))
  }
  if (options.quiet === true) console.log(printable(reply.text))
  dialog.end()
  if (reply.code < 400) return 0
  return reply.code < 500 ? 75 : 1
}

/** Commands in order; after the last one comes the content. */
function* commands(options: SendOptions): Generator<readonly [string, boolean]> {
  yield [`EHLO ${options.helo}`, false]
  yield [`MAIL FROM:<${options.from}>`, false]
  for (const to of options.to) yield [`RCPT TO:<${to}>`, false]
  yield ['DATA', true]
}

function content(options: SendOptions): string {
  const headers = [
    `From: <${options.from}>`,
    `To: ${options.to.map((to) => `<${to}>`).join(', ')}`,
    `Subject: ${options.subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${Date.now()}.${process.pid}@${options.helo}>`,
    ...options.header,
  ]
  const lines = [...headers, '', ...options.body.split(/\r?\n/)]
  return `${lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join('\r\n')}\r\n.`
}

function connect(server: string): Socket {
  const at = server.lastIndexOf(':')
  const host = server.slice(0, at).replace(/^\[|\]$/g, '')
  return createConnection({ host, port: Number(server.slice(at + 1)) })
}

/** One side of an SMTP dialog, a command at a time. */
class Dialog {
  readonly #socket: Socket
  readonly #show: (line: string) => void
  readonly #lines: AsyncIterator<string>

  constructor(socket: Socket, show: (line: string) => void) {
    this.#socket = socket
    this.#show = show
    socket.setEncoding('utf8')
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')))
    this.#lines = lines(socket)
  }

  async reply(): Promise<{ code: number; text: string }> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done === true) throw Object.assign(new Error('the server closed the connection'), { status: 75 })
      this.#show(`<- ${value}`)
      if (/^\d{3}(?: |$)/.test(value)) return { code: Number(value.slice(0, 3)), text: value }
    }
  }

  say(command: string): Promise<{ code: number; text: string }> {
    this.#show(`-> ${command}`)
    this.#socket.write(`${command}\r\n`)
    return this.reply()
  }

  content(text: string): Promise<{ code: number; text: string }> {
    for (const line of text.split('\r\n')) this.#show(`-> ${line}`)
    this.#socket.write(`${text}\r\n`)
    return this.reply()
  }

  end(): void {
    this.#show('-> QUIT')
    this.#socket.end('QUIT\r\n')
  }
}

async function* lines(socket: Socket): AsyncGenerator<string, void> {
  let rest = ''
  try {
    for await (const chunk of socket) {
      const parts = (rest + (chunk as string)).split(/\r?\n/)
      rest = parts.pop() ?? ''
      yield* parts
    }
  } catch (error) {
    throw Object.assign(error as Error, { status: 75 })
  }
}
