/** What content steps are given: the headers to edit, the body to read, and a place for what they want done. */
import type { DialogFacts, Event } from '../events.ts'
import type { AcceptedRecipient, Edit, Session, Transaction } from '../facts.ts'
import type { HeaderBlock } from '../message/headers.ts'
import type { MessageRequest } from '../message/types.ts'
import type { ContentFacts, QueueId, StreamedBody } from '../queue/types.ts'
import { oneLine } from '../reply.ts'

/** A recipient that a step added. */
export interface AddedRecipient extends Partial<AcceptedRecipient> {
  readonly text: string
}

/** One message before its content steps; remembers all that they ask for. */
export class ContentRequest implements MessageRequest {
  readonly session: Session
  readonly transaction: Transaction
  readonly queueId: QueueId
  readonly headers: HeaderBlock
  readonly facts: ContentFacts
  readonly edits: Edit[] = []
  readonly added: AddedRecipient[] = []
  readonly removed = new Set<string>()
  /** Actions that were noted, so that a refusal is not told twice. */
  readonly notes = new Set<string>()
  replaced: readonly Buffer[] | undefined
  readonly #body: readonly Buffer[] | StreamedBody
  readonly #emit: (event: Event) => void

  constructor(parts: {
    readonly session: Session
    readonly transaction: Transaction
    readonly queueId: QueueId
    readonly headers: HeaderBlock
    readonly facts: ContentFacts
    readonly body: readonly Buffer[] | StreamedBody
    readonly emit: (event: Event) => void
  }) {
    this.session = parts.session
    this.transaction = parts.transaction
    this.queueId = parts.queueId
    this.headers = parts.headers
    this.facts = parts.facts
    this.#body = parts.body
    this.#emit = parts.emit
  }

  // Functions of the object, not of its class: steps take requests apart.
  readonly body = (): AsyncIterable<Buffer> | Iterable<Buffer> => {
    if (this.replaced !== undefined) return this.replaced
    return 'read' in this.#body ? this.#body.read() : this.#body
  }

  readonly replaceBody = (chunks: readonly Buffer[]): void => {
    this.replaced = chunks
  }

  readonly edit = (edit: Edit): void => {
    this.edits.push(edit)
  }

  readonly removeRecipient = (address: string): void => {
    this.removed.add(address.toLowerCase())
  }

  readonly addRecipient = (address: string, more: Partial<AcceptedRecipient> = {}): void => {
    this.removed.delete(address.toLowerCase())
    this.added.push({ ...more, text: address })
  }

  readonly note = (action: string, text: string, what = 'message'): void => {
    this.notes.add(action)
    this.#emit({
      type: 'contentRefused',
      queueId: this.queueId,
      dialog: dialogOf(this.session, this.transaction, this.queueId),
      action,
      what: oneLine(what),
      text: oneLine(text),
    })
  }
}

/** Who was speaking, for events about content. */
export function dialogOf(session: Session, transaction: Transaction, queueId: QueueId): DialogFacts {
  return {
    session: session.id,
    client: session.client,
    helo: session.helo,
    protocol: session.protocol,
    sender: transaction.sender.text,
    recipient: transaction.recipients.at(-1)?.address.text,
    queueId,
  }
}
