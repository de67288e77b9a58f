/** The queue manager as other engines and the control socket see it. */
import type { Envelope, NewContent, QueuedMessage, QueueEntry, QueueId } from './types.ts'

export interface Queue {
  /** A message that `Spool.commit` just made durable: deliver it. */
  accept(message: QueuedMessage): void
  /** Stores and delivers a message made here (bounces, notices). Resolves when it is durable. @throws SpoolError */
  submit(envelope: Envelope, content: NewContent): Promise<QueueId>
  /** All messages of this owner, oldest first, in batches, so that a large queue is never one array of everything. */
  list(): AsyncIterable<QueueEntry>
  /** One message whole. */
  show(id: QueueId): Promise<QueuedMessage | undefined>
  /** Each returns how many messages it touched; `selection` names ids, or all of a state's. */
  flush(selection: Selection): Promise<number>
  hold(selection: Selection): Promise<number>
  release(selection: Selection): Promise<number>
  /** Routes again as if it had just come in. */
  requeue(selection: Selection): Promise<number>
  delete(selection: Selection): Promise<number>
  /** Counts by state, cheap. */
  counts(): Readonly<Record<'incoming' | 'active' | 'deferred' | 'hold' | 'corrupt', number>>
  /** Starts no new deliveries, waits for those under way, then resolves; what is left stays in the spool. */
  drain(): Promise<void>
}

export type Selection = { readonly ids: readonly QueueId[] } | { readonly all: true } | { readonly site: string }

/** Reports failures, delays and successes to senders (RFC 3461, RFC 3464). */
export interface Bouncer {
  /**
   * Tells the sender about these recipients; resolves when the notice is durable in the queue or rightly suppressed.
   * @throws SpoolError: nothing was told, the recipients must stay in the queue
   */
  report(message: QueuedMessage, kind: 'failure' | 'delay' | 'success', recipients: readonly BounceRecipient[]): Promise<void>
}

/** A recipient in a notice. */
export interface BounceRecipient {
  /** Index in the envelope. */
  readonly index: number
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  readonly status: string
  /** Log text: `host mx.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)`. */
  readonly reason: string
  readonly diagnostic?: string
  readonly remote?: string
}

/** Concurrency that is shared by all workers of the machine. Keys are `transport:nexthop`. */
export interface Leases {
  /** One more delivery to this destination? False: not now; `freed` tells when to ask again. */
  acquire(key: string, limit: number): boolean | Promise<boolean>
  release(key: string): void
  /** Called when a key that was refused may have room. */
  onFreed(listener: (key: string) => void): void
}
