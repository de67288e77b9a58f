/**
 * Drives one session: input becomes commands or content, commands go through their rows (check, ask, proceed), replies go out
 * together. Nothing is awaited unless a hook, the intake or a tarpit says so; then the input waits too.
 */
import type { Socket } from 'node:net'
import type { MaybePromise } from '../lookup/maybe.ts'
import { LineReader } from '../protocol/line.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { oneLine, type Reply, renderReply } from '../reply.ts'
import { askEarly, softened } from './access.ts'
import { Chat, type ChatOwner } from './chat.ts'
import { ALWAYS, type Command, isReply, LAST, LIMITED } from './command.ts'
import { UNKNOWN } from './commands.ts'
import { askCommand, askFilter, either } from './filters.ts'
import { type Found, interpret } from './interpret.ts'
import { Counts } from './limits.ts'
import type { SmtpSession } from './session.ts'
import { FORGIVEN } from './verbs/rcpt.ts'

/** Replies that never vary are rendered once. */
const RENDERED: ReadonlyMap<Reply, string> = new Map(Object.values(REPLIES).map((reply) => [reply, renderReply(reply)]))
/** How much of stray input a log line shows. */
const PEEK = 100
/** How much of an overlong command a log line shows. */
const EXCERPT = 30

export class Dialog implements ChatOwner {
  readonly session: SmtpSession
  readonly #chat: Chat
  readonly #reader: LineReader
  readonly #counts = new Counts()
  readonly #gone: (dialog: Dialog) => void
  /** The verb being answered, as counted. */
  #verb = ''
  #isWaiting = false
  #isRunning = false
  #isOver = false
  #hasEnded = false
  #isDraining = false
  #hasToldPipelining = false

  /** @param gone called once, when the session is over */
  constructor(socket: Socket, session: SmtpSession, gone: (dialog: Dialog) => void) {
    this.session = session
    this.#gone = gone
    this.#reader = new LineReader(session.settings.line_length_limit)
    this.#chat = new Chat(socket, this)
  }

