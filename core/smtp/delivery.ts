/** One delivery on its way over hosts and connections: which recipients are still open, and what became of the others. */
import type { Event } from '../events.ts'
import type { Hooks } from '../hooks.ts'
import type { RecipientFailure } from '../queue/types.ts'
import { NO_SEAT, type Seated } from '../roster.ts'
import { inOrder } from './envelope.ts'
import type { Destination, Host } from './hooked.ts'
import type { ServerReply } from './replies.ts'
import { fateOf, relayName, type Trouble } from './trouble.ts'
import type { DeliveryJob, DeliveryTimes, Outcome } from './types.ts'

export type Settle = (recipient: number, outcome: Outcome, times: DeliveryTimes) => void

/** What a delivery needs of its transport. */
export interface DeliveryContext {
  readonly hooks: Hooks
  readonly softBounce: boolean
  /** Servers are the last that mail comes to (lmtp_assume_final). */
  readonly assumesFinal: boolean
  emit(event: Event): void
  now(): number
}

/** No connection. */
export const NO_RELAY = 'none'

export class Delivery implements Seated {
  /** Among the deliveries of its agent. */
  seat = NO_SEAT
  readonly job: DeliveryJob
  readonly destination: Destination
  readonly #settle: Settle
  readonly #context: DeliveryContext
  readonly #started: number
  #connected: number | undefined
  #uses = 0
  /** Recipients without an outcome, in the order in which they are sent. */
  readonly open: Set<number>
  /** No other host is left: what may pass is deferred. */
  isFinal = false
  /** The last failure, for those that are left in the end. */
  why: Trouble | undefined
  #relay = NO_RELAY
  /** Connections to its destination are always kept. */
  isListed = false
  /** One of many to its destination that follow one another. */
  isSteady = false
  /** Asked to stop at the next safe point. */
  isStopping = false
  /** How the transaction under way is given up. */
  abandon: (() => void) | undefined

  constructor(job: DeliveryJob, destination: Destination, settle: Settle, context: DeliveryContext) {
    this.job = job
    this.destination = destination
    this.#settle = settle
    this.#context = context
    this.#started = context.now()
    this.open = new Set(inOrder(job.message.envelope, job.recipients))
  }

  /** A connection is ready for mail. @param uses messages it has carried before: it was ready before this delivery */
  connected(uses: number): void {
    this.#connected = uses > 0 ? this.#started : this.#context.now()
    this.#uses = uses + 1
  }

  /** These recipients are in trouble at a host: they wait for the next one, are deferred, or bounce. */
  fail(trouble: Trouble, recipients: Iterable<number>, host?: Host): void {
    const relay = host === undefined ? NO_RELAY : relayName(host)
    const fate = fateOf(trouble, this.isFinal, this.#context.softBounce)
    if (fate === 'next') {
      this.why = trouble
      this.#relay = relay
      this.tell(trouble.reason, true)
      return
    }
    const { status, reason, diagnostic, remote, site } = trouble
    const failure = {
      reason,
      ...(diagnostic === undefined ? {} : { diagnostic }),
      ...(remote === undefined ? {} : { remote }),
      relay,
    }
    for (const recipient of [...recipients]) this.#done(recipient, outcomeOf(status, failure, site))
  }

  /** A server took the message for this recipient. */
  sent(recipient: number, reply: ServerReply, host: Host, passesDsn: boolean): void {
    const { status, text } = reply
    this.#done(recipient, {
      kind: 'sent',
      status,
      text,
      relay: relayName(host),
      remote: host.name,
      dsnPassed: passesDsn,
      isRelayed: !this.#context.assumesFinal,
    })
  }

  /** Whatever is left is deferred, or bounced, for the last reason. */
  giveUp(trouble: Trouble): void {
    this.isFinal = true
    if (this.open.size === 0) return
    const relay = trouble === this.why ? this.#relay : NO_RELAY
    const { site, status, ...failure } = trouble
    for (const recipient of [...this.open]) this.#done(recipient, outcomeOf(status, { ...failure, relay }, site))
  }

  /** A log line of this delivery. @param named with the queue id */
  tell(message: string, named = false): void {
    const queueId = this.job.message.envelope.id
    this.#context.emit({ type: 'peer', transport: this.destination.transport, ...(named ? { queueId } : {}), message })
  }

  #done(recipient: number, outcome: Outcome): void {
    if (!this.open.delete(recipient)) return
    const finished = this.#context.now()
    const timing = { started: this.#started, connected: this.#connected ?? finished, finished }
    const times = this.#uses > 1 ? { ...timing, uses: this.#uses } : timing
    this.#settle(recipient, this.#softened(this.#shaped(recipient, outcome)), times)
  }

  /** soft_bounce: what filters have left to bounce waits. */
  #softened(outcome: Outcome): Outcome {
    if (outcome.kind !== 'bounced' || !this.#context.softBounce) return outcome
    return { ...outcome, kind: 'deferred', status: `4${outcome.status.slice(1)}` }
  }

  /** smtp_delivery_status_filter and the like; a step that fails changes nothing. */
  #shaped(recipient: number, outcome: Outcome): Outcome {
    const hook = this.#context.hooks['smtp.outcome']
    if (!hook.isUsed()) return outcome
    try {
      return hook.call(outcome, { destination: this.destination, envelope: this.job.message.envelope, recipient })
    } catch {
      return outcome
    }
  }
}

/** A failure by its status: only 4.x.x may pass. @param site it concerns the destination */
function outcomeOf(
  status: string,
  failure: Omit<RecipientFailure, 'status'> & { readonly relay: string },
  site: boolean,
): Outcome {
  if (!status.startsWith('4')) return { kind: 'bounced', status, ...failure }
  return { kind: 'deferred', status, ...failure, ...(site ? { destinationDown: true } : {}) }
}
