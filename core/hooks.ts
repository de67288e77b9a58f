/**
 * Every hook of Postern, in one frozen object, over tapable. What each tap is wrapped in stands in guard.ts.
 *
 * Kinds: decide (first verdict wins), provide (first value wins), shape (each may change the value), trim (shape on the hot
 * path: synchronous), all (independent, awaited together), tell (never awaited, errors isolated).
 */
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type { CopiesRequest, HeaderAddressRequest, IntakeRequest, NewRecipient } from './cleanup/hooked.ts'
import type { Event } from './events.ts'
import type { AccessRequest, SaslFacts, Session, TlsFacts, Transaction } from './facts.ts'
import {
  type All,
  type Decide,
  type FaultSink,
  guarded,
  type HookKind,
  type Provide,
  type Shape,
  type Tapped,
  type Tell,
  type Trim,
  type WarnSink,
} from './guard.ts'
import type { MessageRequest } from './message/types.ts'
import type { Envelope, Recipient, RecipientFailure, SpaceFacts } from './queue/types.ts'
import type { Reply } from './reply.ts'
import type {
  Destination,
  Dial,
  DialRequest,
  Features,
  Host,
  OutcomeContext,
  OutgoingContext,
  OutgoingEnvelope,
  OutgoingMessage,
  PeerFacts,
} from './smtp/hooked.ts'
import type { Outcome, Route } from './smtp/types.ts'
import type { Refusal, Verdict } from './verdict.ts'

export * from './guard.ts'

/** A verb about to be obeyed. */
export interface CommandRequest {
  readonly session: Session
  readonly verb: string
  readonly argument: string
}
/** A filter is told each accepted step of the dialog; it can only refuse. */
export interface FilterRequest {
  readonly session: Session
  readonly argument: string
  readonly recipient?: string
}
export interface AuthRequest {
  readonly session: Session
  readonly mechanism: string
  readonly initial: string | undefined
  challenge(text: string): Promise<string>
}
export interface TlsOptions {
  readonly [option: string]: unknown
}
export interface TlsServerRequest {
  readonly listener: string
  readonly serverName: string | undefined
}
export interface TlsClientRequest {
  readonly destination: Destination
  readonly host: Host | undefined
}
export interface TlsPolicy {
  readonly level: string
  readonly [detail: string]: unknown
}
export interface AdmitRequest {
  readonly session: Session | undefined
  readonly space: SpaceFacts
  readonly declaredSize: number
}
export interface RouteRequest {
  readonly envelope: Envelope
  readonly recipient: Recipient
}
/** A message whose first recipient was accepted, or whose sender was where smtpd_delay_open_until_valid_rcpt is off. */
export interface ProxyRequest {
  readonly session: Session
  readonly transaction: Transaction
  /** MAIL as the client wrote it. */
  readonly mail: string
}
/**
 * One message on its way through a before-queue filter, step by step as the client speaks. A reply is what the client gets;
 * undefined: all is well. What rejects has failed: the client gets a 451, the cause is told by who failed.
 */
export interface ProxiedMessage {
  /** Before anything else. */
  open(): Promise<Reply | undefined>
  /** @param command RCPT as the client wrote it */
  recipient(command: string): Promise<Reply | undefined>
  /** @param command DATA, as the client wrote it */
  data(command: string): Promise<Reply | undefined>
  /** Takes a chunk: CRLF line ends, dots unstuffed. A promise means: no more before it settles. */
  write(chunk: Buffer): Promise<void> | undefined
  /** The content is whole: the filter's answer to it, good or bad. */
  end(): Promise<Reply>
  /** The message is given up; the filter must not take what it has for the whole. Harmless after `end`. */
  abort(): void
}
/** When to try next: milliseconds since 1970; `expired` ends the attempts with a bounce. */
export interface Schedule {
  readonly next: number
  readonly expired: boolean
  readonly warn: boolean
}
export interface BounceRequest {
  readonly envelope: Envelope
  readonly kind: 'failure' | 'delay' | 'success'
  readonly recipients: readonly number[]
}
export interface Notice {
  readonly sender: string
  readonly recipient: string
  readonly subject: string
  readonly from: string
  readonly explanation: readonly string[]
  /** It goes to the postmaster, besides that to the sender or in its place. */
  readonly isCopy?: boolean
  /** How the explanation is labelled; it is written in UTF-8. Absent: utf-8. */
  readonly charset?: string
}
/** A postmaster notice (notify_classes). */
export interface NoticeRequest {
  readonly class: 'bounce' | '2bounce' | 'delay' | 'policy' | 'protocol' | 'resource' | 'software' | 'data'
  /** `Postfix SMTP server: errors from client.example[192.0.2.1]`, with mail_name first. */
  readonly subject: string
  /** The dialog, a line each: `In:  EHLO x`, `Out: 220 gw.example ESMTP`. */
  readonly transcript: readonly string[]
  /** A sentence before the transcript: `Unexpected response from mx.example[192.0.2.2]:25.` */
  readonly opening?: string
  /** Why the session was cut: `timeout`. */
  readonly reason?: string
  /** notify_classes of its listener has the class, whatever that of the gateway says. */
  readonly isWanted?: boolean
}

