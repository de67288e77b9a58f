/**
 * What one loaded configuration becomes at run time. A reload builds a new generation; a session or delivery keeps the one
 * it began with until it ends.
 */
import type { Configuration, ListenerConfig, TransportConfig } from './config/types.ts'
import type { Event } from './events.ts'
import type { Hooks, NoticeRequest } from './hooks.ts'
import type { Table } from './lookup/table.ts'
import type { Resolver } from './net/types.ts'
import type { Scope } from './parameters.ts'
import type { AccessActions, Clock, Destinations, Logger, PluginContext } from './plugin.ts'
import type { Outcome, SmtpServer } from './smtp/types.ts'
import type { OpenState, StateConfig } from './state/types.ts'

/** A listener with its own parameters and hooks. */
export interface ListenerRuntime {
  readonly config: ListenerConfig
  readonly scope: Scope
  /** The same parameters with `stress=yes`, for sessions that begin while the listener is overloaded. */
  readonly stressed: Scope
  readonly hooks: Hooks
  readonly destinations: Destinations
  readonly actions: AccessActions
  /** Tables of this generation. */
  readonly tables: PluginContext['tables']
  /** Compiles a match list. @throws Error for a pattern that can not be used */
  readonly matchList: PluginContext['matchList']
}

/** A transport with its own parameters and hooks. */
export interface TransportRuntime {
  readonly config: TransportConfig
  readonly scope: Scope
  readonly hooks: Hooks
  /** DNS as this transport sees it (smtp_dns_reply_filter); absent: that of the process. */
  readonly dns?: Resolver
  /** Tables of this generation. Absent: it has none. */
  readonly tables?: PluginContext['tables']
  /** Compiles a match list. @throws Error for a pattern that can not be used */
  readonly matchList?: PluginContext['matchList']
}

export interface Generation {
  /** 1, 2, ... as reloads succeed. */
  readonly number: number
  readonly config: Configuration
  readonly scope: Scope
  /** Gateway-wide hooks: life, events, queue, bounce. */
  readonly hooks: Hooks
  /** Address classes as the gateway-wide parameters define them. */
  readonly destinations: Destinations
  /** Tables of this generation; each is opened once and closed when the generation ends. */
  readonly tables: { open(spec: string): Promise<Table>; openLiteral(spec: string): Promise<Table> }
  readonly listeners: ReadonlyMap<string, ListenerRuntime>
  readonly transports: ReadonlyMap<string, TransportRuntime>
  /** A session or delivery begins to use it. */
  retain(): void
  /** And ends; the last release after `retire` runs the stop hooks. */
  release(): void
  /** No new users: a newer generation has taken over, or the process ends. */
  retire(): void
}

/** What a process offers to its engines; given by the worker, faked by tests. */
export interface Services {
  readonly dns: Resolver
  readonly clock: Clock
  readonly log: Logger
  /** Opens shared state; default: the memory of this process. */
  readonly state?: { open(config: StateConfig): OpenState } | undefined
  /** Tells an event: to the log first, then to the gateway's `events` hook. Never throws. */
  emit(event: Event): void
  random(): number
  /** Would mail for this address be taken? Asks where it would go, and delivers nothing. Absent: nobody can be asked. */
  probe?(address: string): Promise<Outcome>
  /**
   * An SMTP server for who speaks with one himself; see PluginContext. Absent: nobody can.
   * @param ports TCP ports by name @param directory where relative paths start @throws Error for a bad endpoint
   */
  smtpServer?(endpoint: string, ports: ReadonlyMap<string, number>, directory: string): SmtpServer
  /** Tells the postmaster, where notify_classes asks for it. Absent: nobody is told. Never throws. */
  notify?(notice: NoticeRequest): void
}
