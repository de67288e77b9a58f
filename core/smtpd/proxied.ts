/**
 * A message that goes through a before-queue filter while it comes in: in place of the intake, which it never reaches. What the filter
 * refuses, the client hears. Postfix: smtpd_proxy_filter.
 */
import type { IncomingMessage, IntakeResult } from '../cleanup/types.ts'
import type { AcceptedRecipient } from '../facts.ts'
import { ask, type ProxiedMessage } from '../hooks.ts'
import { formatMailDate } from '../message/date.ts'
import { mailboxHeaders, mailboxLines, maybeMailboxLine } from '../message/mailbox.ts'
import { receivedHeader } from '../message/received.ts'
import { REPLIES } from '../protocol/reply-text.ts'
import { type Reply, renderReply } from '../reply.ts'
import type { SmtpSession } from './session.ts'
import type { OpenTransaction } from './transaction.ts'

const SPACE = 32
const TAB = 9
const LF = 10
const CRLF = Buffer.from('\r\n')
const NOTHING = Buffer.alloc(0)
/** A line of this length is no mailbox line that matters. */
const LONGEST_LEAD = 2048

/** Does mail of this listener go through a filter? */
export function isProxied(session: SmtpSession): boolean {
  return session.deps.runtime.hooks['queue.proxy'].isUsed()
}

/** MAIL, where the message begins with it. */
export async function passMail(session: SmtpSession, transaction: OpenTransaction): Promise<Reply> {
  const refusal = await open(session, transaction)
  if (refusal === undefined) return REPLIES.senderOk
  session.transaction = undefined
  return refusal
}

/** RCPT, to which nobody here has objected. */
export async function passRecipient(
  session: SmtpSession,
  transaction: OpenTransaction,
  recipient: AcceptedRecipient,
): Promise<Reply> {
  const refusal = (await open(session, transaction)) ?? (await session.proxied?.recipient(session.line))
  if (refusal !== undefined) return refusal
  transaction.recipients.push(recipient)
  return REPLIES.recipientOk
}

/** DATA, or the first BDAT: where the content goes to, or why it does not. */
export async function passData(session: SmtpSession, command: string): Promise<Proxied | Reply> {
  const { proxied } = session
  if (proxied === undefined) return failed(session)
  return (await proxied.data(command)) ?? proxied
}

/** Opens the way through the filter, once for a transaction. Undefined: `session.proxied` is there. */
async function open(session: SmtpSession, transaction: OpenTransaction): Promise<Reply | undefined> {
  if (session.proxied !== undefined) return undefined
  const hook = session.deps.runtime.hooks['queue.proxy']
  const way = await ask(hook, { session, transaction, mail: session.mailLine })
  // The step has nothing for this message, for whatever reason it has: without the filter it must not pass.
  if (way === undefined) return failed(session)
  const proxied = new Proxied(session, transaction, way)
  // From now on who ends the session ends this too.
  session.proxied = proxied
  session.message = proxied
  const refusal = await proxied.open()
  if (refusal === undefined) session.tellBegun(proxied.id)
  else {
    proxied.abort()
    session.proxied = undefined
    session.message = undefined
  }
  return refusal
}

function failed(session: SmtpSession): Reply {
  session.transcript?.blame('software')
  return REPLIES.writeError
}

/** The message, as smtpd hands it on. It has no queue id. */
export class Proxied implements IncomingMessage {
  readonly id = 'NOQUEUE'
  readonly #session: SmtpSession
  readonly #transaction: OpenTransaction
  readonly #way: ProxiedMessage
  #hasFailed = false
  /** A line at the start of the content, while it is not clear whether it is a mailbox's. */
  #lead: Buffer | undefined = NOTHING

  constructor(session: SmtpSession, transaction: OpenTransaction, way: ProxiedMessage) {
    this.#session = session
    this.#transaction = transaction
    this.#way = way
  }

  open(): Promise<Reply | undefined> {
    return this.#careful(() => this.#way.open())
  }

  recipient(command: string): Promise<Reply | undefined> {
    return this.#careful(() => this.#way.recipient(command))
  }

  /** Before the content. */
  async data(command: string): Promise<Reply | undefined> {
    return (await this.#careful(() => this.#way.data(command))) ?? this.#writeHead()
  }

  async #careful(step: () => Promise<Reply | undefined>): Promise<Reply | undefined> {
    if (this.#hasFailed) return failed(this.#session)
    try {
      const refusal = await step()
      if (refusal !== undefined) this.#session.transcript?.excuse()
      return refusal
    } catch {
      // Who failed has told why.
      this.#hasFailed = true
      return failed(this.#session)
    }
  }

  /** PREPEND actions, then Received, unless a relay in front has told where the message comes from: then it has its own. */
  #writeHead(): undefined {
    const transaction = this.#transaction
    const session = this.#session
    const head = transaction.edits.flatMap((edit) => (edit.kind === 'prepend' ? [edit.header] : []))
    if (session.forwarded === undefined) {
      const date = formatMailDate(new Date(session.deps.services.clock.now()))
      head.push(receivedHeader(session, transaction, '', date, session.deps.runtime.scope))
    }
    if (head.length > 0) this.#put(Buffer.from(`${head.join('\r\n')}\r\n`))
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#lead === undefined) return this.#put(chunk)
    return this.#mend(this.#lead.length === 0 ? chunk : Buffer.concat([this.#lead, chunk]), false)
  }

  /**
   * The start of the content, mended as in Postfix: mailbox lines become headers, and a body that begins with a blank is a body.
   * It is one write: its promise is that of all.
   */
  #mend(start: Buffer, isAll: boolean): Promise<void> | undefined {
    const lines = mailboxLines(start)
    const rest = start.subarray(lines)
    const isOpen = !isAll && rest.length < LONGEST_LEAD && maybeMailboxLine(rest) && !rest.includes(LF)
    this.#lead = isOpen ? rest : undefined
    const out = lines === 0 ? [] : [mailboxHeaders(start.subarray(0, lines))]
    if (!isOpen && (rest[0] === SPACE || rest[0] === TAB)) out.push(CRLF)
    if (!isOpen && rest.length > 0) out.push(rest)
    const [first, ...more] = out
    if (first === undefined) return undefined
    return this.#put(more.length === 0 ? first : Buffer.concat(out))
  }

  #put(chunk: Buffer): Promise<void> | undefined {
    if (this.#hasFailed) return undefined
    return this.#way.write(chunk)?.catch(() => {
      this.#hasFailed = true
    })
  }

  async finish(): Promise<IntakeResult> {
    const rest = this.#lead
    if (rest !== undefined && rest.length > 0) await this.#mend(rest, true)
    const reply = await this.#end()
    const isAccepted = reply.code < 300
    const dialog = this.#session.dialog(this.#transaction.recipients[0]?.address.text)
    const text = renderReply(reply).trimEnd()
    this.#session.deps.services.emit({ type: 'proxied', dialog, isAccepted, reply: text })
    return { kind: 'answered', reply }
  }

  async #end(): Promise<Reply> {
    const session = this.#session
    if (this.#hasFailed) return failed(session)
    try {
      const reply = await this.#way.end()
      if (reply.code >= 400) session.transcript?.blame('policy')
      return reply
    } catch {
      return failed(session)
    }
  }

  abort(): void {
    this.#hasFailed = true
    this.#way.abort()
  }
}
