/**
 * One connection to one host, from its greeting to QUIT, over any number of messages.
 * TLS and AUTH come in between the greeting command and the first message: `tls.client.policy`, `tls.client.context` and
 * `smtp.auth` are asked there.
 */
import type { Duplex } from 'node:stream'
import { type Hooks, shaped } from '../hooks.ts'
import type { Clock } from '../plugin.ts'
import { Chat } from './chat.ts'
import type { Delivery } from './delivery.ts'
import { isInternational, isSendable, mailCommand, rcptCommand, senderFor } from './envelope.ts'
import { PLAIN } from './features.ts'
import type { Flavour } from './flavour.ts'
import { type Offer, shakeHands } from './handshake.ts'
import type { Features, Host, OutgoingContext, OutgoingEnvelope } from './hooked.ts'
import { hasInternationalHeader } from './international.ts'
import type { Settings } from './parameters.ts'
import type { SessionContext, SessionPlace } from './place.ts'
import type { ConnectionPool, Poolable } from './pool.ts'
import { scriptOf } from './script.ts'
import { type Source, sourceOf } from './source.ts'
import { type Conclusion, Transaction } from './transaction.ts'
import { Transcript } from './transcript.ts'
import { badAddress, localError, needsUtf8, relayName, type Trouble, tooLarge } from './trouble.ts'
import { Turns } from './turn.ts'
import { xforwardCommands } from './xforward.ts'

export class Session implements Poolable {
  readonly flavour: Flavour
  readonly settings: Settings
  readonly clock: Clock
  readonly host: Host
  readonly isOnly: boolean
  readonly key: string
  readonly born = performance.now()
  readonly chat: Chat
  uses = 0
  /** The server gave replies that make no sense where they stood: not to be kept. */
  isOdd = false
  features: Features = PLAIN
  /** What was said, where the postmaster may have to know. */
  readonly transcript: Transcript | undefined
  readonly #notify: SessionContext['notify']
  readonly #hooks: Hooks
  readonly #pool: ConnectionPool<Session>
  readonly #place: SessionPlace
  readonly #turns: Turns
  #offer: Offer = { banner: '', ehlo: undefined, features: PLAIN }
  #isDoomed = false
  #note: (message: string) => void = () => undefined

