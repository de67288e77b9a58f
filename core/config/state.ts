/** The `state:` section: which engine remembers what is shared, and where it is. */
import { resolve } from 'node:path'
import type { RedisConfig, StateConfig } from '../state/types.ts'
import type { Report } from './report.ts'

/** The section as written. */
export interface StateShape {
  readonly engine?: StateConfig['engine']
  readonly file?: string
  readonly max_entries?: number
  readonly timeout?: number
  readonly redis?: Partial<RedisConfig>
}

const MAX_ENTRIES = 1_000_000
const TIMEOUT = 250
const PREFIX = 'postern:'

/** What holds where nothing is set, for a gateway with this queue directory. */
export function defaultState(queueDirectory: string): StateConfig {
  return { engine: 'sqlite', file: resolve(queueDirectory, 'state/state.db'), maxEntries: MAX_ENTRIES, timeout: TIMEOUT }
}

export function readState(shape: StateShape = {}, baseDirectory: string, queueDirectory: string, report: Report): StateConfig {
  const { engine = 'sqlite', file, max_entries: maxEntries = MAX_ENTRIES, timeout = TIMEOUT, redis } = shape
  const state: StateConfig = {
    ...defaultState(queueDirectory),
    engine,
    maxEntries,
    timeout,
    ...(file === undefined ? {} : { file: resolve(baseDirectory, file) }),
  }
  if (engine !== 'redis') return state
  if (redis === undefined) {
    report.problem(['state', 'engine'], 'the redis engine needs to know where Redis is', {
      suggestion: 'add "redis: { url: redis://host:6379 }"',
    })
    return state
  }
  const ways = [redis.url, redis.cluster, redis.sentinels].filter((way) => way !== undefined)
  if (ways.length !== 1) report.problem(['state', 'redis'], 'needs one of url, cluster and sentinels')
  if (redis.sentinels !== undefined && redis.master === undefined)
    report.problem(['state', 'redis', 'sentinels'], 'need to know the name of the master that they watch: set "master"')
  return { ...state, redis: { prefix: PREFIX, ...redis } }
}
