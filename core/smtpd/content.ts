/** Takes the content of a message: scans it, hands it to the intake, and at its end gets the message into the queue. */

import type { IncomingMessage, IntakeResult } from '../cleanup/types.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { ContentScanner } from '../protocol/dot.ts'
import type { LineReader } from '../protocol/line.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { SpoolError } from '../queue/types.ts'
import type { Reply } from '../reply.ts'
import { askStage, refuse, softened } from './access.ts'
import { exceedsWithEnvelope } from './envelope-size.ts'
import type { Receiver } from './receiver.ts'
import type { SmtpSession } from './session.ts'
import type { OpenTransaction } from './transaction.ts'

export class Content implements Receiver {
  readonly #session: SmtpSession
  readonly #transaction: OpenTransaction
  readonly #message: IncomingMessage
  readonly #scanner: ContentScanner
  /** Why the message can not be taken; its content is then read and thrown away. */
  #failure: Reply | undefined
  /** Octets taken from the client. */
  received = 0

  /** @param dotted DATA; false: BDAT */
  constructor(session: SmtpSession, transaction: OpenTransaction, message: IncomingMessage, dotted: boolean) {
    const { settings, standing } = session
    const strict = settings.bareNewline !== 'no' && !standing.isExcused
    this.#session = session
    this.#transaction = transaction
    this.#message = message
    // A filter gets the content as it came: what becomes of it is the queue's affair.
    const replaceStrayCr = settings.replaceStrayCr && session.proxied === undefined
    this.#scanner = new ContentScanner({ strict, dotted, replaceStrayCr })
  }

  get where(): string {
    return `DATA (${this.#scanner.completeLines} bytes)`
  }

  /** Octets to be stored so far. */
  get size(): number {
    return this.#scanner.size
  }

  take(reader: LineReader): MaybePromise<boolean> {
    for (;;) {
      const chunk = reader.take(Number.MAX_SAFE_INTEGER)
      if (chunk === undefined) return false
      const pieces: Buffer[] = []
      const end = this.#scanner.push(chunk, 0, pieces)
      this.received += end < 0 ? chunk.length : end
      if (end >= 0) reader.untake(chunk, chunk.length - end)
      const stored = this.#store(pieces)
      if (stored !== undefined) return stored.then(() => end >= 0 || this.take(reader))
      if (end >= 0) return true
    }
  }

  /** Takes a piece of a BDAT chunk. */
  add(piece: Buffer): Promise<void> | undefined {
    const pieces: Buffer[] = []
    this.received += piece.length
    this.#scanner.push(piece, 0, pieces)
    return this.#store(pieces)
  }

  /** BDAT LAST: completes the last line. */
  end(): Promise<void> | undefined {
    const pieces: Buffer[] = []
    this.#scanner.finish(pieces)
    return this.#store(pieces)
  }

  #store(pieces: readonly Buffer[], from = 0): Promise<void> | undefined {
    const limit = this.#session.settings.message_size_limit
    if (this.#failure === undefined && limit > 0 && this.#scanner.size > limit) {
      this.#tooBig()
    }
    for (let i = from; i < pieces.length && this.#failure === undefined; i++) {
      try {
        const room = this.#message.write(pieces[i] as Buffer)
        if (room !== undefined)
          return room.then(
            () => this.#store(pieces, i + 1),
            (error) => this.#fail(this.#broken(error)),
          )
      } catch (error) {
        this.#fail(this.#broken(error))
      }
    }
    return undefined
  }

  #tooBig(): Reply {
    this.#session.warn(`${this.#message.id}: queue file size limit exceeded`)
    this.#fail(REPLIES.tooBig)
    return REPLIES.tooBig
  }

  #fail(reply: Reply): void {
    this.#failure ??= reply
    this.#session.message = undefined
    this.#message.abort()
  }

  /** Is something the matter that a reply to this chunk should say? */
  get failure(): Reply | undefined {
    return this.#failure
  }

  finish(): MaybePromise<Reply | readonly Reply[]> {
    return chain(
      this.commit((id) => replies.queued(id)),
      (reply) => this.forRecipients(reply),
    )
  }

  /** RFC 2033 4.2: one reply for each recipient. */
  forRecipients(reply: Reply): Reply | readonly Reply[] {
    return this.#session.isLmtp ? this.#transaction.recipients.map(() => reply) : reply
  }

  /** Puts the message into the queue and ends the transaction. @param queued the reply when all is well */
  commit(queued: (id: string) => Reply): MaybePromise<Reply> {
    const session = this.#session
    const transaction = this.#transaction
    transaction.size = this.#scanner.size
    if (this.#scanner.bareLf && this.#rejectsBareLf()) return this.#over(this.#bareLf())
    if (this.#failure !== undefined) return this.#over(this.#failure)
    session.where = 'END-OF-MESSAGE'
    const question = { command: 'END-OF-MESSAGE' }
    return chain(askStage(session, 'end_of_data', question), (refusal) => {
      if (refusal !== undefined) return this.#leaveOpen(refusal)
      if (transaction.discarded) return this.#over(queued(this.#message.id))
      if (exceedsWithEnvelope(session, transaction, this.#scanner.size)) return this.#over(this.#tooBig())
      return this.#finish(queued)
    })
  }

  async #finish(queued: (id: string) => Reply): Promise<Reply> {
    const session = this.#session
    // It is the intake's now, even if the connection ends before the answer is there.
    session.message = undefined
    try {
      const result = await this.#message.finish(this.#transaction, this.#scanner.facts())
      return this.#over(OUTCOMES[result.kind](result as never, session, queued))
    } catch (error) {
      return this.#over(this.#broken(error))
    }
  }

  /** A refusal at the end of data leaves the transaction open, as in Postfix: the client says RSET. */
  #leaveOpen(refusal: Reply): Reply {
    const session = this.#session
    session.message?.abort()
    session.message = undefined
    session.content = undefined
    session.bdat = 'none'
    return refusal
  }

  #over(reply: Reply): Reply {
    this.#session.reset()
    return reply
  }

  #rejectsBareLf(): boolean {
    const { settings, standing } = this.#session
    return settings.bareNewline === 'reject' && !standing.isExcused
  }

  #bareLf(): Reply {
    const session = this.#session
    const { smtpd_forbid_bare_newline_reject_code: code, myhostname } = session.settings
    const reply = softened(session, replies.bareNewline(code, myhostname, code === 421 || code === 521))
    session.tellRefused('END-OF-MESSAGE', { ...reply, text: 'bare <LF> received' })
    return reply
  }

  /** The disk is full, or the spool can not be written: 4xx, and the client keeps the message. */
  #broken(error: unknown): Reply {
    const full = error instanceof SpoolError && error.kind === 'full'
    const message = error instanceof Error ? error.message : String(error)
    this.#session.deps.services.emit({ type: 'fault', where: 'smtpd', message: `${this.#message.id}: ${message}` })
    return full ? REPLIES.noSpace : REPLIES.writeError
  }
}

type Outcomes = {
  readonly [K in IntakeResult['kind']]: (
    result: Extract<IntakeResult, { kind: K }>,
    session: SmtpSession,
    queued: (id: string) => Reply,
  ) => Reply
}

const OUTCOMES: Outcomes = {
  queued: ({ id }, _session, queued) => queued(id),
  discarded: ({ id }, _session, queued) => queued(id),
  answered: ({ reply }) => reply,
  refused: ({ refusal }, session, queued) =>
    refuse(session, refusal, { command: 'END-OF-MESSAGE' }) ?? queued(session.transaction?.queueId ?? ''),
}
