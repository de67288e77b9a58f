/**
 * What becomes of a message: notes each recipient's fate in the spool in the tick in which it is known, and when a round
 * is over, tells the sender what must be told and says when the next round is.
 */

import { NOTIFY } from '../facts.ts'
import type { Generation, Services } from '../generation.ts'
import type { Schedule } from '../hooks.ts'
import type { DeliveryTimes, Outcome } from '../smtp/types.ts'
import { type Active, failureOf, noticed } from './active.ts'
import type { BounceRecipient, Bouncer } from './manager-types.ts'
import { QUEUE_PARAMETERS } from './parameters.ts'
import type { Envelope } from './types.ts'

/** What a recipient's failure is called when no attempt said why. */
const NO_REASON = { status: '4.4.7', reason: 'delivery time expired' }

export interface RoundsOptions {
  readonly current: () => Generation
  readonly services: Services
  readonly bouncer: Bouncer
}

/** How a round ended: the message has left the queue, or waits in it. */
export type RoundEnd = 'gone' | 'kept'

export class Rounds {
  readonly #options: RoundsOptions

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** One recipient's fate; `finished` or `remove` reach the spool before this returns. */
  settled(active: Active, index: number, transport: string, outcome: Outcome, times: DeliveryTimes): void {
    const { envelope } = active.message
    const recipient = envelope.recipients[index]
    if (recipient === undefined || recipient.done === true) return
    if (outcome.kind === 'sent') {
      recipient.done = true
      active.unfinished--
      if (outcome.dsnPassed !== true && ((recipient.notify ?? 0) & NOTIFY.SUCCESS) !== 0)
        active.successes.push(this.#success(index, transport, outcome))
      this.#finished(active, [index])
    } else {
      recipient.last = failureOf(outcome)
      if (outcome.kind === 'bounced') active.failures.push(noticed(index, 'failed', recipient.last))
      else active.deferred.push(index)
    }
    const { due } = active
    this.#options.services.emit({ type: 'delivery', envelope, recipient: index, transport, outcome, times, due })
  }

  /** The round is over for all its recipients. Never rejects. */
  end(active: Active): RoundEnd | Promise<RoundEnd> {
    if (active.isGone) return this.#removed(active)
    return this.#ended(active)
  }

  async #ended(active: Active): Promise<RoundEnd> {
    if (active.order === 'delete') return this.#remove(active)
    if (active.successes.length > 0 && (await this.#tell(active, 'success', active.successes))) forgetExpanded(active)
    if (active.failures.length > 0) await this.#bounce(active, active.failures)
    if (active.unfinished > 0 && active.order === undefined) await this.#reschedule(active)
    if (active.unfinished === 0 || this.#isDeleted(active)) return active.isGone ? this.#removed(active) : this.#remove(active)
    return active.order === 'leave' ? 'kept' : this.#keep(active)
  }

  /** An order may have come while the bouncer was at work. */
  #isDeleted(active: Active): boolean {
    return active.order === 'delete'
  }

  /** When to try again; an expired message is returned, an old one's sender is told. */
  async #reschedule(active: Active): Promise<void> {
    const { envelope } = active.message
    const { expired, warn, next } = this.#schedule(envelope)
    envelope.attempts = (envelope.attempts ?? 0) + 1
    envelope.next = next
    const open = openRecipients(envelope, active.deferred)
    if (expired) {
      this.#options.services.emit({ type: 'expired', queueId: active.id, sender: envelope.sender })
      await this.#bounce(
        active,
        open.map((index) => noticed(index, 'failed', envelope.recipients[index]?.last ?? NO_REASON)),
      )
    } else if (warn) {
      const delayed = open.map((index) => noticed(index, 'delayed', envelope.recipients[index]?.last ?? NO_REASON))
      if (await this.#tell(active, 'delay', delayed)) envelope.warned = true
    }
  }

  /** Postfix: as long again as it has been waiting, between minimal_backoff_time and maximal_backoff_time. */
  #schedule(envelope: Envelope): Schedule {
    const { scope, hooks } = this.#options.current()
    const values = scope.values(QUEUE_PARAMETERS)
    const now = this.#options.services.clock.now()
    const age = Math.max(0, now - envelope.arrived)
    const longest = values.maximal_queue_lifetime
    const lifetime = envelope.sender === '' ? Math.min(values.bounce_queue_lifetime, longest) : longest
    const schedule: Schedule = {
      next: now + Math.min(Math.max(age, values.minimal_backoff_time), values.maximal_backoff_time),
      expired: age >= lifetime,
      // A second early, as Postfix, which counts in whole ones.
      warn: values.delay_warning_time > 0 && envelope.warned !== true && age >= values.delay_warning_time - 1000,
    }
    if (!hooks['queue.schedule'].isUsed()) return schedule
    try {
      return hooks['queue.schedule'].call(schedule, envelope)
    } catch {
      // The step's error has been reported by the hook; Postfix's arithmetic stands.
      return schedule
    }
  }

