/**
 * Reload in two phases: the file is read and checked here, every worker builds the new generation and opens its new
 * listeners, and only when all can does any begin to use it. Whatever fails, everything stays as it was.
 */
import type { Configuration } from '../config/types.ts'
import type { PrepareOrder } from './orders.ts'
import type { WorkerPool } from './pool.ts'
import { isPrivileged } from './privileges.ts'

/** What takes effect at the next start only, as the configuration file calls it. */
const FIXED = [
  ['queueDirectory', 'queue_directory'],
  ['workers', 'workers'],
  ['user', 'user'],
  ['group', 'group'],
] as const

/** What a reload does with the gateway. */
export interface ReloadContext {
  readonly pool: WorkerPool
  readonly current: Configuration
  readonly generation: number
  /** True where workers have given up root, and so cannot bind privileged ports. */
  readonly hasDropped: boolean
  /** Milliseconds for a worker that must be replaced to end what it is doing. */
  readonly grace: number
  /** From now on this is what replaced workers get. */
  adopt(config: Configuration, generation: number): void
}

export interface ReloadReport {
  readonly generation: number
  readonly warnings: readonly string[]
}

/** @throws Error when a worker can not build or serve the new configuration; nothing has changed then */
export async function reload(context: ReloadContext, loaded: Configuration): Promise<ReloadReport> {
  const { config, warnings } = withFixed(context.current, loaded)
  const generation = context.generation + 1
  if (context.hasDropped && bindsNewPrivileged(context.current, config)) await replaceAll(context, config, generation)
  else await switchAll(context, config, generation)
  return { generation, warnings: [...config.warnings, ...warnings] }
}

async function switchAll(context: ReloadContext, config: Configuration, generation: number): Promise<void> {
  const order: PrepareOrder = { config, generation }
  const { results, renewOthers } = await context.pool.askServing('prepare', order)
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) {
    await context.pool.askServing('abort', { generation })
    throw failure.reason
  }
  // A worker that dies from here on comes back with the new configuration; so do those that were not there to be asked.
  context.adopt(config, generation)
  await context.pool.askServing('commit', { generation })
  renewOthers()
}

/** A worker that gave up root can not bind a port below 1024: each is replaced in turn, while the others serve. */
async function replaceAll(context: ReloadContext, config: Configuration, generation: number): Promise<void> {
  const { current, generation: before, grace, pool } = context
  context.adopt(config, generation)
  for (let index = 0; index < pool.size; index++) {
    try {
      await pool.replace(index, grace)
    } catch (error) {
      context.adopt(current, before)
      for (let undo = index; undo >= 0; undo--) await pool.replace(undo, grace)
      throw error
    }
  }
}

function withFixed(current: Configuration, loaded: Configuration): { config: Configuration; warnings: string[] } {
  const fixed: Record<string, unknown> = {}
  const warnings: string[] = []
  const { user: _user, group: _group, ...rest } = loaded
  for (const [key, name] of FIXED) {
    if (current[key] !== undefined) fixed[key] = current[key]
    if (current[key] !== loaded[key]) warnings.push(`${name} changes at the next start only`)
  }
  return { config: { ...rest, ...fixed } as Configuration, warnings }
}

function bindsNewPrivileged(current: Configuration, next: Configuration): boolean {
  const bound = new Set(current.listeners.map(({ host, port }) => `${host} ${port}`))
  return next.listeners.some(({ host, port }) => isPrivileged(port) && !bound.has(`${host} ${port}`))
}
