/**
 * Drives one session: input becomes commands or content, commands go through their rows (check, ask, proceed), replies go out
 * together. Nothing is awaited unless a hook, the intake or a tarpit says so; then the input waits too.
 */
import type { Socket } from 'node:net'
import type { MaybePromise } from '../lookup/maybe.ts'
import { LineReader } from '../protocol/line.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { oneLine, type Reply } from '../reply.ts'
import { NO_SEAT, type Seated } from '../roster.ts'
import { softened } from './access.ts'
import { isDelivery, isReplies, mustClose, transcribe } from './answers.ts'
import { Chat, type ChatOwner } from './chat.ts'
import { isReply, LAST } from './command.ts'
import { UNKNOWN } from './commands.ts'
import { deadlineOf } from './deadline.ts'
import { greet } from './greeting.ts'
import { type Found, interpret } from './interpret.ts'
import { takeLeave } from './leave.ts'
import { Counts } from './limits.ts'
import { obey, obeyUnknown, type Turn } from './obey.ts'
import type { Receiver } from './receiver.ts'
import { rendered } from './render.ts'
import type { SmtpSession } from './session.ts'
import { Troubles } from './troubles.ts'
import { FORGIVEN } from './verbs/rcpt.ts'

export class Dialog implements ChatOwner, Turn, Seated {
  readonly session: SmtpSession
  readonly #chat: Chat
  readonly #reader: LineReader
  readonly counts = new Counts()
  readonly #troubles: Troubles
  readonly #gone: (dialog: Dialog) => void
  /** The verb being answered, as counted. */
  #verb = ''
  /** Among the dialogs of its listener. */
  seat = NO_SEAT
  #isWaiting = false
  #isRunning = false
  #isOver = false
  #hasEnded = false
  #isDraining = false

  /** @param gone called once, when the session is over */
  constructor(socket: Socket, session: SmtpSession, gone: (dialog: Dialog) => void) {
    this.session = session
    this.#gone = gone
    this.#reader = new LineReader(session.settings.line_length_limit)
    this.#troubles = new Troubles(session)
    this.#chat = new Chat(socket, this)
  }

