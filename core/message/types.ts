/** A message as content steps see it: headers that can be edited, a body that can be read. */
import type { AcceptedRecipient, Session, Transaction } from '../facts.ts'
import type { ContentFacts } from '../queue/types.ts'

/** One header as it stands: `Name: value` with its folds (CRLF inside), without the final CRLF; latin1 text, one char per byte. */
export interface Header {
  readonly name: string
  readonly raw: string
}

/** An ordered header block; all edits keep order and bytes of the others. Indexes start at 0. */
export interface HeaderList extends Iterable<Header> {
  readonly length: number
  at(index: number): Header | undefined
  /** First header with this name, case-insensitively. */
  find(name: string): Header | undefined
  /** Value of the first with this name, unfolded and trimmed. */
  value(name: string): string | undefined
  insert(index: number, raw: string): void
  replace(index: number, raw: string): void
  remove(index: number): void
  append(raw: string): void
  /** The block with the empty line, as bytes. */
  toBuffer(): Buffer
}

/** What `cleanup.message` and `filter.message` steps are given after the end of data, before the 250. */
export interface MessageRequest {
  readonly session: Session
  readonly transaction: Transaction
  readonly queueId: string
  /**
   * At `cleanup.message`: as received, under what core prepended (PREPEND actions, our own Received), as Postfix's
   * header_checks see it. At `filter.message` our own Received is not among them. At `queue.store`: all, as it will be kept.
   */
  readonly headers: HeaderList
  readonly facts: ContentFacts
  /** Reads the body from its start, in chunks, CRLF line ends; may be called more than once. */
  body(): AsyncIterable<Buffer> | Iterable<Buffer>
  /** Replaces the whole body. */
  replaceBody(chunks: readonly Buffer[]): void
  edit(edit: import('../facts.ts').Edit): void
  /** Throws away a recipient or adds one. */
  removeRecipient(address: string): void
  addRecipient(address: string, more?: Partial<AcceptedRecipient>): void
  /** Logs an action on the content without deciding; `what` is the matter, such as `header Subject: x`. */
  note(action: string, text: string, what?: string): void
}
