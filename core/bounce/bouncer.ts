/**
 * Tells senders what became of their mail, and the postmaster where notify_classes asks for it. Postfix: bounce(8), defer(8),
 * trace(8); RFC 3461 and RFC 3464. Never answers a bounce with a bounce.
 */
import type { Generation, Services } from '../generation.ts'
import { ask, type BounceRequest, type Notice, shaped } from '../hooks.ts'
import { compactTime, createMailDate } from '../message/date.ts'
import { verpSender } from '../protocol/verp.ts'
import type { BounceRecipient, Bouncer, Queue } from '../queue/manager-types.ts'
import { QUEUE_PARAMETERS } from '../queue/parameters.ts'
import type { QueuedMessage, QueueId, Settlement } from '../queue/types.ts'
import { composeReport } from './compose.ts'
import { daemonFrom, type Identity, identityOf, noticeEnvelope } from './origin.ts'
import { BOUNCE } from './parameters.ts'
import { isOwnNotice, type PlannedNotice, planNotices } from './plan.ts'
import { explanation, type NoticeKind, SUBJECTS, type TemplateValues } from './templates.ts'

/** What the bouncer needs of its process. */
export interface BouncerDeps {
  /** Where notices are handed in. */
  queue(): Pick<Queue, 'submit'>
  newId(): QueueId
  current(): Generation
  readonly services: Services
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Builds it. */
export function createBouncer(deps: BouncerDeps): Bouncer {
  const date = createMailDate()
  return {
    report: (message, kind, recipients) => new Telling(deps, date, message, kind, recipients).run(),
  }
}

/** One event to be told. */
class Telling {
  readonly #deps: BouncerDeps
  readonly #date: (milliseconds: number) => string
  readonly #message: QueuedMessage
  readonly #kind: NoticeKind
  readonly #recipients: readonly BounceRecipient[]
  readonly #generation: Generation
  readonly #identity: Identity
  readonly #now: number

  constructor(
    deps: BouncerDeps,
    date: (milliseconds: number) => string,
    message: QueuedMessage,
    kind: NoticeKind,
    recipients: readonly BounceRecipient[],
  ) {
    this.#deps = deps
    this.#date = date
    this.#message = message
    this.#kind = kind
    this.#recipients = recipients
    this.#generation = deps.current()
    this.#identity = identityOf(this.#generation.scope)
    this.#now = deps.services.clock.now()
  }

  async run(): Promise<void> {
    if (this.#recipients.length === 0) return
    const { envelope } = this.#message
    const request = this.#request(this.#recipients)
    const decision = await Promise.resolve(ask(this.#generation.hooks['bounce.decide'], request)).catch(() => undefined)
    if (isOwnNotice(envelope, this.#identity) && this.#kind === 'failure')
      this.#deps.services.emit({
        type: 'warning',
        where: 'bounce',
        message: `${envelope.id}: undeliverable postmaster notification discarded`,
      })
    for (const { returnTo, recipients } of this.#returns()) {
      const identity = this.#identity
      const plan = planNotices({ envelope, kind: this.#kind, recipients, returnTo, identity, values: this.#values, decision })
      for (const planned of plan) await this.#send(planned, plan.length > 1 && planned.copy)
    }
  }

  /** With XVERP each recipient's failure goes to the sender address that the recipient's server was told. */
  #returns(): { readonly returnTo: string; readonly recipients: readonly BounceRecipient[] }[] {
    const { sender, verp, recipients } = this.#message.envelope
    if (verp === undefined || sender === '' || this.#kind !== 'failure')
      return [{ returnTo: sender, recipients: this.#recipients }]
    return this.#recipients.map((each) => {
      const { original = '', address = '' } = recipients[each.index] ?? {}
      return { returnTo: verpSender(sender, verp, original || address), recipients: [each] }
    })
  }

  get #values() {
    return this.#generation.scope.values(BOUNCE)
  }

  get #queueValues() {
    return this.#generation.scope.values(QUEUE_PARAMETERS)
  }

  #request(recipients: readonly BounceRecipient[]): BounceRequest {
    return { envelope: this.#message.envelope, kind: this.#kind, recipients: recipients.map(({ index }) => index) }
  }

  /** Makes and submits one notice. A copy that comes after the sender's notice may fail: telling the sender twice is worse. */
  async #send(planned: PlannedNotice, spare: boolean): Promise<void> {
    const { queue, services } = this.#deps
    const { envelope } = this.#message
    try {
      const notice = await this.#notice(planned)
      const { id, messageId, content } = await this.#compose(planned, notice)
      const noticeId = await queue().submit(
        noticeEnvelope(id, this.#now, notice.sender, notice.recipient, {
          listener: 'bounce',
          messageId,
          body: '8BITMIME',
          ...(envelope.smtputf8 === true ? { smtputf8: true } : {}),
          // Stored in one write with the notice: a process killed between the two would tell the sender again.
          ...(this.#kind === 'failure' && !planned.copy ? { settles: this.#settlement(planned) } : {}),
        }),
        content,
      )
      services.emit({ type: 'bounce', queueId: envelope.id, kind: this.#eventKind(planned), noticeId })
    } catch (error) {
      if (!spare) throw error
      const cause = error instanceof Error ? error.message : String(error)
      services.emit({ type: 'warning', where: 'bounce', message: `${envelope.id}: postmaster not notified: ${cause}` })
    }
  }

  #settlement({ recipients }: PlannedNotice): Settlement {
    return { id: this.#message.envelope.id, recipients: recipients.map(({ index }) => index) }
  }

  #eventKind({ copy }: PlannedNotice) {
    if (!copy) return this.#kind
    return this.#kind === 'delay' ? ('doubleDelay' as const) : ('double' as const)
  }

  /** Texts, as a `bounce.compose` step wants them; a step that fails has been told of, and the default goes out. */
  async #notice(planned: PlannedNotice): Promise<Notice> {
    const notice: Notice = {
      sender: planned.sender,
      recipient: planned.recipient,
      subject: SUBJECTS[this.#kind][planned.copy ? 'postmaster' : 'sender'],
      from: daemonFrom(this.#identity.domain, this.#values.header_from_format),
      explanation: planned.copy ? [] : explanation(this.#kind, this.#templateValues()),
      ...(planned.copy ? { isCopy: true } : {}),
    }
    try {
      return await shaped(this.#generation.hooks['bounce.compose'], notice, this.#request(planned.recipients))
    } catch {
      return notice
    }
  }

  #templateValues(): TemplateValues {
    return {
      hostname: this.#identity.hostname,
      delayHours: Math.floor(this.#queueValues.delay_warning_time / HOUR),
      lifetimeDays: Math.floor(this.#queueValues.maximal_queue_lifetime / DAY),
    }
  }

  async #compose(planned: PlannedNotice, notice: Notice) {
    const { envelope, content } = this.#message
    const id = this.#deps.newId()
    const messageId = `<${compactTime(this.#now)}.${id}@${this.#identity.hostname}>`
    const limit = this.#values.bounce_size_limit
    const composed = await composeReport(
      {
        id,
        messageId,
        notice,
        kind: this.#kind,
        facts: {
          envelope,
          identity: this.#identity,
          recipients: planned.recipients,
          date: this.#date,
          retryUntil: this.#kind === 'delay' ? envelope.arrived + this.#queueValues.maximal_queue_lifetime : undefined,
        },
        copy: planned.copy,
        whole: !planned.headersOnly && (limit === 0 || content.facts.size <= limit),
        made: this.#now,
      },
      content,
    )
    return { id, messageId, content: composed }
  }
}
