/**
 * The plugin API, imported as `#postern` by built-in plugins and as `postern` by others. It is all that a plugin may import
 * from Postern, and it is kept small and stable: `apiVersion` 1.
 */
import type { CopiesRequest, HeaderAddressRequest, IntakeRequest, NewRecipient } from './cleanup/hooked.ts'
import type { Event } from './events.ts'
import type { AccessRequest, AccessStage, SaslFacts, Session, TlsFacts } from './facts.ts'
import type {
  AdmitRequest,
  AuthRequest,
  BounceRequest,
  CommandRequest,
  FilterRequest,
  HookName,
  Hooks,
  Notice,
  NoticeRequest,
  ProxiedMessage,
  ProxyRequest,
  RouteRequest,
  Schedule,
} from './hooks.ts'
import type { Table, TableType } from './lookup/table.ts'
import type { MessageRequest } from './message/types.ts'
import type { Resolver } from './net/types.ts'
import type { Declaration, Declared, Scope } from './parameters.ts'
import type { AccessActions, Destinations, MatchList, Restrictions } from './policy.ts'
import type { Envelope } from './queue/types.ts'
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
import type { Outcome, Route, SmtpServer } from './smtp/types.ts'
import type { State } from './state/types.ts'
import type { Refusal, Verdict } from './verdict.ts'

export type * from './cleanup/hooked.ts'
export { parseTime } from './duration.ts'
export type * from './events.ts'
export * from './facts.ts'
export type * from './hooks.ts'
export { type AddressMap, type AddressRules, addressRules, createAddressMap } from './lookup/address-map.ts'
export {
  extensionAt,
  type Hit,
  type SearchRules,
  searchAddress,
  searchClient,
  searchDomain,
  searchMail,
  searchRules,
  searchUser,
  searchWhole,
  splitList,
  userKeys,
} from './lookup/search.ts'
export type { Table, TableContext, TableType } from './lookup/table.ts'
export { EmptyResult, TableError } from './lookup/table.ts'
export { ADDRESS_HEADERS, type AddressList, parseAddresses } from './message/addresses.ts'
export { type ContentType, parseContentType } from './message/content-type.ts'
export { headerText, rawText } from './message/headers.ts'
export { MIME_LIMITS, type MimeLimits, type MimeLine, MimeStructure } from './message/mime.ts'
export type * from './message/types.ts'
export type * from './net/types.ts'
export { networkOf, type PrefixLengths } from './network.ts'
export type { Declaration, Declared, Scope, Values } from './parameters.ts'
export { choice, code, count, declare, flag, list, ParameterError, size, text, time } from './parameters.ts'
export type * from './policy.ts'
export { quoteAddress } from './protocol/address.ts'
export { encodeXtext } from './protocol/xtext.ts'
export type * from './queue/types.ts'
export type { Reply } from './reply.ts'
export { oneLine, reply } from './reply.ts'
export { expandTemplate, expansionFilter, filtered, requestValue } from './reply-template.ts'
export type * from './smtp/hooked.ts'
export type * from './smtp/types.ts'
export type { Bucket, OnFailure, Presence, State, Store, Taken } from './state/types.ts'
export { StateError } from './state/types.ts'
export { fitStatus } from './status.ts'
export { clientSubject, type Subject, stageSubject } from './subject.ts'
export * from './verdict.ts'

/** The plugin API of this Postern. A plugin made for another number is refused at start. */
export const API_VERSION = 1

/** Where a pipeline may mount an entry: the access stages, and the parts of a message's way. */
export type Stage = AccessStage | 'use' | 'message' | 'store' | 'queue' | 'deliver' | 'bounce'

type MaybePromise<T> = T | Promise<T>
type Decides<A, R extends Verdict = Verdict> = (request: A) => MaybePromise<R | undefined>
type Shapes<V, C> = (value: V, context: C) => MaybePromise<V | undefined>