  /** Greets the client. */
  start(): undefined {
    const { session } = this
    const { settings, deps } = session
    deps.services.emit({ type: 'connect', session: session.id, listener: session.listener, client: session.client })
    this.#chat.start(settings.smtpd_timeout)
    const question = { command: 'CONNECT' }
    const asked = either(askEarly(session, 'connect', question), () =>
      askFilter(session, 'connect', session.client.address, question),
    )
    this.#settle(asked, (refusal) => {
      if (this.#isPremature('CONNECT')) return
      session.denied = refusal !== undefined
      this.#say(refusal ?? replies.greeting(settings.smtpd_banner))
    })
    this.#run()
  }

  /** No new commands: a session between commands ends now, one in the middle of content after that. */
  drain(): undefined {
    this.#isDraining = true
    if (!this.#isWaiting && this.session.receiver === undefined) this.#shutDown()
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
    this.#lost('lost connection')
    this.#end()
  }

  silent(): undefined {
    // Time that a hook or the queue takes is not the client's.
    if (this.#isWaiting || this.#isOver) return
    this.#lost('timeout')
    this.#hangUp(replies.timeout(this.session.settings.myhostname))
  }

  drained(): undefined {
    if (this.#isOver || this.#isWaiting) return
    this.#run()
  }

  #run(): undefined {
    if (this.#isRunning) return
    this.#isRunning = true
    while (!this.#isWaiting && !this.#isOver && !this.#chat.isBlocked) {
      const { receiver } = this.session
      if (receiver !== undefined) {
        if (!this.#reader.pending && !this.#isDone(receiver)) break
        this.#receive()
      } else if (this.#reader.next()) this.#obey()
      else break
    }
    this.#isRunning = false
    if (this.#isOver) return
    if (!this.#isWaiting) this.#idle()
  }

  /** A receiver of nothing (`BDAT 0 LAST`) needs no input. */
  #isDone(receiver: { take(reader: LineReader): MaybePromise<boolean> }): boolean {
    return receiver.take(this.#reader) === true
  }

  #idle(): undefined {
    this.#chat.flush()
    if (this.#chat.isBlocked) {
      this.#chat.pause()
      return
    }
    if (this.#hasEnded) {
      this.#lost('lost connection')
      this.#end()
      this.#chat.close()
    } else this.#chat.resume()
  }

  /** Content or a chunk. */
  #receive(): undefined {
    const { receiver } = this.session
    if (receiver === undefined) return
    this.#settle(receiver.take(this.#reader), (isDone) => {
      if (!isDone) return
      this.session.receiver = undefined
      this.#settle(receiver.finish(), (answer) => {
        if (!isReplies(answer)) return this.#answer(answer)
        for (const reply of answer.slice(0, -1)) this.#say(reply)
        const last = answer.at(-1)
        if (last !== undefined) this.#answer(last)
      })
    })
  }

  /** One command line. */
  #obey(): undefined {
    const found = interpret(this.session, this.#reader)
    if (this.#reader.cut) this.#tellCut()
    if (isReply(found)) {
      if (found !== REPLIES.ok) this.#counts.errors++
      this.#verb = ''
      return this.#reply(found)
    }
    const verb = found.row?.verb ?? UNKNOWN
    this.#verb = verb
    this.session.where = verb
    this.#counts.came(verb)
    if (found.row === undefined) return this.#unknown(found)
    this.#perform(found.row, found.argument)
  }

  #perform(row: Command, argument: string): undefined {
    const { session } = this
    if (this.#isPremature(row.verb, row.flags)) return
    if (session.denied && (row.flags & ALWAYS) === 0) return this.#answer(replies.accessDenied(session.clientText))
    if ((row.flags & LIMITED) !== 0) this.#counts.useless(session.settings)
    const asked = askCommand(session, row.verb, argument)
    if (asked === undefined) return this.#check(row, argument)
    this.#settle(asked, (refusal) => (refusal === undefined ? this.#check(row, argument) : this.#answer(refusal)))
  }

  #check(row: Command, argument: string): undefined {
    const { session } = this
    const parsed = row.check(session, argument)
    if (isReply(parsed)) return this.#refuseSyntax(parsed)
    const proceed = (refusal: Reply | undefined): undefined => {
      if (refusal !== undefined) return this.#answer(refusal)
      this.#settle(row.proceed(session, parsed), (reply) => {
        if (reply !== undefined) this.#answer(reply)
      })
    }
    if (row.ask === undefined) proceed(undefined)
    else this.#settle(row.ask(session, parsed), proceed)
  }

  #refuseSyntax(reply: Reply): undefined {
    const { session } = this
    const text = renderReply(reply).trimEnd()
    session.deps.services.emit({ type: 'protocolError', dialog: session.dialog(), command: session.where, reply: text })
    this.#answer(reply)
  }

  #unknown(found: Found): undefined {
    const { session } = this
    if (found.isForeign) {
      session.warn(`non-SMTP command from ${session.clientText}: ${found.line}`)
      return this.#hangUp(REPLIES.breakRules)
    }
    if (this.#isPremature(UNKNOWN)) return
    if (session.denied) return this.#answer(replies.accessDenied(session.clientText))
    const asked = askFilter(session, 'unknown', found.line, { command: UNKNOWN })
    this.#settle(asked, (refusal) => (refusal === undefined ? this.#refuseSyntax(REPLIES.unknownCommand) : this.#answer(refusal)))
  }

  /** Answers a command, with all that follows from it: counts, the tarpit, limits, the end. */
  #answer(reply: Reply): undefined {
    const final = softened(this.session, reply)
    if (final.code < 400) {
      // 354 is no answer yet, and BDAT or DATA that ended is counted under its verb.
      if (final.code !== 354) this.#counts.passed(this.#verb)
    } else if (reply !== FORGIVEN) this.#counts.errors++
    if (isDelivery(this.#verb, reply)) this.#counts.forgive()
    this.#reply(final)
  }

  #reply(reply: Reply): undefined {
    const { settings, deps } = this.session
    const isSlow = this.#counts.errors > settings.smtpd_soft_error_limit && settings.smtpd_error_sleep_time > 0
    if (!isSlow) return this.#finish(reply)
    this.#chat.flush()
    this.#settle(deps.services.clock.sleep(settings.smtpd_error_sleep_time), () => this.#finish(reply))
  }

  #finish(reply: Reply): undefined {
    if (mustClose(reply)) return this.#hangUp(reply)
    this.#say(reply)
    const { settings } = this.session
    if (this.#counts.errors >= settings.smtpd_hard_error_limit) {
      this.#lost('too many errors')
      this.#tooMany()
    } else if (this.#isDraining && this.session.receiver === undefined) this.#shutDown()
  }

  #tooMany(): undefined {
    const { settings, deps } = this.session
    const last = replies.tooManyErrors(settings.myhostname)
    if (settings.smtpd_error_sleep_time === 0) return this.#hangUp(last)
    this.#chat.flush()
    this.#settle(deps.services.clock.sleep(settings.smtpd_error_sleep_time), () => this.#hangUp(last))
  }

  #say(reply: Reply): undefined {
    const { hooks } = this.session.deps.runtime
    if (!hooks.reply.isUsed()) this.#chat.send(RENDERED.get(reply) ?? renderReply(reply))
    else this.#chat.send(renderReply(hooks.reply.call(reply, this.session)))
  }

  #hangUp(reply: Reply): undefined {
    if (this.#isOver) return
    this.#say(reply)
    this.#end()
    this.#chat.close()
  }

  #shutDown(): undefined {
    if (!this.#isOver) this.#hangUp(replies.shuttingDown(this.session.settings.myhostname))
  }

  /** Did the client talk on where it had to wait for an answer? */
  #isPremature(verb: string, flags = LAST): boolean {
    const { session } = this
    if (!this.#reader.pending || ((flags & LAST) === 0 && session.protocol !== 'SMTP')) return false
    if (!this.#hasToldPipelining) this.#tell('improper command pipelining', verb, escaped(this.#reader.peek(PEEK)))
    this.#hasToldPipelining = true
    if (!session.settings.smtpd_forbid_unauth_pipelining) return false
    this.#hangUp(REPLIES.pipelining)
    return true
  }

  #tellCut(): undefined {
    const { session } = this
    const limit = session.settings.line_length_limit
    session.warn(`${session.clientText}: request longer than ${limit}: ${this.#reader.text.slice(0, EXCERPT)}...`)
  }

  #lost(what: string): undefined {
    this.#tell(what, this.session.receiver?.where ?? this.session.where)
  }

  #tell(what: string, after: string, detail?: string): undefined {
    const { id: session, client, deps } = this.session
    const more = detail === undefined ? {} : { detail }
    deps.services.emit({ type: 'trouble', session, client, what, after, ...more })
  }

  /** Goes on with a value, now or when it is there; meanwhile the input waits. */
  #settle<T>(value: MaybePromise<T>, next: (value: T) => undefined): undefined {
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
    this.#answer(REPLIES.writeError)
  }

  #end(): undefined {
    if (this.#isOver) return
    this.#isOver = true
    const { session } = this
    this.#reader.clear()
    session.reset()
    const { runtime, services } = session.deps
    const commands = this.#counts.summary()
    services.emit({ type: 'disconnect', session: session.id, client: session.client, commands })
    if (!runtime.hooks.disconnect.isUsed()) {
      this.#gone(this)
      return
    }
    runtime.hooks.disconnect.callAsync(session, (error) => {
      if (error) services.emit({ type: 'fault', where: 'disconnect', message: error.message })
      this.#gone(this)
    })
  }
}

function isReplies(answer: Reply | readonly Reply[]): answer is readonly Reply[] {
  return Array.isArray(answer)
}

function isDelivery(verb: string, reply: Reply): boolean {
  return (verb === 'DATA' || verb === 'BDAT') && reply.code === 250
}

/** RFC 5321 3.8, RFC 7504: with 421 and 521 the connection ends. */
function mustClose(reply: Reply): boolean {
  return reply.close === true || reply.code === 421 || reply.code === 521
}

/** Control characters as escapes, for the log. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
}
