/** `postern pipeline show FILE`: which steps run at which hook, in which order, under which policy, and where they come from. */
import { basename, dirname, relative } from 'node:path'
import type { Command } from 'commander'
import { stepsOn } from '../config/mount.ts'
import { ConfigurationError, type StepConfig, type WhenConfig } from '../config/types.ts'
import type { Generation } from '../generation.ts'
import type { HookName, Hooks } from '../hooks.ts'
import { withDryRun } from './dry-run.ts'
import { PROCESS_STREAMS, type Streams } from './streams.ts'

export interface ShowOptions {
  readonly listener?: string
  readonly json?: boolean
}

/** A hook and its steps, in order. */
interface HookRow {
  readonly hook: HookName
  readonly steps: readonly StepConfig[]
}

/** A listener, the gateway or a transport. */
interface Part {
  readonly part: string
  readonly hooks: readonly HookRow[]
}

/** @returns exit status: 0, or 1 when the configuration can not be used or has no such listener */
export async function showPipeline(file: string, options: ShowOptions, streams: Streams = PROCESS_STREAMS): Promise<number> {
  try {
    return await withDryRun(file, streams.err, (generation) => {
      const parts = partsOf(generation, options.listener)
      if (parts.length === 0) {
        streams.err.write(`${file}: no listener ${options.listener}; there are ${[...generation.listeners.keys()].join(', ')}\n`)
        return 1
      }
      streams.out.write(options.json === true ? `${JSON.stringify(parts, undefined, 2)}\n` : parts.map(rendered).join('\n'))
      return 0
    })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    streams.err.write(`${error.message}\n`)
    return 1
  }
}

function partsOf({ listeners, transports, hooks }: Generation, only: string | undefined): Part[] {
  const served = [...listeners.values()].filter(({ config }) => only === undefined || config.name === only)
  const parts = served.map(({ config, hooks: own }) => ({
    part: `listener ${config.name} ${config.host.startsWith('/') ? `unix:${config.host}` : `${bracketed(config.host)}:${config.port}`}`,
    hooks: used(own),
  }))
  if (only !== undefined) return parts
  const sending = [...transports.values()].map(({ config, hooks: own }) => ({
    part: `transport ${config.name} (${config.agent})`,
    hooks: used(own),
  }))
  return [...parts, { part: 'gateway', hooks: used(hooks) }, ...sending.filter((part) => part.hooks.length > 0)]
}

function used(hooks: Hooks): HookRow[] {
  const names = Object.keys(hooks) as HookName[]
  return names.map((hook) => ({ hook, steps: stepsOn(hooks, hook) })).filter(({ steps }) => steps.length > 0)
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function rendered({ part, hooks }: Part): string {
  const none = hooks.length === 0 ? ['  (no steps)'] : []
  const lines = hooks.flatMap(({ hook, steps }) => {
    const width = Math.max(...steps.map(({ id }) => id.length))
    return [`  ${hook}`, ...steps.map((step, i) => `    ${i + 1}. ${step.id.padEnd(width)}  ${described(step)}`)]
  })
  return `${[part, ...none, ...lines].join('\n')}\n`
}

function described(step: StepConfig): string {
  const { mode, onError, timeout, when, place } = step
  const policies = [
    mode === 'warn' ? 'mode=warn' : undefined,
    onError === 'defer' ? undefined : `onError=${onError}`,
    timeout === 0 ? undefined : `timeout=${timeout / 1000}s`,
    when === undefined ? undefined : `when ${conditions(when)}`,
  ]
  const from = `${relative('', place.file) || place.file}:${place.line}`
  return [what(step), ...policies.filter((policy) => policy !== undefined), `(${from})`].join('  ')
}

/** The plugin, and what it is told. */
function what({ name, module, restriction, options }: StepConfig): string {
  const plugin = restriction === undefined ? name : basename(dirname(module))
  const told = restriction === undefined ? JSON.stringify(options ?? {}) : `${restriction.name} ${restriction.argument}`.trim()
  if (told === '{}') return plugin
  return `${plugin}  ${told.length > 100 ? `${told.slice(0, 97)}...` : told}`
}

function conditions(when: WhenConfig): string {
  return Object.entries(when)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ')
}

export function addPipeline(program: Command): void {
  program
    .command('pipeline')
    .description('look at pipelines')
    .command('show')
    .description('show which steps run at which hook, in order')
    .argument('<file>', 'configuration file')
    .option('--listener <name>', 'of this listener alone')
    .option('--json', 'as JSON')
    .action(async (file: string, options: ShowOptions) => {
      process.exitCode = await showPipeline(file, options)
    })
}