/**
 * What a plugin answers with: functions keyed by hook. `access` is tapped at the stage where the pipeline mounts the entry;
 * the others at the hook they name. See core/hooks.ts for what each is for; `prepare` begins what `access` will wait for.
 */
export interface Handlers {
  access?: Decides<AccessRequest>
  prepare?: (request: AccessRequest) => void
  'listed.sender'?: Decides<AccessRequest, Refusal>
  'listed.recipient'?: Decides<AccessRequest, Refusal>
  start?: () => MaybePromise<void>
  stop?: () => MaybePromise<void>
  events?: (event: Event) => void
  connect?: Decides<FilterRequest, Refusal>
  command?: Decides<CommandRequest, Refusal>
  line?: (line: string, session: Session) => string | undefined
  reply?: (reply: Reply, session: Session) => Reply | undefined
  'filter.connect'?: Decides<FilterRequest, Refusal>
  'filter.helo'?: Decides<FilterRequest, Refusal>
  'filter.mail'?: Decides<FilterRequest, Refusal>
  'filter.rcpt'?: Decides<FilterRequest, Refusal>
  'filter.data'?: Decides<FilterRequest, Refusal>
  'filter.message'?: Decides<MessageRequest, Refusal>
  'filter.unknown'?: Decides<FilterRequest, Refusal>
  ehlo?: (keywords: readonly string[], session: Session) => readonly string[] | undefined
  auth?: (request: AuthRequest) => MaybePromise<SaslFacts | Refusal | undefined>
  disconnect?: (session: Session) => MaybePromise<void>
  'tls.server.established'?: Decides<TlsFacts & { readonly session: Session }, Refusal>
  'cleanup.sender'?: Shapes<string, IntakeRequest>
  'cleanup.recipients'?: Shapes<readonly NewRecipient[], IntakeRequest>
  'cleanup.copies'?: Shapes<readonly NewRecipient[], CopiesRequest>
  'cleanup.aliases'?: Shapes<readonly NewRecipient[], IntakeRequest>
  'cleanup.header_address'?: Shapes<string, HeaderAddressRequest>
  'cleanup.message'?: Decides<MessageRequest, Refusal>
  'queue.admit'?: Decides<AdmitRequest, Refusal>
  'queue.proxy'?: (request: ProxyRequest) => MaybePromise<ProxiedMessage | undefined>
  'queue.store'?: (request: MessageRequest) => MaybePromise<Reply | undefined>
  'queue.route'?: (request: RouteRequest) => MaybePromise<Route | undefined>
  'queue.schedule'?: (schedule: Schedule, envelope: Envelope) => Schedule | undefined
  'smtp.hosts'?: (hosts: readonly Host[], destination: Destination) => MaybePromise<readonly Host[] | undefined>
  'smtp.dial'?: (request: DialRequest) => MaybePromise<Dial | undefined>
  'smtp.features'?: (features: Features, peer: PeerFacts) => Features | undefined
  'smtp.auth'?: (context: OutgoingContext) => MaybePromise<{ readonly username: string; readonly password: string } | undefined>
  'smtp.envelope'?: (envelope: OutgoingEnvelope, context: OutgoingContext) => MaybePromise<OutgoingEnvelope | undefined>
  'smtp.message'?: (message: OutgoingMessage, context: OutgoingContext) => MaybePromise<OutgoingMessage | undefined>
  'smtp.reply'?: (line: string, destination: Destination) => string | undefined
  'smtp.outcome'?: (outcome: Outcome, context: OutcomeContext) => Outcome | undefined
  'bounce.decide'?: (request: BounceRequest) => MaybePromise<'send' | 'suppress' | 'double' | undefined>
  'bounce.compose'?: (notice: Notice, request: BounceRequest) => MaybePromise<Notice | undefined>
  notify?: (notice: NoticeRequest) => MaybePromise<void>
}

export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
}

