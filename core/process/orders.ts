/** What supervisor and worker say to each other: plain JSON, over core/process/channel.ts. */
import type { Configuration } from '../config/types.ts'
import type { Queue, Selection } from '../queue/manager-types.ts'
import type { QueueEntry } from '../queue/types.ts'
import type { Answer, Op, StateReport } from '../state/types.ts'
import type { LeaseOffice } from './leases.ts'
import type { PresenceOffice, WatchOrder } from './presence.ts'
import type { Account } from './privileges.ts'

/** A worker's first order. */
export interface StartOrder {
  readonly config: Configuration
  readonly generation: number
  /** This worker's place, from 0, and how many workers there are. */
  readonly index: number
  readonly count: number
  /** Names of the spools that it owns: its own first, then those that a larger number of workers left. */
  readonly owners: readonly string[]
  readonly account?: Account
  /** Keys whose presence the supervisor counts. */
  readonly watched?: readonly WatchOrder[]
}

/** A worker listens. */
export interface StartReport {
  /** `smtp 127.0.0.1:2525` */
  readonly listeners: readonly string[]
}

export interface PrepareOrder {
  readonly config: Configuration
  readonly generation: number
}

export interface StopOrder {
  /** Milliseconds for commands and deliveries under way. */
  readonly grace: number
}

/** Changes to the queue that a worker makes for the control socket. */
export type QueueChange = 'flush' | 'hold' | 'release' | 'requeue' | 'delete'
export const QUEUE_CHANGES: readonly QueueChange[] = ['flush', 'hold', 'release', 'requeue', 'delete']

export interface ChangeOrder {
  readonly change: QueueChange
  readonly selection: Selection
}

/** One step of a listing: without `cursor` it begins. */
export interface ListOrder {
  readonly cursor?: number
}
export interface ListReport {
  readonly entries: readonly QueueEntry[]
  /** Ask again with it; absent at the end. */
  readonly cursor?: number
}

/** A message as the command line shows it; `head` and `body` are base64. */
export interface MessageReport {
  readonly envelope: unknown
  readonly size: number
  readonly head: string
  readonly body: string
  /** The body goes on. */
  readonly truncated: boolean
}

/** How a worker does. */
export interface WorkerStatus {
  readonly pid: number
  readonly generation: number
  /** Seconds. */
  readonly uptime: number
  /** Bytes. */
  readonly memory: number
  readonly connections: number
  readonly queue: ReturnType<Queue['counts']>
  readonly listeners: readonly string[]
  /** How the engine of shared state does; empty while nothing uses it. */
  readonly state: readonly StateReport[]
}

/** What a worker asks of its supervisor. */
export interface Office extends LeaseOffice, PresenceOffice {
  /** Does operations in the memory that all workers share. */
  state(ops: readonly Op[]): Promise<readonly Answer[]>
  /** Starts deliveries to a site in all workers. */
  flushSite(site: string): Promise<void>
}

export interface LeaseOrder {
  readonly key: string
  readonly limit: number
}

/** The exit status of a worker after a fault that nothing isolated (EX_SOFTWARE): it is replaced. */
export const EXIT_FAULT = 70
