/** Between smtpd and the queue: takes content in, runs the content steps, and stores the message. */
import type { Session, Transaction } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import type { ContentFacts, QueueId } from '../queue/types.ts'
import type { Reply } from '../reply.ts'
import type { Refusal } from '../verdict.ts'

/** What became of a message at the end of its data. */
export type IntakeResult =
  /** Durable in the queue: `250 2.0.0 Ok: queued as ID`. */
  | { readonly kind: 'queued'; readonly id: QueueId }
  /** A `queue.store` step took it; its reply is the answer. */
  | { readonly kind: 'answered'; readonly reply: Reply }
  /** A content step refused it. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** A step discarded it; the client is told what it would be told of a queued one. */
  | { readonly kind: 'discarded'; readonly id: QueueId }

/** A message on its way in. Small content stays in memory; past the threshold it streams into the spool. */
export interface IncomingMessage {
  readonly id: QueueId
  /**
   * Takes ownership of a chunk of content: CRLF line ends, dots unstuffed, as `ContentFacts` describes it.
   * A returned promise means: write no more before it resolves. @throws SpoolError, or rejects with it
   */
  write(chunk: Buffer): Promise<void> | undefined
  /** The content is whole. @throws SpoolError: the caller answers 452 or 451, nothing is kept */
  finish(transaction: Transaction, facts: ContentFacts): Promise<IntakeResult>
  /** The connection died or the transaction was reset: nothing is kept. */
  abort(): void
}

export interface Intake {
  /** At the first accepted recipient: gives the message its id; touches no disk. */
  open(session: Session, runtime: ListenerRuntime): IncomingMessage
  /** Is there room, and is the spool writable? For MAIL: 452 4.3.1 or 451 4.3.0. */
  space(): import('../queue/types.ts').SpaceFacts
}
