/** What the queue asks of a delivery agent, and what it gets back. */
import type { QueuedMessage, RecipientFailure } from '../queue/types.ts'

/** Where a message goes: `smtp:[mx.example]:25` is transport `smtp`, next hop `[mx.example]:25`. */
export interface Route {
  readonly transport: string
  /** Next hop as Postfix writes it: `example.org`, `[host]:port`, `unix:/path`, `inet:host:port`; '' for agents that need none. */
  readonly nexthop: string
  /** Whom the mail is for, where the address as it stands asks this host to route it: `a%b@us` is a@b. */
  readonly address?: string
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
  /**
   * Has another transport deliver to a recipient of this job (best_mx_transport); it settles that recipient. Absent: nobody else can,
   * as where the job was passed on already.
   */
  readonly pass?: (route: Route, recipient: number) => Promise<void>
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
      /** To a system that may not report further (RFC 3464 2.3.3): `relayed` in reports, else `delivered`. */
      readonly isRelayed?: boolean
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

/** How a dialog ended when no reply came. */
export type LineEnding = 'lost' | 'timeout' | 'garbage' | 'endless' | 'unread'

/** A reply as it came: the code of its last line, and all lines, each with its code. No control characters. */
export interface LineReply {
  readonly code: number
  readonly lines: readonly string[]
}

/** What an SMTP dialog rejects with when the server is gone, silent for too long, or talks nonsense without end. */
export interface LineTrouble extends Error {
  readonly ending: LineEnding
}

/** A connection to an SMTP server that somebody leads himself. Everything rejects with a LineTrouble; the connection is closed then. */
export interface SmtpLine {
  /** Waits for the greeting. */
  greeting(): Promise<LineReply>
  /** Says a command and waits for the reply to it. */
  ask(command: string): Promise<LineReply>
  /** Content follows. */
  begin(): void
  /** Content: CRLF line ends, dots are stuffed here. A promise means: no more before it settles. */
  write(chunk: Buffer): Promise<void> | undefined
  /** Ends the content, and waits for the reply. */
  dot(): Promise<LineReply>
  /** Says QUIT and closes, without waiting; in the middle of content only closes. */
  close(): void
}

/** What a connection needs. */
export interface LineOptions {
  /** Milliseconds: for the connection, for each reply, and for room to write. */
  readonly timeout: number
  /** Told of lines that are no replies; they are skipped. */
  garbage?(line: string): void
}

/** A server that somebody speaks SMTP with. */
export interface SmtpServer {
  /** Rejects with an Error whose message is the system's: `Connection refused`. */
  connect(options: LineOptions): Promise<SmtpLine>
}
