/** What a connection is given: by its transport, and for itself. */
import type { Hooks, NoticeRequest } from '../hooks.ts'
import type { Clock } from '../plugin.ts'
import type { Flavour } from './flavour.ts'
import type { Destination, Host } from './hooked.ts'
import type { ServerLists } from './lists.ts'
import type { Settings } from './parameters.ts'
import type { ConnectionPool } from './pool.ts'
import type { Session } from './session.ts'

/** What all connections of a transport share. */
export interface SessionContext {
  readonly flavour: Flavour
  readonly settings: Settings
  readonly hooks: Hooks
  readonly clock: Clock
  readonly pool: ConnectionPool<Session>
  /** Tells the postmaster of protocol errors; undefined: nobody wants to know. */
  readonly notify?: ((notice: NoticeRequest) => void) | undefined
}

/** What is special about one. */
export interface SessionPlace {
  readonly destination: Destination
  readonly host: Host
  /** No other host has a better preference. */
  readonly isBest: boolean
  /** It is the only address of its next hop. */
  readonly isOnly: boolean
  /** Its dialog is logged line by line. */
  readonly isWatched: boolean
  readonly lists: ServerLists
}