/** Time, so that tests can hold it. Milliseconds. */
export interface Clock {
  now(): number
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** All that a plugin can reach; given to `setup` once for each pipeline entry. */
export interface PluginContext {
  /** The entry's id, as it stands in logs. */
  readonly id: string
  /** Where the pipeline mounts the entry. */
  readonly stage: Stage
  /** Parameters as this listener or transport sees them. */
  readonly parameters: Scope
  readonly dns: Resolver
  readonly tables: { open(spec: string): Promise<Table> }
  readonly destinations: Destinations
  readonly restrictions: Restrictions
  readonly actions: AccessActions
  /** Compiles a match list. `parent` lets `example.org` match its subdomains (parent_domain_matches_subdomains). */
  matchList(patterns: string | readonly string[], options?: { readonly parent?: boolean }): Promise<MatchList>
  readonly log: Logger
  readonly clock: Clock
  /** What is remembered beyond a session, and shared by all workers or all gateways. */
  readonly state: State
  /**
   * Would mail for this address be taken? Asks where it would go: routing, then its servers up to RCPT. Nothing is delivered.
   * Two who ask about one address at the same time share the answer.
   */
  probe(address: string): Promise<Outcome>
  /**
   * An SMTP server that the plugin speaks with itself: `host:port`, `[address]:port`, `port` of this machine, each also behind
   * `inet:`, or `unix:path`, relative to the queue directory. @throws Error for anything else
   */
  smtpServer(endpoint: string): SmtpServer
  /** 0 <= x < 1. */
  random(): number
  /** Tells an event. */
  emit(event: Event): void
  /** Directory of the configuration file. */
  readonly baseDirectory: string
  /** The hooks themselves, for the rare plugin that needs more than handlers. Tap only. */
  readonly hooks: Hooks
  /** Ends when the generation does. */
  readonly signal: AbortSignal
}

/** JSON Schema 2020-12 of a plugin's options. */
export type OptionSchema = { readonly [keyword: string]: unknown }

export interface PluginDefinition<Options> {
  /** Kebab-case noun; what pipelines call it. */
  readonly name: string
  readonly apiVersion?: number
  /** Where a pipeline may mount it. */
  readonly stages: readonly Stage[]
  /** Options; `additionalProperties: false`, defaults and descriptions throughout. Absent: it takes none. */
  readonly schema?: OptionSchema
  /** Restriction names that mount it, each turning its argument text ('' when there is none) into options. */
  readonly restrictions?: Readonly<Record<string, (argument: string) => Options>>
  /** Postfix parameters that it honours. */
  readonly parameters?: Declared<Record<string, Declaration>>
  /**
   * Parameters one of which mounts it when it is set (neither empty nor `no`), without a word in the pipeline: in `use`, or in
   * `deliver` when it may stand there and the parameter begins with the name of the transport's agent. Its options then have
   * their defaults.
   */
  readonly mountedBy?: readonly string[]
  /** Lookup table types that it adds. */
  readonly tables?: readonly TableType[]
  /** Runs once for each pipeline entry. A throw stops the start (or the reload) with this message. */
  setup(options: Options, context: PluginContext): MaybePromise<Handlers>
}

/** A plugin. */
export type Plugin = PluginDefinition<never> | PluginDefinition<unknown>

/** Declares a plugin; the argument is returned frozen. */
export function definePlugin<Options = Record<string, never>>(definition: PluginDefinition<Options>): PluginDefinition<Options> {
  return Object.freeze({ apiVersion: API_VERSION, ...definition })
}

/** Which hook each handler key taps; `access` depends on the stage. */
export function hookOf(key: keyof Handlers, stage: Stage): HookName | undefined {
  if (key !== 'access') return key as HookName
  return ACCESS_STAGES.has(stage) ? (`access.${stage}` as HookName) : undefined
}

const ACCESS_STAGES: ReadonlySet<string> = new Set<AccessStage>([
  'connect',
  'helo',
  'mail',
  'relay',
  'rcpt',
  'data',
  'end_of_data',
  'etrn',
  'vrfy',
])
