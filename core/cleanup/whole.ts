/** A message between the end of its data and the queue, as the parts of the intake hand it on. */
import type { Edit, Session, Transaction } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import type { CompletionRules } from '../message/complete.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { ContentFacts, QueueId, StreamedBody } from '../queue/types.ts'
import type { Addresses, AddressRequest } from './addresses.ts'
import type { TakenContent } from './content.ts'
import type { RecipientChanges } from './envelope.ts'
import type { IntakeContext } from './intake.ts'
import type { Rules } from './rules.ts'

/** A message whose content is whole. */
export interface TakenMessage {
  readonly context: IntakeContext
  readonly rules: Rules
  readonly id: QueueId
  readonly arrived: number
  readonly session: Session
  readonly runtime: ListenerRuntime
  readonly transaction: Transaction
  readonly facts: ContentFacts
  readonly content: TakenContent
  /** Where the first character stands that messages may not have, in bytes from the start; undefined: nowhere. */
  readonly firstRejected?: number | undefined
}

/** One whose sender and recipients have been through their steps. */
export interface WholeMessage extends TakenMessage {
  readonly addresses: Addresses
  /** For what else of its addresses steps are asked. */
  readonly addressing: AddressRequest
  /** How addresses in its headers are completed; undefined: its headers stay as they are. */
  readonly completion: CompletionRules | undefined
}

/** What goes into the queue. */
export interface Finished {
  readonly head: Buffer
  readonly body: readonly Buffer[] | StreamedBody
  readonly facts: ContentFacts
  /** Of the content steps. */
  readonly edits: readonly Edit[]
  readonly changes: RecipientChanges | undefined
  readonly messageId: string | undefined
}

/** The header lines of the head, with what was a mailbox's `From ` line before them. */
export function headerLines({ lead, head, survey }: TakenContent): Buffer {
  const lines = head.subarray(0, survey.headers)
  return lead === undefined ? lines : Buffer.concat([lead, lines])
}

/** What `missingHeaders` needs to know of this message. */
export function missing(message: WholeMessage, has: (name: string) => boolean) {
  const { context, rules, id, arrived, addresses } = message
  return {
    has,
    messageId: () => context.messageId(arrived, id, rules.hostname),
    date: () => context.mailDate(arrived),
    from: () => quoteAddress(addresses.sender) || 'MAILER-DAEMON',
    undisclosed: rules.values.undisclosed_recipients_header,
  }
}

/** Does it get Date, From and Message-ID where they are missing? */
export function getsMissing({ rules, completion }: WholeMessage): boolean {
  return rules.values.always_add_missing_headers || completion !== undefined
}

/** Tells the Message-ID, before anything is told of the message's way. */
export function tellId({ context, id }: WholeMessage, messageId: string | undefined): void {
  context.services.emit({ type: 'messageId', queueId: id, messageId: messageId ?? '<>' })
}
