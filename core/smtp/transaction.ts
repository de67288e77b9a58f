/**
 * One message over one connection: MAIL, RCPT, DATA, content, dot. With PIPELINING (RFC 2920) the commands go out in one
 * write, and QUIT rides with the dot. A connection that was used before begins with RSET, and when it turns out to have died
 * meanwhile the transaction is `stale`: nothing was lost, dial anew.
 */
import { NestingError } from '../message/part-state.ts'
import { BodyWriter } from './body-writer.ts'
import type { ChatListener } from './chat.ts'
import type { Delivery } from './delivery.ts'
import type { ServerReply } from './replies.ts'
import type { CommandState, Script } from './script.ts'
import type { Session } from './session.ts'
import type { Source } from './source.ts'
import { STATES, type StateName } from './states.ts'
import { answeredEarly, type Ending, ended, localError, refused, STOPPING, type Trouble, tooDeep } from './trouble.ts'

/** `aborted`: the transaction is still open at the server, RSET is due. `quitting`: QUIT is under way. */
export type Conclusion = 'stale' | 'broken' | 'done' | 'aborted' | 'quitting'

type Phase = 'commands' | 'body' | 'dot' | 'over'

export class Transaction implements ChatListener {
  readonly #session: Session
  readonly #delivery: Delivery
  readonly #script: Script
  readonly #source: Source
  readonly #isPipelined: boolean
  #phase: Phase = 'commands'
  #answered = 0
  #nextRcpt = 0
  #isMailRefused = false
  /** Recipients that this server has not refused. */
  readonly #alive: Set<number>
  /** Those it has accepted, in order; each is removed with its reply. */
  #accepted: number[] = []
  #isQuitting = false
  #writer: BodyWriter | undefined
  #conclude: (conclusion: Conclusion) => void = () => undefined
  /** The connection is worth keeping; with PIPELINING that is decided before the replies are there. */
  keeps = false

  constructor(session: Session, delivery: Delivery, script: Script, source: Source) {
    this.#session = session
    this.#delivery = delivery
    this.#script = script
    this.#source = source
    this.#isPipelined = session.features.pipelining
    this.#alive = new Set(script.recipients)
  }

  run(): Promise<Conclusion> {
    return new Promise((resolve) => {
      this.#conclude = resolve
      this.#delivery.abandon = () => this.#stop()
      const { chat } = this.#session
      const { commands } = this.#script
      this.keeps = this.#isPipelined && this.#session.isWorthKeeping(this.#delivery)
      chat.hand(this)
      chat.write(`${this.#isPipelined ? commands.join('\r\n') : commands[0]}\r\n`)
      if (chat.isOver) this.ended('lost')
      else this.#await()
    })
  }

  reply(reply: ServerReply): void {
    if (this.#phase === 'over') return
    // With commands in flight a line that is no reply may stand for one: from here on nothing can be told apart.
    if (this.#isPipelined && this.#session.chat.heardGarbage) {
      this.#session.chat.destroy()
      this.ended('garbage')
    } else if (this.#phase === 'commands') this.#command(reply)
    else if (this.#phase === 'body') this.#early(reply)
    else this.#dot(reply)
  }

  ended(ending: Ending): void {
    if (this.#phase === 'over') return
    if (this.#answered === 0 && this.#session.isReused) this.#over('stale')
    else {
      this.#fail(ended(this.#session.host, ending, this.#state), this.#alive)
      this.#over('broken')
    }
  }

  /** What is waited for. */
  get #state(): StateName {
    if (this.#phase === 'body') return 'BODY'
    return this.#phase === 'dot' ? 'DOT' : (this.#script.states[this.#answered] ?? 'DATA')
  }

  #await(): void {
    const { chat, settings } = this.#session
    chat.within(settings[STATES[this.#state].timeout], settings.per_record_deadline)
  }

  #fail(trouble: Trouble, recipients: Iterable<number>): void {
    this.#session.transcript?.met(trouble)
    this.#delivery.fail(trouble, recipients, this.#session.host)
  }

  /** A reply that is neither yes nor no: who gives such is not kept. */
  #refuse(reply: ServerReply, state: StateName, recipients: Iterable<number>): void {
    if (!isClass(reply, 4) && !isClass(reply, 5)) this.#session.isOdd = true
    this.#fail(refused(this.#session.host, reply, state), recipients)
  }

  /** The process must end: before the dot nothing is lost by it. */
  #stop(): void {
    if (this.#phase === 'over' || this.#phase === 'dot') return
    this.#session.chat.destroy()
    this.#delivery.giveUp(STOPPING)
    this.#over('broken')
  }

  #over(conclusion: Conclusion): void {
    this.#phase = 'over'
    this.#writer?.stop()
    this.#delivery.abandon = undefined
    this.#session.chat.rest()
    this.#conclude(conclusion)
  }

  /** The reply to a command. */
  #command(reply: ServerReply): void {
    const state = this.#script.states[this.#answered] ?? 'DATA'
    this.#answered++
    this.#replies[state](reply)
  }

  readonly #replies: Readonly<Record<CommandState, (reply: ServerReply) => void>> = {
    RSET: (reply) => this.#reset(reply),
    XFORWARD_NAME_ADDR: (reply) => this.#forward(reply),
    XFORWARD_PROTO_HELO: (reply) => this.#forward(reply),
    MAIL: (reply) => this.#mail(reply),
    RCPT: (reply) => this.#rcpt(reply),
    DATA: (reply) => this.#data(reply),
  }

  #reset(reply: ServerReply): void {
    if (isClass(reply, 2)) {
      this.#next()
      return
    }
    this.#session.chat.close()
    this.#over('stale')
  }

  /** A server that asks for XFORWARD and refuses it gets the mail all the same. */
  #forward(reply: ServerReply): void {
    if (!isClass(reply, 2)) this.#delivery.tell(refused(this.#session.host, reply, 'XFORWARD_NAME_ADDR').reason)
    this.#next()
  }

