/**
 * What plugins are told about a connection and a mail transaction. Read-only: a plugin changes mail by answering,
 * or by recording an edit. Everything here that came from the peer is untrusted text without CR, LF or NUL.
 */

/** An envelope address, parsed once at the edge (RFC 5321 4.1.2). */
export interface Address {
  /** `local@domain` without brackets and quoting, as Postfix's internal form; '' is the null sender. */
  readonly text: string
  /** Left of the last `@`, unquoted. */
  readonly local: string
  /** Right of the last `@`, as written; '' when there is none. */
  readonly domain: string
}

/** How the client's name was found (smtpd_peername_lookup). */
export type NameStatus = 'ok' | 'temporary' | 'permanent' | 'forged'

/** The SMTP client at the other end; XCLIENT and PROXY replace these values. */
export interface Client {
  /** IPv4 or IPv6 text without brackets; v4-mapped addresses are shown as IPv4. */
  readonly address: string
  readonly port: number
  readonly family: 4 | 6
  /** Name verified by address -> name -> address, else `unknown`. */
  readonly name: string
  /** Name from the address alone (PTR), else `unknown`. */
  readonly reverseName: string
  readonly nameStatus: NameStatus
  readonly reverseStatus: NameStatus
  /** How logs show it where that is more than `name[address]` (smtpd_client_port_logging). */
  readonly logged?: string
}

/** Facts of an established TLS session; empty until TLS lands. */
export interface TlsFacts {
  readonly protocol: string
  readonly cipher: string
  readonly bits: number
  /** An earlier session went on; absent: it was negotiated anew. */
  readonly resumed?: boolean
  readonly subject?: string
  readonly issuer?: string
  readonly fingerprint?: string
  readonly publicKeyFingerprint?: string
  /** The client's certificate was verified. */
  readonly isTrusted?: boolean
}

/** Facts of a successful AUTH; empty until SASL lands. */
export interface SaslFacts {
  readonly method: string
  readonly username: string
  readonly sender?: string
}

/** What a relay in front told of a message by XFORWARD; an absent value was not told. */
export interface Forwarded {
  readonly name?: string
  readonly address?: string
  readonly port?: string
  readonly protocol?: string
  readonly helo?: string
  /** Queue id there. */
  readonly ident?: string
  /** `LOCAL`: it came from inside. */
  readonly source?: 'LOCAL' | 'REMOTE'
}

/** One connection to smtpd. */
export interface Session {
  /** Unique for the life of the queue; stands in every log line of the connection. */
  readonly id: string
  /** Name of the listener in the configuration. */
  readonly listener: string
  readonly client: Client
  readonly server: { readonly address: string; readonly port: number }
  /** Argument of the last HELO, EHLO or LHLO; undefined before. */
  readonly helo: string | undefined
  /** `SMTP`, `ESMTP`, `LMTP`. */
  readonly protocol: string
  readonly tls: TlsFacts | undefined
  readonly sasl: SaslFacts | undefined
  /** The client has sent commands before it was their turn (reject_unauth_pipelining). */
  readonly pipelinedEarly?: boolean
  /** Absent: nobody said where the message came from before. */
  readonly forwarded?: Forwarded | undefined
  /** The mail transaction; undefined before MAIL. */
  readonly transaction: Transaction | undefined
  /** The transaction that MAIL is about to begin, while its lists are asked. */
  readonly candidate?: Transaction | undefined
  /** `yes` when the session began while its listener was overloaded (STRESS_README); absent or empty: no. */
  readonly stress?: string
}

/** DSN NOTIFY as bits (RFC 3461 4.1). */
export const NOTIFY = Object.freeze({ NEVER: 1, SUCCESS: 2, FAILURE: 4, DELAY: 8 })

/** An accepted recipient. */
export interface AcceptedRecipient {
  readonly address: Address
  /** ORCPT value as given, `type;xtext-decoded address`; undefined when not given. */
  readonly originalRecipient: string | undefined
  /** NOTIFY bits, 0 when not given. */
  readonly notify: number
}

/** A mail transaction, from MAIL to the end of data. */
export interface Transaction {
  readonly sender: Address
  readonly recipients: readonly AcceptedRecipient[]
  /** Declared by SIZE=, bytes; 0 when not declared. */
  readonly declaredSize: number
  /** Bytes of content received; 0 before the end of data. */
  readonly size: number
  readonly body: '7BIT' | '8BITMIME' | undefined
  readonly smtputf8: boolean
  /** RET= (RFC 3461 4.3). */
  readonly ret: 'FULL' | 'HDRS' | undefined
  /** ENVID=, xtext decoded. */
  readonly envid: string | undefined
  /** XVERP: the delimiters of a sender address for each recipient; absent: all have the same. */
  readonly verp?: string | undefined
  /** Set from the first accepted recipient on. */
  readonly queueId: string | undefined
  /** What the steps asked to be done with this message when it is committed. */
  readonly edits: readonly Edit[]
}

/** Changes that do not decide; core applies them when the message is committed (access(5) actions). */
export type Edit =
  | { readonly kind: 'hold'; readonly text: string }
  | { readonly kind: 'redirect'; readonly address: string }
  | { readonly kind: 'bcc'; readonly address: string }
  | { readonly kind: 'prepend'; readonly header: string }
  | { readonly kind: 'filter'; readonly destination: string }

/** The stages at which an access list runs. */
export type AccessStage = 'connect' | 'helo' | 'mail' | 'relay' | 'rcpt' | 'data' | 'end_of_data' | 'etrn' | 'vrfy'

/** What one step of an access list is asked about. */
export interface AccessRequest {
  readonly stage: AccessStage
  /** SMTP verb being answered, as Postfix logs it: CONNECT, EHLO, MAIL, RCPT, DATA, END-OF-MESSAGE, ETRN, VRFY. */
  readonly command: string
  readonly session: Session
  /** Shorthands of the session. */
  readonly client: Client
  readonly helo: string | undefined
  readonly sender: Address | undefined
  /** The recipient under test at `relay` and `rcpt` (and in delayed lists); undefined elsewhere. */
  readonly recipient: Address | undefined
  /** Argument of ETRN or VRFY. */
  readonly argument: string | undefined
  /** In a list that an access table named: what was looked up, which refusals of that list are then about. */
  readonly subject?: { readonly name: string; readonly class: string } | undefined
  /** Present in warn mode: a list that a table names tells its refusals here, and goes on. */
  readonly holdBack?: ((refusal: import('./verdict.ts').Refusal) => void) | undefined
  /** Records an edit of the message; ignored before MAIL. */
  edit(edit: Edit): void
  /** If nothing refuses this request, refuse it with this (defer_if_permit). First call wins. */
  deferIfPermit(refusal: import('./verdict.ts').Refusal): void
  /** If something rejects this request for good, answer with this instead (defer_if_reject). */
  deferIfReject(refusal: import('./verdict.ts').Refusal): void
  /** Writes a log line about this request without deciding (warn, info, permit logging). */
  note(action: 'warn' | 'info' | 'permit' | 'hold' | 'discard' | 'filter' | 'redirect' | 'bcc' | 'prepend', text: string): void
}
