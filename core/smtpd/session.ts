/** The state of one connection: what hooks are shown of it, and what the verbs keep. Knows no socket. */
import type { IncomingMessage, Intake } from '../cleanup/types.ts'
import type { DialogFacts } from '../events.ts'
import type { Client, Forwarded, SaslFacts, Session, TlsFacts } from '../facts.ts'
import type { ListenerRuntime, Services } from '../generation.ts'
import type { LineReader } from '../protocol/line.ts'
import { oneLine, type Reply } from '../reply.ts'
import type { Refusal } from '../verdict.ts'
import type { Content } from './content.ts'
import type { Proxied } from './proxied.ts'
import type { Receiver } from './receiver.ts'
import type { Settings } from './settings.ts'
import type { Standing } from './standing.ts'
import type { OpenTransaction } from './transaction.ts'
import { Transcript } from './transcript.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII is meant
const NOT_ASCII = /[^\x00-\x7f]/g

/** What a session needs of its process. */
export interface SessionDeps {
  readonly runtime: ListenerRuntime
  readonly services: Services
  readonly intake: Intake
  /** ETRN: starts delivery of the mail for a site. */
  readonly flushSite?: ((site: string) => Promise<void>) | undefined
}

/** How a session begins. */
export interface Begun {
  readonly client: Client
  readonly server: { readonly address: string; readonly port: number }
  readonly settings: Settings
  readonly standing: Standing
}

export class SmtpSession implements Session {
  readonly id: string
  readonly deps: SessionDeps
  readonly settings: Settings
  client: Client
  server: { readonly address: string; readonly port: number }
  /** What this client may do. */
  standing: Standing
  helo: string | undefined
  protocol: string
  tls: TlsFacts | undefined
  sasl: SaslFacts | undefined
  /** What XFORWARD said of the next message. */
  forwarded: Forwarded | undefined
  transaction: OpenTransaction | undefined
  /** What MAIL is about to begin, while the lists are asked about it. */
  candidate: OpenTransaction | undefined
  /** The message under way, from the first good recipient on. */
  message: IncomingMessage | undefined
  /** The same message, where it goes through a filter in place of the queue. */
  proxied: Proxied | undefined
  /** Takes the input in place of the command reader: content of DATA, a chunk of BDAT. */
  receiver: Receiver | undefined
  /** `open` between the chunks of a message, `failed` when a chunk was refused. */
  bdat: 'none' | 'open' | 'failed' = 'none'
  /** Content between the chunks of BDAT. */
  content: Content | undefined
  /** The connect list refused this client: all but QUIT is refused. */
  denied = false
  /** What lists that ran early want refused at RCPT (defer_if_permit). */
  deferred: Map<string, Refusal> | undefined
  /** It sent commands before it was their turn. */
  pipelinedEarly = false
  /** What was said, where the postmaster may have to know. */
  readonly transcript: Transcript | undefined
  /** Verb of the command at hand, for logs and hooks. */
  where = 'CONNECT'
  /** The command line at hand, and that of MAIL: a filter is told them as they are. */
  line = ''
  mailLine = ''
  /** What SIZE last said: it holds for the next MAIL too if that says nothing else, until the transaction is reset. */
  declaredSize = 0

  constructor(id: string, { client, server, settings, standing }: Begun, deps: SessionDeps) {
    this.id = id
    this.client = client
    this.server = server
    this.deps = deps
    this.settings = settings
    this.standing = standing
    this.protocol = this.isLmtp ? 'LMTP' : 'SMTP'
    this.transcript = this.#transcript()
  }

  /** A command line came. */
  heard({ text, badUtf8 }: LineReader): void {
    const line = badUtf8 ? text.replace(NOT_ASCII, '?') : text
    this.transcript?.heard(line)
    if (this.standing.isWatched) this.deps.services.log.info(`< ${this.clientText}: ${oneLine(line)}`)
  }

  /** A reply was sent, as it is on the wire. */
  said(reply: string): void {
    this.transcript?.said(reply)
    if (!this.standing.isWatched) return
    for (const line of reply.trimEnd().split('\r\n')) this.deps.services.log.info(`> ${this.clientText}: ${line}`)
  }

  #transcript(): Transcript | undefined {
    const { services } = this.deps
    const { noticed, mail_name, smtpd_history_flush_threshold } = this.settings
    if (services.notify === undefined || noticed === undefined) return undefined
    return new Transcript(noticed, smtpd_history_flush_threshold, (transcript, about, reason) => {
      const subject = `${mail_name} SMTP server: errors from ${this.clientText}`
      services.notify?.({ class: about, isWanted: true, subject, transcript, ...(reason === undefined ? {} : { reason }) })
    })
  }

  get listener(): string {
    return this.deps.runtime.config.name
  }

  get isLmtp(): boolean {
    return this.deps.runtime.config.protocol === 'lmtp'
  }

  get stress(): string {
    return this.settings.stress
  }

  /** The transaction that edits and discards are for. */
  get current(): OpenTransaction | undefined {
    return this.transaction ?? this.candidate
  }

  /** Gives the transaction's message its queue id, once. */
  open(transaction: OpenTransaction): IncomingMessage {
    if (this.message !== undefined) return this.message
    const { intake, runtime } = this.deps
    const message = intake.open(this, runtime)
    this.message = message
    transaction.queueId = message.id
    this.tellBegun(message.id)
    return message
  }

  /** Tells that mail of this client is taken. */
  tellBegun(queueId: string): void {
    const sasl = this.sasl === undefined ? {} : { sasl: this.sasl }
    const forwarded = this.forwarded === undefined ? {} : { forwarded: this.forwarded }
    this.deps.services.emit({ type: 'transaction', session: this.id, queueId, client: this.client, ...sasl, ...forwarded })
  }

  /** Forgets the transaction and its message (RSET, EHLO, the end of data). */
  reset(): void {
    this.declaredSize = 0
    this.message?.abort()
    this.message = undefined
    this.proxied = undefined
    this.transaction = undefined
    this.candidate = undefined
    this.forwarded = undefined
    this.content = undefined
    this.receiver = undefined
    this.bdat = 'none'
  }

  /** `name[address]`, as Postfix calls a client. */
  get clientText(): string {
    return this.client.logged ?? `${this.client.name}[${this.client.address}]`
  }

  /** Who is speaking, for events. */
  dialog(recipient?: string): DialogFacts {
    const transaction = this.current
    const only = transaction?.recipients.length === 1 ? transaction.recipients[0]?.address.text : undefined
    return {
      session: this.id,
      client: this.client,
      helo: this.helo,
      protocol: this.protocol,
      sender: transaction?.sender.text,
      recipient: recipient ?? only,
      queueId: transaction?.queueId,
    }
  }

  /** Tells that a command was refused by rules, as opposed to bad syntax. */
  tellRefused(command: string, reply: Reply, more: { recipient?: string; sender?: string; step?: string; cause?: string } = {}) {
    const dialog = this.dialog(more.recipient)
    this.deps.services.emit({
      type: 'refused',
      dialog: more.sender === undefined ? dialog : { ...dialog, sender: more.sender },
      command,
      code: reply.code,
      status: reply.status ?? '',
      text: typeof reply.text === 'string' ? reply.text : reply.text.join(' '),
      ...(more.step === undefined ? {} : { step: more.step }),
      ...(more.cause === undefined ? {} : { cause: more.cause }),
    })
  }

  warn(message: string): void {
    this.deps.services.emit({ type: 'warning', where: 'smtpd', message: oneLine(message) })
  }
}
