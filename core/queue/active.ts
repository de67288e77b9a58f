/** A message being delivered: what is still open, and what must be told to its sender when this round is over. */
import type { Route } from '../smtp/types.ts'
import type { Site } from './backlog.ts'
import type { BounceRecipient } from './manager-types.ts'
import type { QueuedMessage, QueueId, RecipientFailure, Spool } from './types.ts'

export interface Active {
  readonly id: QueueId
  message: QueuedMessage
  readonly spool: Spool
  /** Which of the queue's spools. */
  readonly owner: number
  readonly site: Site
  /** Milliseconds since 1970 when this round began. */
  readonly due: number
  /** Recipients that are not finished. */
  unfinished: number
  /** Deliveries that wait or run. */
  jobs: number
  /** To be returned to the sender when the round is over. */
  readonly failures: BounceRecipient[]
  /** Recipients that an attempt of this round put off, in the order in which it was known. */
  readonly deferred: number[]
  /** Deliveries that the sender asked to be told of. */
  readonly successes: BounceRecipient[]
  /** The last recipient was delivered: the spool has forgotten the message. */
  isGone: boolean
  /** An order that came while it was being delivered; `leave`: the process stops. */
  order: 'delete' | 'hold' | 'requeue' | 'leave' | undefined
}

/** The message with the addresses that routing found in those of its recipients; the queue keeps them as they were. */
export function readdressed(message: QueuedMessage, indexes: readonly number[], routes: readonly Route[]): QueuedMessage {
  if (routes.every(({ address }) => address === undefined)) return message
  const recipients = [...message.envelope.recipients]
  for (const [i, index] of indexes.entries()) {
    const [recipient, address] = [recipients[index], routes[i]?.address]
    if (recipient !== undefined && address !== undefined) recipients[index] = { ...recipient, address }
  }
  return { ...message, envelope: { ...message.envelope, recipients } }
}

/** Recipients of one message for one destination, in deliveries of legal size. */
export interface Share {
  readonly active: Active
  readonly route: Route
  /** Indexes of recipients; each element is one delivery. */
  readonly deliveries: (readonly number[])[]
}

/** Unfinished recipients, as a new round finds them. */
export function unfinishedOf(message: QueuedMessage): number[] {
  const open: number[] = []
  const { recipients } = message.envelope
  for (let i = 0; i < recipients.length; i++) if (recipients[i]?.done !== true) open.push(i)
  return open
}

/** Recipients that others have taken the place of, whose sender asked to hear of it. */
export function expandedOf({ envelope: { recipients } }: QueuedMessage): BounceRecipient[] {
  const told = { action: 'expanded', status: '2.0.0', reason: 'alias expanded' } as const
  return recipients.flatMap(({ expanded }, index) => (expanded === true ? [{ index, ...told }] : []))
}

/** How a recipient stands in a notice. */
export function noticed(index: number, action: BounceRecipient['action'], failure: RecipientFailure): BounceRecipient {
  return {
    index,
    action,
    status: failure.status,
    reason: failure.reason,
    ...(failure.diagnostic === undefined ? {} : { diagnostic: failure.diagnostic }),
    ...(failure.remote === undefined ? {} : { remote: failure.remote }),
  }
}

/** Only what is a failure: an agent's outcome has more. */
export function failureOf(from: RecipientFailure): RecipientFailure {
  return {
    status: from.status,
    reason: from.reason,
    ...(from.diagnostic === undefined ? {} : { diagnostic: from.diagnostic }),
    ...(from.remote === undefined ? {} : { remote: from.remote }),
  }
}

/** Splits recipients, sorted by domain and address as Postfix sends them, into deliveries of at most `limit`. */
export function deliveriesOf(message: QueuedMessage, recipients: number[], limit: number): (readonly number[])[] {
  if (recipients.length === 1) return [recipients]
  const keys = new Map(recipients.map((index) => [index, sortKey(message.envelope.recipients[index]?.address ?? '')]))
  const key = (index: number) => keys.get(index) ?? ''
  recipients.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b))
  if (recipients.length <= limit) return [recipients]
  const deliveries: number[][] = []
  for (let at = 0; at < recipients.length; at += limit) deliveries.push(recipients.slice(at, at + limit))
  return deliveries
}

/** The domain without letter case, then the address with it. */
function sortKey(address: string): string {
  return `${address.slice(address.lastIndexOf('@') + 1).toLowerCase()}\0${address}`
}