  /** Greets the client. @param early what it said before that */
  start(early?: Buffer): undefined {
    const { session } = this
    if (early !== undefined) this.#reader.push(early)
    const { settings, deps } = session
    deps.services.emit({ type: 'connect', session: session.id, listener: session.listener, client: session.client })
    this.#chat.start(
      settings.smtpd_timeout,
      deadlineOf(settings, () => this.silent()),
    )
    if (this.isPremature('CONNECT')) return
    this.settle(greet(session), (greeting) => {
      if (this.isPremature('CONNECT')) return
      if (session.denied) this.answer(greeting)
      else this.#say(greeting)
    })
    this.#run()
  }

  /** No new commands: a session between commands ends now, one in the middle of content after that. */
  drain(): undefined {
    this.#isDraining = true
    if (!this.#isWaiting && this.session.receiver === undefined) this.#shutDown()
  }

  get isReceiving(): boolean {
    return this.session.receiver !== undefined
  }

  /** Ends the session at once. */
  destroy(): undefined {
    this.#chat.destroy()
  }

  input(chunk: Buffer): undefined {
    if (this.#isOver) return
    this.#reader.push(chunk)
    if (this.#isWaiting || this.#chat.isBlocked) this.#chat.pause()
    else this.#run()
  }

  ended(): undefined {
    this.#hasEnded = true
    if (!this.#isWaiting) this.#run()
  }

  closed(): undefined {
    if (this.#isOver) return
    this.#troubles.lost('lost connection')
    this.#end()
  }

  silent(): undefined {
    if (this.#isOver) {
      this.#chat.destroy()
      return
    }
    // Time that a hook or the queue takes is not the client's.
    if (this.#isWaiting) return
    this.#troubles.lost('timeout')
    this.hangUp(replies.timeout(this.session.settings.myhostname))
  }

  drained(): undefined {
    if (this.#isOver || this.#isWaiting) return
    this.#run()
  }

  #run(): undefined {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (!this.#isWaiting && !this.#isOver && !this.#chat.isBlocked && this.#step());
    } catch (error) {
      this.#failed(error)
    }
    this.#isRunning = false
    if (!this.#isOver && !this.#isWaiting) this.#idle()
  }

  /** One command or piece of content; false when there is none. */
  #step(): boolean {
    const { receiver } = this.session
    if (receiver !== undefined) {
      // A receiver of nothing (`BDAT 0 LAST`) needs no input.
      if (!this.#reader.pending && receiver.take(this.#reader) !== true) return false
      this.#receive(receiver)
    } else if (this.#reader.next()) this.#obey()
    else return false
    return true
  }

  #idle(): undefined {
    this.#chat.flush()
    if (this.#chat.isBlocked) {
      this.#chat.pause()
      return
    }
    if (this.#hasEnded) {
      this.#troubles.lost('lost connection')
      this.#end()
      this.#chat.close()
    } else this.#chat.resume()
  }

  /** Content or a chunk. */
  #receive(receiver: Receiver): undefined {
    this.settle(receiver.take(this.#reader), (isDone) => {
      if (!isDone) return
      this.session.receiver = undefined
      this.settle(receiver.finish(), (answer) => {
        if (!isReplies(answer)) return this.answer(answer)
        for (const reply of answer.slice(0, -1)) this.#say(reply)
        const last = answer.at(-1)
        if (last !== undefined) this.answer(last)
      })
    })
  }

  /** One command line. */
  #obey(): undefined {
    this.session.heard(this.#reader)
    this.counts.begin()
    const meant = interpret(this.session, this.#reader)
    if (this.#reader.cut) this.#troubles.cut(this.#reader.text)
    this.settle(meant, (found) => (isReply(found) ? this.#answerLine(found) : this.#obeyFound(found)))
  }

  /** A line that is no command for the table: one of smtpd_noop_commands, or one that is refused as it stands. */
  #answerLine(reply: Reply): undefined {
    if (reply === REPLIES.ok) this.counts.useless(this.session.settings)
    else this.counts.errors++
    this.session.transcript?.answered(reply)
    this.#verb = ''
    this.#reply(reply)
  }

  #obeyFound(found: Found): undefined {
    const verb = found.row?.verb ?? UNKNOWN
    this.#verb = verb
    this.session.where = verb
    this.counts.came(verb)
    if (found.row === undefined) obeyUnknown(this, found)
    else obey(this, found.row, found.argument)
  }

  /** Answers a command, with all that follows from it: counts, the tarpit, limits, the end. */
  answer(reply: Reply): undefined {
    const final = softened(this.session, reply)
    if (isDelivery(this.session, this.#verb, reply)) this.counts.forgive()
    if (final.code >= 400 && reply !== FORGIVEN) this.counts.errors++
    // 354 is no answer yet: DATA counts when the message is taken.
    else if (final.code !== 354) this.counts.passed(this.#verb)
    if (reply !== FORGIVEN) transcribe(this.session, this.#verb, reply, final)
    this.#reply(final)
  }

  #reply(reply: Reply): undefined {
    this.#tarpit(this.counts.before, () => this.#finish(reply))
  }

  /** Who has made too many errors waits for every reply (smtpd_soft_error_limit, smtpd_error_sleep_time). */
  #tarpit(errors: number, next: () => undefined): undefined {
    const { settings, deps } = this.session
    if (errors < settings.smtpd_soft_error_limit || settings.smtpd_error_sleep_time === 0) return next()
    this.#chat.flush()
    this.settle(deps.services.clock.sleep(settings.smtpd_error_sleep_time), next)
  }

  #finish(reply: Reply): undefined {
    if (mustClose(reply)) return this.hangUp(reply)
    this.#say(reply)
    const { session } = this
    if (isDelivery(session, this.#verb, reply)) session.transcript?.checkpoint()
    if (this.counts.errors >= session.settings.smtpd_hard_error_limit) {
      this.#troubles.lost('too many errors')
      this.#tooMany()
    } else if (this.#isDraining && session.receiver === undefined) this.#shutDown()
  }

  #tooMany(): undefined {
    const last = replies.tooManyErrors(this.session.settings.myhostname)
    this.#tarpit(this.counts.errors, () => this.hangUp(last))
  }

  #say(reply: Reply): undefined {
    const text = rendered(this.session, reply)
    this.session.said(text)
    this.#chat.send(text)
  }

  hangUp(reply: Reply): undefined {
    if (this.#isOver) return
    this.#say(reply)
    this.#end()
    this.#chat.close()
  }

  #shutDown(): undefined {
    if (!this.#isOver) this.hangUp(replies.shuttingDown(this.session.settings.myhostname))
  }

  /** Goes on with a value, now or when it is there; meanwhile the input waits. */
  settle<T>(value: MaybePromise<T>, next: (value: T) => undefined): undefined {
    if (!(value instanceof Promise)) return next(value)
    this.#isWaiting = true
    value.then(
      (result) => this.#resumed(() => next(result)),
      (error) => this.#resumed(() => this.#failed(error)),
    )
  }

  #resumed(next: () => undefined): undefined {
    this.#isWaiting = false
    if (this.#isOver) return
    try {
      next()
    } catch (error) {
      this.#failed(error)
    }
    if (!this.#isWaiting && !this.#isOver) this.#run()
  }

  /** A hook that has no verdict to give failed, or we did: the client may come back. */
  #failed(error: unknown): undefined {
    const message = error instanceof Error ? error.message : String(error)
    this.session.deps.services.emit({ type: 'fault', where: 'smtpd', message: oneLine(message) })
    this.session.reset()
    this.answer(REPLIES.internalError)
  }

  #end(): undefined {
    if (this.#isOver) return
    this.#isOver = true
    this.#reader.clear()
    this.session.transcript?.end(this.#troubles.reason)
    takeLeave(this.session, this.counts, () => this.#gone(this))
  }

  /** Did the client talk on where it had to wait for an answer? */
  isPremature(verb: string, flags = LAST): boolean {
    if (!this.#reader.pending || !this.#troubles.premature(verb, flags, this.#reader)) return false
    this.hangUp(REPLIES.pipelining)
    return true
  }
}
