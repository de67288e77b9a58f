/** What the hooks of the intake carry: addresses on their way into the queue. */
import type { Session, Transaction } from '../facts.ts'
import type { QueueId } from '../queue/types.ts'
import type { Refusal } from '../verdict.ts'

/** Addresses on their way into the queue. */
export interface IntakeRequest {
  readonly queueId: QueueId
  /** Undefined for mail that is made here. */
  readonly session: Session | undefined
  readonly transaction: Transaction | undefined
  /** The message can not be taken: its client is told so once the hook is over. The first call counts. */
  refuse(refusal: Refusal): void
}

export interface NewRecipient {
  readonly address: string
  readonly original: string
  readonly orcpt?: string
  readonly notify?: number
  /** Nobody named it: it gets a copy. */
  readonly copy?: true
  /** Others have taken its place, and its sender wants to know (RFC 3461 5.2.7.3, "expanded"): it gets no mail. */
  readonly expanded?: true
}

/** Who a message is from, when it is asked who gets copies of it. */
export interface CopiesRequest extends IntakeRequest {
  readonly sender: string
}

/** An address in a header. */
export interface HeaderAddressRequest extends IntakeRequest {
  /** Name of the header, as it is written. */
  readonly header: string
  /** What the header says of its addresses. */
  readonly kind: 'sender' | 'recipient'
}