  constructor(socket: Duplex, place: SessionPlace, context: SessionContext) {
    this.flavour = context.flavour
    this.settings = context.settings
    this.clock = context.clock
    this.#hooks = context.hooks
    this.#pool = context.pool
    this.#place = place
    this.host = place.host
    this.isOnly = place.isOnly
    this.key = place.destination.nexthop
    this.#turns = new Turns(context.settings)
    const filter = context.hooks['smtp.reply'].isUsed() ? (line: string) => this.#filtered(line) : undefined
    this.#notify = context.notify
    const watch = (direction: string, line: string): void => this.#note(`${direction} ${relayName(this.host)}: ${line}`)
    if (place.isWatched) this.transcript = new Transcript(watch)
    else this.transcript = context.notify === undefined ? undefined : new Transcript()
    this.chat = new Chat(socket, this.#turns, filter, this.transcript)
  }

  /** It carried mail before the message at hand. */
  get isReused(): boolean {
    return this.uses > 1
  }

  /** Not to be kept. */
  doom(): void {
    this.#isDoomed = true
  }

  isWorthKeeping(delivery: Delivery): boolean {
    if (this.#isDoomed || this.isOdd || this.chat.isOver) return false
    return this.#pool.wants(this.key, delivery.isListed, delivery.isSteady, this)
  }

  /** Reads the greeting and says hello. The trouble it meets, if any; then the connection is closed. */
  async greet(delivery: Delivery): Promise<Trouble | undefined> {
    const { destination, host, isBest, lists } = this.#place
    const { chat, flavour, settings } = this
    this.#note = (message) => delivery.tell(message)
    const handshake = await shakeHands({
      chat,
      turns: this.#turns,
      host,
      nexthop: destination.nexthop,
      isBest,
      flavour,
      settings,
      lists,
      shape: (offer) => this.#shaped(offer, delivery),
      note: this.#note,
    })
    if (handshake.trouble !== undefined) {
      chat.close('QUIT\r\n')
      this.transcript?.met(handshake.trouble)
      this.#tellPostmaster()
      return handshake.trouble
    }
    this.#offer = handshake.offer
    return undefined
  }

  /** Offers the message. `stale`: the connection had died, nothing was said. */
  async transfer(delivery: Delivery): Promise<'done' | 'stale'> {
    this.uses++
    this.#note = (message) => delivery.tell(message)
    let transaction: Transaction | undefined
    try {
      const preparing = this.#prepare(delivery)
      transaction = preparing instanceof Promise ? await preparing : preparing
    } catch {
      // A step failed, or the content can not be read; the cause is in the log.
      delivery.fail(localError(this.host), delivery.open, this.host)
    }
    if (transaction === undefined) {
      this.chat.close(this.#isDoomed ? '' : 'QUIT\r\n')
      return 'done'
    }
    const conclusion = await transaction.run()
    const leaving = this.#leave(conclusion, transaction.keeps)
    if (transaction.keeps || !this.settings.skip_quit_response) await leaving
    return conclusion === 'stale' ? 'stale' : 'done'
  }

  rest(onGone: () => void): void {
    this.chat.rest()
    // The message that it carried last need not stay in memory as long as the connection does.
    this.#note = () => undefined
    const gone = (): void => {
      this.chat.destroy()
      onGone()
    }
    this.chat.hand({ reply: gone, ended: gone })
  }

  drop(): void {
    this.chat.destroy()
  }

  #filtered(line: string): string {
    const filtered = this.#hooks['smtp.reply'].call(line, this.#place.destination)
    if (filtered !== line) this.#note(`${relayName(this.host)}: replacing server reply "${line}" with "${filtered}"`)
    return filtered
  }

  /** What steps make of the offer, for the message at hand: PIX work-arounds depend on its age. */
  #shaped({ banner, ehlo, features }: Offer, delivery: Delivery): Features {
    const hook = this.#hooks['smtp.features']
    if (!hook.isUsed()) return features
    const { destination, host } = this.#place
    try {
      return hook.call(features, { destination, host, banner, ehlo, envelope: delivery.job.message.envelope })
    } catch {
      // The step's fault is in the log; the offer stands as it is.
      return features
    }
  }

  /** Everything up to MAIL; a promise only when a step or the content needs time. Undefined: the delivery knows why not. */
  #prepare(delivery: Delivery): Transaction | undefined | Promise<Transaction | undefined> {
    this.features = this.#shaped(this.#offer, delivery)
    const { envelope, content } = delivery.job.message
    const { features, host } = this
    const context: OutgoingContext = { destination: this.#place.destination, host, features, envelope }
    const recipients = [...delivery.open]
    const addresses = recipients.map((index) => envelope.recipients[index]?.address ?? '')
    const outgoing = shaped(
      this.#hooks['smtp.envelope'],
      { sender: senderFor(envelope, recipients), recipients: addresses },
      context,
    )
    // Who said that all of it is 7-bit is believed, as in Postfix.
    const converts = !features.eightBitMime && !this.settings.disable_mime_output_conversion && envelope.body !== '7BIT'
    const source = sourceOf(content, this.#hooks, context, converts ? this.settings.mime_limits : undefined)
    if (outgoing instanceof Promise || source instanceof Promise || (envelope.smtputf8 === true && !features.smtputf8))
      return this.#prepareSlowly(delivery, recipients, outgoing, source)
    return this.#transaction(delivery, recipients, outgoing, source)
  }

  async #prepareSlowly(
    delivery: Delivery,
    recipients: readonly number[],
    outgoing: OutgoingEnvelope | Promise<OutgoingEnvelope>,
    source: Source | Promise<Source>,
  ): Promise<Transaction | undefined> {
    const { envelope, content } = delivery.job.message
    const [addresses, readySource] = await Promise.all([outgoing, source])
    if (envelope.smtputf8 === true && !this.features.smtputf8) {
      // What stands in the queue counts, whatever becomes of it on the way out.
      const words = [envelope.sender, ...recipients.map((i) => envelope.recipients[i]?.address ?? '')]
      if (words.some(isInternational) || (await hasInternationalHeader(content))) {
        delivery.fail(needsUtf8(this.host), delivery.open, this.host)
        return undefined
      }
    }
    return this.#transaction(delivery, recipients, addresses, readySource)
  }

  #transaction(
    delivery: Delivery,
    recipients: readonly number[],
    { sender, recipients: addresses }: OutgoingEnvelope,
    source: Source,
  ): Transaction | undefined {
    const { features, host } = this
    const { envelope } = delivery.job.message
    const { size } = source.facts
    if (features.size > 0 && size > features.size) {
      // As Postfix: no QUIT either.
      this.doom()
      delivery.fail(tooLarge(host, size, features.size), delivery.open, host)
      return undefined
    }
    if (!isSendable(sender) || !addresses.every(isSendable)) {
      delivery.fail(badAddress(), delivery.open, host)
      return undefined
    }
    const { quote_rfc821_envelope: quotes, disable_mime_output_conversion: isVerbatim } = this.settings
    const writing = { quotes, features, isVerbatim, isLocal: MADE_HERE.has(envelope.origin.listener) }
    const mail = mailCommand(sender, envelope, size, writing)
    const rcpts: string[] = []
    for (const [i, index] of recipients.entries()) {
      const recipient = envelope.recipients[index]
      if (recipient !== undefined) rcpts.push(rcptCommand(addresses[i] ?? recipient.address, recipient, writing))
    }
    const forward = this.settings.send_xforward_command ? xforwardCommands(envelope, features.xforward) : []
    const probes = envelope.probe === true ? this.settings.address_verify_target : undefined
    return new Transaction(this, delivery, scriptOf(this.isReused, [...forward, mail], rcpts, recipients, probes), source)
  }