  #mail(reply: ServerReply): void {
    if (!isClass(reply, 2)) {
      this.#isMailRefused = true
      this.#refuse(reply, 'MAIL', this.#alive)
      this.#alive.clear()
    }
    this.#next()
  }

  #rcpt(reply: ServerReply): void {
    const recipient = this.#script.recipients[this.#nextRcpt++]
    if (recipient !== undefined && !this.#isMailRefused) {
      if (isClass(reply, 2)) this.#taken(recipient, reply)
      else {
        this.#alive.delete(recipient)
        this.#refuse(reply, 'RCPT', [recipient])
      }
    }
    this.#next()
  }

  #taken(recipient: number, reply: ServerReply): void {
    if (this.#script.probes === 'rcpt') this.#deliverable([recipient], reply)
    else this.#accepted.push(recipient)
  }

  /** A probe has learned what it wanted to know. */
  #deliverable(recipients: readonly number[], reply: ServerReply): void {
    const { host, features } = this.#session
    for (const recipient of recipients) {
      this.#alive.delete(recipient)
      this.#delivery.sent(recipient, reply, host, features.dsn)
    }
  }

  /** Goes on: the next command, unless all are under way or nobody is left to send to. */
  #next(): void {
    const isHopeless = this.#isMailRefused || (this.#nextRcpt === this.#script.recipients.length && this.#accepted.length === 0)
    const isWhole = this.#answered >= this.#script.commands.length
    if (isWhole || (!this.#isPipelined && isHopeless)) {
      this.#abort()
      return
    }
    if (!this.#isPipelined) this.#session.chat.write(`${this.#script.commands[this.#answered]}\r\n`)
    this.#await()
  }

  /** DATA was not sent, or was refused. */
  #abort(): void {
    this.keeps = this.#session.isWorthKeeping(this.#delivery)
    this.#over('aborted')
  }

  #data(reply: ServerReply): void {
    if (!isClass(reply, 3)) {
      if (this.#accepted.length > 0) this.#refuse(reply, 'DATA', this.#accepted)
      this.#abort()
    } else if (this.#accepted.length === 0) {
      this.#empty()
    } else if (this.#script.probes !== undefined) {
      // There is no other way to take DATA back.
      this.#deliverable(this.#accepted, { ...reply, status: '2.0.0' })
      this.#session.chat.destroy()
      this.#over('broken')
    } else if (this.#delivery.isStopping) this.#stop()
    else this.#body()
  }

  /** All recipients were refused while DATA was under way: no content for nobody. What is said of it matters to the next message alone. */
  #empty(): void {
    this.#session.chat.write('.\r\n')
    if (this.#session.flavour.replyForEach) this.keeps = false
    if (!this.keeps) {
      this.#over('done')
      return
    }
    this.#phase = 'dot'
    this.#await()
  }

  #body(): void {
    this.#phase = 'body'
    this.#await()
    if (!this.#isPipelined) this.keeps = this.#session.isWorthKeeping(this.#delivery)
    this.#isQuitting = this.#isPipelined && !this.keeps
    const { chat, clock, features, settings } = this.#session
    const longest = settings.line_length_limit
    this.#writer = new BodyWriter({
      chat,
      clock,
      features,
      longest,
      source: this.#source,
      quits: this.#isQuitting,
      progress: () => this.#await(),
      flushed: () => this.#flushed(),
      failed: (error) => this.#contentError(error),
      folded: () => this.#delivery.tell(`breaking line > ${longest} bytes with <CR><LF>SPACE`, true),
    })
    this.#writer.start()
  }

  #flushed(): void {
    this.#phase = 'dot'
    this.#session.transcript?.sent(this.#isQuitting ? '.\r\nQUIT' : '.')
    this.#await()
  }

  /** The server must not take a part for the whole: the connection is dropped. */
  #contentError(error: unknown): void {
    this.#fail(error instanceof NestingError ? tooDeep() : localError(this.#session.host), this.#alive)
    this.#session.chat.destroy()
    this.#over('broken')
  }

  /** A reply before the content was whole. */
  #early(reply: ServerReply): void {
    this.#fail(answeredEarly(this.#session.host, reply), this.#alive)
    this.#session.chat.destroy()
    this.#over('broken')
  }

  #dot(reply: ServerReply): void {
    const { host, features, flavour } = this.#session
    const answered = flavour.replyForEach ? this.#accepted.splice(0, 1) : this.#accepted.splice(0)
    for (const recipient of answered) this.#alive.delete(recipient)
    if (isClass(reply, 2)) for (const recipient of answered) this.#delivery.sent(recipient, reply, host, features.dsn)
    else if (answered.length > 0) this.#refuse(reply, 'DOT', answered)
    // It was to be kept, and so QUIT is not under way.
    if (this.#session.isOdd && this.keeps) this.#session.doom()
    if (this.#accepted.length > 0) this.#await()
    else this.#over(this.#isQuitting ? 'quitting' : 'done')
  }
}

function isClass(reply: ServerReply, klass: number): boolean {
  return Math.floor(reply.code / 100) === klass
}