/** Builds one set of hooks: for the gateway, a listener or a transport. A reload builds new ones and never changes old ones. */
export function createHooks(fault: FaultSink, warned: WarnSink) {
  const guard = <H extends { intercept(i: never): void }>(hook: H, name: string, kind: HookKind): H => {
    hook.intercept({ register: (tap: Tapped) => guarded(tap, name, kind, fault, warned) } as never)
    // tapable counts the interceptor as a use; callers ask whether any step is mounted.
    return Object.assign(hook, { isUsed: () => (hook as { taps?: unknown[] }).taps?.length !== 0 })
  }
  const decide = <A, R extends Verdict = Verdict>(name: string): Decide<A, R> =>
    guard(new AsyncSeriesBailHook(['request'], name), name, 'decide') as never
  const provide = <A, R>(name: string): Provide<A, R> =>
    guard(new AsyncSeriesBailHook(['request'], name), name, 'provide') as never
  const shape = <V, C>(name: string): Shape<V, C> =>
    guard(new AsyncSeriesWaterfallHook<[unknown, unknown]>(['value', 'context'], name), name, 'shape') as never
  const trim = <V, C>(name: string): Trim<V, C> =>
    guard(new SyncWaterfallHook<[unknown, unknown]>(['value', 'context'], name), name, 'trim') as never
  const all = <A>(name: string): All<A> => guard(new AsyncParallelHook(['subject'], name), name, 'all') as never
  const tell = <A>(name: string): Tell<A> => guard(new SyncHook(['event'], name), name, 'tell') as never

  return Object.freeze({
    /** Before the first connection: open pools, load tables. */
    start: all<void>('start'),
    /** The generation ends, after its last session: close pools. */
    stop: all<void>('stop'),
    /** Everything that happens, for logs, metrics and webhooks. */
    events: tell<Event>('events'),

    /** A client has connected, or XCLIENT has made it another: before its greeting and every list. */
    connect: decide<FilterRequest, Refusal>('connect'),
    /** A well-formed command is about to be obeyed: rates, forbidden commands. */
    command: decide<CommandRequest, Refusal>('command'),
    /** A command line before it is parsed: smtpd_command_filter. */
    line: trim<string, Session>('line'),
    /** A reply before it is sent: reject footer, soft_bounce. */
    reply: trim<Reply, Session>('reply'),
    /** smtpd_client_restrictions. */
    'access.connect': decide<AccessRequest>('access.connect'),
    /** smtpd_helo_restrictions. */
    'access.helo': decide<AccessRequest>('access.helo'),
    /** smtpd_sender_restrictions. */
    'access.mail': decide<AccessRequest>('access.mail'),
    /** smtpd_relay_restrictions: when nothing answers, only authorised destinations pass. */
    'access.relay': decide<AccessRequest>('access.relay'),
    /** smtpd_recipient_restrictions. */
    'access.rcpt': decide<AccessRequest>('access.rcpt'),
    /** smtpd_data_restrictions. */
    'access.data': decide<AccessRequest>('access.data'),
    /** smtpd_end_of_data_restrictions. */
    'access.end_of_data': decide<AccessRequest>('access.end_of_data'),
    /** smtpd_etrn_restrictions. */
    'access.etrn': decide<AccessRequest>('access.etrn'),
    /** After the lists, whatever they permitted: is the sender, or the recipient, one of those that tables list? */
    'listed.sender': decide<AccessRequest, Refusal>('listed.sender'),
    'listed.recipient': decide<AccessRequest, Refusal>('listed.recipient'),
    /** Before VRFY answers. */
    'access.vrfy': decide<AccessRequest>('access.vrfy'),
    /** Filters see each accepted step, after access, even after a permit: milters, content filters. */
    'filter.connect': decide<FilterRequest, Refusal>('filter.connect'),
    'filter.helo': decide<FilterRequest, Refusal>('filter.helo'),
    'filter.mail': decide<FilterRequest, Refusal>('filter.mail'),
    'filter.rcpt': decide<FilterRequest, Refusal>('filter.rcpt'),
    'filter.data': decide<FilterRequest, Refusal>('filter.data'),
    'filter.message': decide<MessageRequest, Refusal>('filter.message'),
    'filter.unknown': decide<FilterRequest, Refusal>('filter.unknown'),
    /** The EHLO keyword lines that will be offered. */
    ehlo: trim<readonly string[], Session>('ehlo'),
    /** A SASL back end that knows this mechanism: who is it? */
    auth: provide<AuthRequest, SaslFacts | Refusal>('auth'),
    /** The connection ends: close what was opened for it. */
    disconnect: all<Session>('disconnect'),

    /** Certificate, protocols and ciphers for a listener and server name. */
    'tls.server.context': shape<TlsOptions, TlsServerRequest>('tls.server.context'),
    'tls.client.context': shape<TlsOptions, TlsClientRequest>('tls.client.context'),
    /** How much TLS a destination needs: policy map, DANE, MTA-STS, default. */
    'tls.client.policy': provide<TlsClientRequest, TlsPolicy>('tls.client.policy'),
    /** A handshake is done: may the session go on? */
    'tls.server.established': decide<TlsFacts & { readonly session: Session }, Refusal>('tls.server.established'),
    'tls.client.established': decide<TlsFacts & TlsClientRequest, Refusal>('tls.client.established'),

    /** Sender on its way into the queue: canonical, masquerade. */
    'cleanup.sender': shape<string, IntakeRequest>('cleanup.sender'),
    /** Recipients on their way into the queue, those of copies too: canonical, masquerade. */
    'cleanup.recipients': shape<readonly NewRecipient[], IntakeRequest>('cleanup.recipients'),
    /** Who gets a copy of mail from a client: automatic bcc. Recipients that are added have `copy`. */
    'cleanup.copies': shape<readonly NewRecipient[], CopiesRequest>('cleanup.copies'),
    /** Rewritten recipients become others: virtual aliases (1 to n). */
    'cleanup.aliases': shape<readonly NewRecipient[], IntakeRequest>('cleanup.aliases'),
    /** An address in the headers of mail whose headers are rewritten (local_header_rewrite_clients): canonical, masquerade. */
    'cleanup.header_address': shape<string, HeaderAddressRequest>('cleanup.header_address'),
    /** Header and body checks: may edit and refuse. */
    'cleanup.message': decide<MessageRequest, Refusal>('cleanup.message'),

    /** At MAIL, before a message is taken: disk space, hold. */
    'queue.admit': decide<AdmitRequest, Refusal>('queue.admit'),
    /** Takes the message in place of intake and queue while it comes in, command by command: before-queue filter. */
    'queue.proxy': provide<ProxyRequest, ProxiedMessage>('queue.proxy'),
    /** Takes the message instead of the queue; its reply is the client's answer: Maildir sink. */
    'queue.store': provide<MessageRequest, Reply>('queue.store'),
    /** Transport and next hop of a recipient: transport maps, relayhost. */
    'queue.route': provide<RouteRequest, Route>('queue.route'),
    /** Next attempt, warning and expiry. */
    'queue.schedule': trim<Schedule, Envelope>('queue.schedule'),

    /** The addresses to try, in order: fallback relay, address family, randomise. */
    'smtp.hosts': shape<readonly Host[], Destination>('smtp.hosts'),
    /** A connection to a host: bind address, proxy. */
    'smtp.dial': provide<DialRequest, Dial>('smtp.dial'),
    /** What the peer's banner and EHLO enable: PIX work-arounds, keyword discards. */
    'smtp.features': trim<Features, PeerFacts>('smtp.features'),
    /** Credentials for a peer: sasl_password_maps. */
    'smtp.auth': provide<OutgoingContext, { readonly username: string; readonly password: string }>('smtp.auth'),
    /** Sender and recipients as they will be sent: generic maps. */
    'smtp.envelope': shape<OutgoingEnvelope, OutgoingContext>('smtp.envelope'),
    /** Content as it will be sent: generic maps, smtp_header_checks, MIME conversion. */
    'smtp.message': shape<OutgoingMessage, OutgoingContext>('smtp.message'),
    /** A reply of the peer, one line of text per element: smtp_reply_filter. */
    'smtp.reply': trim<string, Destination>('smtp.reply'),
    /** What became of a recipient: delivery_status_filter, soft_bounce. */
    'smtp.outcome': trim<Outcome, OutcomeContext>('smtp.outcome'),

    /** Send a bounce, suppress it, or tell the postmaster. */
    'bounce.decide': provide<BounceRequest, 'send' | 'suppress' | 'double'>('bounce.decide'),
    /** Texts of a bounce: templates. */
    'bounce.compose': shape<Notice, BounceRequest>('bounce.compose'),
    /** Postmaster notices. */
    notify: all<NoticeRequest>('notify'),
    /** What TLS met on the way out: TLSRPT. */
    report: all<{ readonly destination: Destination; readonly host: Host; readonly failure?: RecipientFailure }>('report'),
  })
}

/** One set of hooks. */
export type Hooks = ReturnType<typeof createHooks>
/** The name of a hook, as plugins and `postern pipeline show` spell it. */
export type HookName = keyof Hooks