  /** Returns recipients to the sender. When that can not be done now, they stay in the queue. */
  async #bounce(active: Active, failures: readonly BounceRecipient[]): Promise<void> {
    if (!(await this.#tell(active, 'failure', failures))) return
    const { recipients } = active.message.envelope
    const finished: number[] = []
    for (const { index } of failures) {
      const recipient = recipients[index]
      if (recipient === undefined || recipient.done === true) continue
      recipient.done = true
      active.unfinished--
      finished.push(index)
    }
    this.#finished(active, finished)
  }

  async #tell(active: Active, kind: 'failure' | 'delay' | 'success', about: readonly BounceRecipient[]): Promise<boolean> {
    try {
      await this.#options.bouncer.report(active.message, kind, about)
      return true
    } catch (error) {
      this.#warn(`${active.id}: can not tell the sender of ${kind}`, error)
      return false
    }
  }

  /** The last recipient needs no mark of its own when nobody has to be told: the message goes at once. */
  #finished(active: Active, recipients: readonly number[]): void {
    if (active.unfinished === 0 && active.failures.length === 0 && active.successes.length === 0) {
      active.isGone = true
      active.spool.remove(active.id)
    } else active.spool.finished(active.id, recipients)
  }

  #remove(active: Active): RoundEnd {
    active.spool.remove(active.id)
    return this.#removed(active)
  }

  #removed(active: Active): RoundEnd {
    this.#options.services.emit({ type: 'removed', queueId: active.id })
    return 'gone'
  }

  async #keep(active: Active): Promise<RoundEnd> {
    const { envelope } = active.message
    if (active.order === 'hold') envelope.hold = true
    if (active.order === 'requeue') envelope.next = 0
    try {
      await active.spool.keep(envelope)
    } catch (error) {
      // It stays where it is, with its older state: after a restart it is tried earlier than it had to be.
      this.#warn(`${active.id}: can not store its state`, error)
    }
    return 'kept'
  }

  #success(index: number, transport: string, outcome: Extract<Outcome, { kind: 'sent' }>): BounceRecipient {
    const isFinal = this.#options.current().transports.get(transport)?.config.flags?.includes('X') === true
    return {
      index,
      action: outcome.isRelayed === true && !isFinal ? 'relayed' : 'delivered',
      status: outcome.status,
      ...(outcome.remote === undefined
        ? { reason: outcome.text }
        : { reason: `delivery via ${outcome.relay}: ${outcome.text}`, diagnostic: outcome.text, remote: outcome.remote }),
    }
  }

  #warn(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`
    this.#options.services.emit({ type: 'warning', where: 'queue', message })
  }
}

/** The sender knows which recipients were expanded; the next round has nothing to tell of them. */
function forgetExpanded({ message, successes }: Active): void {
  for (const { index } of successes) delete message.envelope.recipients[index]?.expanded
}

/** Those that were tried come first, as they went: a notice lists them so. */
function openRecipients(envelope: Envelope, deferred: readonly number[]): number[] {
  const open = new Set(deferred.filter((index) => envelope.recipients[index]?.done !== true))
  for (let i = 0; i < envelope.recipients.length; i++) if (envelope.recipients[i]?.done !== true) open.add(i)
  return [...open]
}
