/** What `postern status` is told. */
import type { WorkerStatus } from './orders.ts'

export interface GatewayStatus {
  readonly pid: number
  readonly version: string
  readonly file: string
  readonly generation: number
  /** Seconds. */
  readonly uptime: number
  /** Bytes of the supervisor. */
  readonly memory: number
  readonly workers: readonly (WorkerStatus | { readonly problem: string })[]
}