  /** After a transaction: into the pool, or goodbye. */
  async #leave(conclusion: Conclusion, keeps: boolean): Promise<void> {
    const { chat } = this
    if (!chat.isOver) {
      if (this.#isDoomed) chat.close()
      else if (!keeps || !chat.isQuiet) await this.#sayGoodbye(conclusion)
      else if (conclusion !== 'aborted' || (await this.#reset())) this.#pool.keep(this)
    }
    this.#tellPostmaster()
  }

  /** Has the server forget what it refused. False: it is gone. */
  async #reset(): Promise<boolean> {
    this.#turns.take(this.chat)
    this.chat.write('RSET\r\n')
    return typeof (await this.#turns.next(this.chat, 'RSET')) !== 'string'
  }

  /** A transcript for the postmaster has the answer to the last command but QUIT. */
  #hearsOut(conclusion: Conclusion): boolean {
    if (this.#notify === undefined || this.transcript?.isDue !== true) return false
    if (conclusion === 'quitting' || !this.features.pipelining) return false
    this.transcript.close()
    return true
  }

  #tellPostmaster(): void {
    const notice = this.transcript?.take(relayName(this.host), this.settings.mail_name)
    if (notice !== undefined) this.#notify?.(notice)
  }

  async #sayGoodbye(conclusion: Conclusion): Promise<void> {
    const { chat, features, settings } = this
    this.#turns.take(chat)
    let lastWord = conclusion === 'quitting' ? '' : 'QUIT\r\n'
    if (conclusion === 'aborted' && features.pipelining && settings.skip_quit_response) lastWord = `RSET\r\n${lastWord}`
    else if (conclusion === 'aborted' && !(await this.#reset())) return
    if (settings.skip_quit_response && !this.#hearsOut(conclusion)) {
      chat.close(lastWord)
      return
    }
    if (lastWord !== '') chat.write(lastWord)
    await this.#turns.next(chat, 'QUIT')
    chat.close()
  }
}

/** Origins of mail that no client sent. */
const MADE_HERE: ReadonlySet<string> = new Set(['bounce', 'notify', 'local'])
