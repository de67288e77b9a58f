/** The queue's vocabulary: what is stored, who owns it, and the interface between engines. */

import type { Readable } from 'node:stream'
import type { Forwarded } from '../facts.ts'

/** `0A1B2C3D4E5F...`: unique over workers and restarts; legible to tools that read Postfix logs. */
export type QueueId = string

/** Where the mail came from: for logs, the trace header and XFORWARD. */
export interface Origin {
  /** Listener name; `bounce`, `notify` or `local` for mail made here. */
  readonly listener: string
  readonly clientName: string
  readonly clientAddress: string
  readonly clientPort: number
  readonly helo: string
  readonly protocol: string
  readonly saslUsername?: string
  /** What a relay in front told of the message (XFORWARD). */
  readonly forwarded?: Forwarded
}

/** One recipient and how far it has come. */
export interface Recipient {
  /** Where the message goes now. */
  readonly address: string
  /** What the client said in RCPT, before rewriting; shown as orig_to. */
  readonly original: string
  /** ORCPT (RFC 3461), `rfc822;user@example`, decoded. */
  readonly orcpt?: string
  /** NOTIFY bits (core/facts.ts). */
  readonly notify?: number
  /** Finished: delivered, bounced or deleted. It stays in the list so that indexes stay true. */
  done?: boolean
  /** Others have taken its place; the sender has not been told yet. */
  expanded?: true
  /** What the last failed attempt said: for bounces and `postern queue show`. */
  last?: RecipientFailure
}

/** A failure of one recipient at one attempt. */
export interface RecipientFailure {
  /** Enhanced status, `4.4.1`. */
  readonly status: string
  /** The status with which the text of an error or retry transport begins, in its class. */
  readonly stated?: string
  /** Text that stands in logs: `connect to mx.example[192.0.2.1]:25: Connection refused`. */
  readonly reason: string
  /** The reply of the remote server, when it said one: for the DSN's Diagnostic-Code. */
  readonly diagnostic?: string
  /** The remote server's name, for Remote-MTA. */
  readonly remote?: string
}

/** The envelope and queue state of a message: everything but its content. Plain JSON. */
export interface Envelope {
  readonly id: QueueId
  /** Milliseconds since 1970 at which the message was accepted. */
  readonly arrived: number
  /** '' is the null sender. */
  readonly sender: string
  readonly recipients: Recipient[]
  readonly origin: Origin
  /** Message-ID header value with brackets, for logs. */
  readonly messageId?: string
  readonly body?: '7BIT' | '8BITMIME'
  readonly smtputf8?: boolean
  readonly ret?: 'FULL' | 'HDRS'
  readonly envid?: string
  /** access(5) FILTER or content_filter: `transport:nexthop` for all recipients. */
  readonly filter?: string
  /** Delivery attempts so far. */
  attempts?: number
  /** Milliseconds since 1970 of the next attempt; absent: as soon as possible. */
  next?: number
  /** Not delivered until released. */
  hold?: boolean
  /** The delay warning has been sent. */
  warned?: boolean
  /** Each recipient gets a sender address of its own, with these two delimiters (XVERP; core/protocol/verp.ts). */
  readonly verp?: string
  /** An address verification probe: it goes as far as RCPT, delivers nothing, and is never stored. */
  readonly probe?: true
  /** This message is the notice about these recipients of another: they are finished as soon as it is stored. */
  readonly settles?: Settlement
}

/** Recipients (indexes) of a message whose sender has been told. */
export interface Settlement {
  readonly id: QueueId
  readonly recipients: readonly number[]
}

/** What intake found out about the content, so that delivery need not look again. Sizes in bytes. */
export interface ContentFacts {
  /** Size of header and body together, CRLF line ends, not dot-stuffed. */
  readonly size: number
  /** Some line begins with a dot and must be stuffed. */
  readonly dots: boolean
  /** Some byte is above 127. */
  readonly eightBit: boolean
  /** Length of the longest line without its CRLF. */
  readonly longestLine: number
  /** Some CR stands alone. */
  readonly bareCr: boolean
}

/** Content to be stored: head (all header lines and the empty line), then body; CRLF line ends, not dot-stuffed. */
export interface NewContent {
  readonly head: Buffer
  /** In memory, or the file a large body was streamed into by `Spool.stream`. */
  readonly body: readonly Buffer[] | StreamedBody
  readonly facts: ContentFacts
}

/** A body too large for memory, being written to its place in the spool while it arrives. */
export interface StreamedBody {
  readonly bytes: number
  /** Takes ownership of the chunk; resolves when more may be written (back-pressure). */
  write(chunk: Buffer): Promise<void> | undefined
  /** Reads it back from the start, for content checks. */
  read(): AsyncIterable<Buffer>
  /** Forgets it: the file is removed. */
  abandon(): Promise<void>
}

/** Stored content, for the client and for bounces. */
export interface StoredContent {
  readonly facts: ContentFacts
  /** Header lines with the empty line. */
  head(): Promise<Buffer>
  /** Head and body in order, in chunks; content that is still in memory comes without touching the disk. */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>
  /** As a stream with back-pressure, for content on disk. */
  stream(): Readable
}

/** A message in the queue. */
export interface QueuedMessage {
  readonly envelope: Envelope
  readonly content: StoredContent
}

/** A line of `postern queue list`. */
export interface QueueEntry {
  readonly id: QueueId
  readonly state: QueueState
  readonly arrived: number
  readonly size: number
  readonly sender: string
  readonly recipients: readonly { readonly address: string; readonly reason?: string }[]
  readonly attempts: number
  readonly next?: number
}

/** Postfix's queues, as states. */
export type QueueState = 'incoming' | 'active' | 'deferred' | 'hold' | 'corrupt'

/** Thrown when storage fails; smtpd answers 452 4.3.1 for `full` and 451 4.3.0 else, and bounces nothing. */
export class SpoolError extends Error {
  readonly kind: 'full' | 'io'
  constructor(kind: 'full' | 'io', message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SpoolError'
    this.kind = kind
  }
}

/**
 * Durable storage of the messages that one worker owns. One process at a time has a spool open (a lock says whose).
 * After `commit` resolves, the message survives SIGKILL and power loss.
 */
export interface Spool {
  /** A fresh id; touches no disk. */
  newId(): QueueId
  /** Starts a body that is too large for memory. @throws SpoolError */
  stream(id: QueueId): Promise<StreamedBody>
  /**
   * Stores a message durably; calls that come together share one sync. The resolved message is the queue's to deliver.
   * @throws SpoolError and then nothing of the message is kept
   */
  commit(envelope: Envelope, content: NewContent): Promise<QueuedMessage>
  /** Records finished recipients (indexes) before anything else happens; survives SIGKILL at once, power loss soon. */
  finished(id: QueueId, recipients: readonly number[]): void
  /** All recipients are finished: the message goes. Same promise as `finished`. */
  remove(id: QueueId): void
  /** Stores a message's changed state (attempts, next, hold, failures) in the place made for long life. */
  keep(envelope: Envelope): Promise<void>
  /** Reads a message back. Undefined when it is unknown; a damaged one is moved to corrupt and undefined. */
  read(id: QueueId): Promise<QueuedMessage | undefined>
  /** Bytes free in the file system and whether the spool can be written, cached for a second. */
  space(): SpaceFacts
  close(): Promise<void>
}

export interface SpaceFacts {
  readonly freeBytes: number
  readonly writable: boolean
}
