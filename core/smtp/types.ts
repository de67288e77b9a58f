/** What the queue asks of a delivery agent, and what it gets back. */
import type { QueuedMessage, RecipientFailure } from '../queue/types.ts'

/** Where a message goes: `smtp:[mx.example]:25` is transport `smtp`, next hop `[mx.example]:25`. */
export interface Route {
  readonly transport: string
  /** Next hop as Postfix writes it: `example.org`, `[host]:port`, `unix:/path`, `inet:host:port`; '' for agents that need none. */
  readonly nexthop: string
  /** Set when the recipient is refused by routing itself (error transport): bounced or deferred with this. */
  readonly failure?: RecipientFailure
}

/** One delivery: a message and those of its recipients that share transport and next hop. */
export interface DeliveryJob {
  readonly message: QueuedMessage
  readonly route: Route
  /** Indexes into `message.envelope.recipients`. */
  readonly recipients: readonly number[]
  /** Milliseconds since 1970 when the attempt became due: for the log's delays=a/b/c/d. */
  readonly due: number
  /** More mail waits for the same destination, so that keeping the connection pays. */
  more(): boolean
  /** Ends when the process must stop now; the agent gives up at the next safe point. */
  readonly signal: AbortSignal
}

/** What became of one recipient. */
export type Outcome =
  | {
      readonly kind: 'sent'
      readonly status: string
      readonly text: string
      readonly relay: string
      readonly remote?: string
      readonly dsnPassed?: boolean
    }
  | ({ readonly kind: 'bounced'; readonly relay: string } & RecipientFailure)
  | ({ readonly kind: 'deferred'; readonly relay: string; readonly destinationDown?: boolean } & RecipientFailure)

/** Seconds spent: before the attempt began, until connected, until sent. For the log's delays=. */
export interface DeliveryTimes {
  /** Milliseconds since 1970. */
  readonly started: number
  readonly connected: number
  /** Messages that the connection has carried, this one included; absent on a connection's first. */
  readonly uses?: number
  readonly finished: number
}

/**
 * Delivers to one kind of next hop. Never throws for what a peer does: every recipient gets an outcome.
 * `settle` is called once for each recipient index, as soon as its fate is known, in the same tick as the reply was read.
 */
export interface DeliveryAgent {
  deliver(job: DeliveryJob, settle: (recipient: number, outcome: Outcome, times: DeliveryTimes) => void): Promise<void>
  /** Closes idle connections. */
  close(): Promise<void>
}
