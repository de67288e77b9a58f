/**
 * Mounts one plugin as Postern does: options through its schema, handlers on the real hooks, under the real policy. What it is given
 * besides (DNS, tables, clock) comes from the test.
 */
import { Rows } from '../../core/config/ahead.ts'
import { createContext } from '../../core/config/context.ts'
import { mount as mountHandlers, policyOf } from '../../core/config/mount.ts'
import { optionsOf } from '../../core/config/plugins.ts'
import { withPlugins } from '../../core/config/registry.ts'
import { createScope } from '../../core/config/scope.ts'
import { faultSink, warnSink } from '../../core/config/sinks.ts'
import type { Configuration, StepConfig, WhenConfig } from '../../core/config/types.ts'
import type { Services } from '../../core/generation.ts'
import { ask, createHooks, type Hooks, shaped, type Trim } from '../../core/hooks.ts'
import { createTables, type Tables } from '../../core/lookup/index.ts'
import type {
  AccessStage,
  Clock,
  Edit,
  Event,
  Outcome,
  PluginContext,
  PluginDefinition,
  Resolver,
  Stage,
  State,
  Table,
  TableType,
  Verdict,
} from '../../core/plugin.ts'
import { fakeDns } from './dns.ts'
import { type AccessFacts, anAccessRequest, type Recorded, record } from './session.ts'
import { aState } from './state.ts'
import { fakeTable } from './table.ts'

/** What surrounds a mounted plugin. All of it may be left out. */
export interface World {
  /** Where it is mounted; default: the first of its stages. `access` mounts it at others as they are asked for. */
  readonly stage?: Stage
  /** Postfix parameters, as written in a configuration. */
  readonly parameters?: Readonly<Record<string, string>>
  /** A resolver, or lines of a zone: `9.2.0.192.bl.example A 127.0.0.2`. */
  readonly dns?: Resolver | readonly string[]
  /** Tables by `type:name`, or their entries; others are opened for real. */
  readonly tables?: Readonly<Record<string, Table | Readonly<Record<string, string | Error>>>>
  readonly clock?: Clock
  /** Shared state; default: the memory of this mount, by its clock. */
  readonly state?: State
  readonly random?: () => number
  /** What is answered to probes. */
  readonly probe?: (address: string) => Promise<Outcome>
  /** Where relative file names start. */
  readonly baseDirectory?: string
  /** Mounts it by one of its restriction names, with this argument, instead of by options. */
  readonly restriction?: { readonly name: string; readonly argument?: string }
  // What core owns for every step.
  readonly id?: string
  readonly mode?: 'enforce' | 'warn'
  readonly onError?: 'defer' | 'skip' | 'reject'
  readonly timeout?: number
  readonly when?: WhenConfig
}

/** A plugin in its place. */
export interface Mounted {
  /** Asks it at an access stage, as the pipeline would. */
  access(stage: AccessStage, facts?: AccessFacts): Promise<Verdict | undefined>
  /** Asks any decide or provide hook that it taps. */
  ask<H extends DecideName>(hook: H, request: Subject<H>): Promise<Awaited<ReturnType<Hooks[H]['promise']>>>
  /** Sends a value through a shape hook that it taps. */
  shape<H extends ShapeName>(hook: H, value: ShapeArguments<H>[0], context: ShapeArguments<H>[1]): Promise<ShapeArguments<H>[0]>
  /** Sends a value through a trim hook that it taps. */
  trim<H extends TrimName>(hook: H, value: TrimArguments<H>[0], context: TrimArguments<H>[1]): TrimArguments<H>[0]
  /** Tells it an event. */
  emit(event: Event): void
  /** Edits that its access steps recorded, in order. */
  readonly edits: readonly Edit[]
  /** Everything its access steps recorded. */
  readonly recorded: Recorded
  /** Events that it, or core about it, has told: `fault` when it failed, `noted` in warn mode. */
  readonly events: readonly Event[]
  /** What it logged: `warn: text`. */
  readonly log: readonly string[]
  readonly hooks: Hooks
  /** Runs its stop handlers and closes tables. */
  stop(): Promise<void>
}

type Caller<H> = H extends { callAsync(...args: infer A): void } ? A : never
type DecideName = { [K in keyof Hooks]: Caller<Hooks[K]> extends [unknown, unknown] ? K : never }[keyof Hooks]
type ShapeName = { [K in keyof Hooks]: Caller<Hooks[K]> extends [unknown, unknown, unknown] ? K : never }[keyof Hooks]
type TrimName = { [K in keyof Hooks]: Hooks[K] extends Trim<infer _V, infer _C> ? K : never }[keyof Hooks]
type Subject<H extends DecideName> = Caller<Hooks[H]>[0]
type ShapeArguments<H extends ShapeName> = [Caller<Hooks[H]>[0], Caller<Hooks[H]>[1]]
type TrimArguments<H extends TrimName> = Hooks[H] extends Trim<infer V, infer C> ? [V, C] : never

/** Mounts a plugin. @throws Error as the start of Postern would fail: bad options, or what `setup` throws */
export async function mount<Options>(
  plugin: PluginDefinition<Options>,
  options?: Partial<Options>,
  world: World = {},
): Promise<Mounted> {
  const bench = createBench(plugin as PluginDefinition<unknown>, options, world)
  const first = world.stage ?? plugin.stages[0]
  if (first !== undefined) await bench.at(first)
  return mounted(bench)
}

/** The place where a plugin is set up, once for each stage. */
interface Bench {
  readonly hooks: Hooks
  readonly events: Event[]
  readonly log: string[]
  readonly tables: Tables
  readonly stopper: AbortController
  at(stage: Stage): Promise<void>
}

function createBench(plugin: PluginDefinition<unknown>, options: unknown, world: World): Bench {
  const events: Event[] = []
  const log: string[] = []
  const services = servicesOf(world, events, log)
  const hooks = createHooks(faultSink(services), warnSink(services))
  const tables = tablesOf(world, plugin.tables ?? [])
  const stopper = new AbortController()
  const state = world.state ?? aState(services.clock)
  const place = { file: 'test', line: 1, column: 1 }
  const texts = Object.entries(world.parameters ?? {}).map(([name, text]) => [name, { text, place }])
  const registry = withPlugins(plugin.parameters === undefined ? [] : [plugin.parameters])
  const scope = createScope({ assignments: Object.fromEntries(texts), registry })
  const ready = new Map<Stage, Promise<void>>()
  const setUp = async (stage: Stage): Promise<void> => {
    if (!plugin.stages.includes(stage)) throw new Error(`${plugin.name} can not stand in ${stage}`)
    const step = stepOf(plugin, options, world)
    const config = configurationOf(world)
    const where = { config, services, tables, state, scope, hooks, stage, signal: stopper.signal, onStop: () => undefined }
    const context: PluginContext = await createContext(step.id, where)
    const handlers = await plugin.setup(optionsOf(step, plugin, scope), context)
    const sides = { gateway: hooks, listeners: [hooks], transports: [hooks], isGatewayWide: false }
    const { access } = handlers
    // A stage that is asked for later adds its access handler alone: the others stand on their hooks already.
    const added = ready.size > 1 ? (access === undefined ? {} : { access }) : handlers
    const policy = policyOf(step)
    mountHandlers(new Rows().join(added, policy.when), stage, policy, sides)
    await handlers.start?.()
  }
  const at = (stage: Stage): Promise<void> => {
    let known = ready.get(stage)
    if (known === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>()
      known = promise
      ready.set(stage, known)
      resolve(setUp(stage))
    }
    return known
  }
  return { hooks, events, log, tables, stopper, at }
}

function mounted({ hooks, events, log, tables, stopper, at }: Bench): Mounted {
  const recorded = record()
  return {
    hooks,
    events,
    log,
    recorded,
    edits: recorded.edits,
    async access(stage, facts) {
      await at(stage)
      return ask(hooks[`access.${stage}`], anAccessRequest(stage, facts, recorded))
    },
    ask: async (hook, request) => ask(hooks[hook] as never, request as never) as never,
    shape: async (hook, value, context) => shaped(hooks[hook] as never, value, context),
    trim: (hook, value, context) => (hooks[hook] as { call(v: unknown, c: unknown): typeof value }).call(value, context),
    emit: (event) => hooks.events.call(event),
    async stop() {
      stopper.abort()
      await hooks.stop.promise()
      await tables.close()
    },
  }
}

function servicesOf(world: World, events: Event[], log: string[]): Services {
  const line = (level: string) => (message: string) => void log.push(`${level}: ${message}`)
  const { dns = [] } = world
  return {
    dns: 'resolve' in dns ? dns : fakeDns(dns).resolver,
    clock: world.clock ?? REAL_CLOCK,
    log: { debug: line('debug'), info: line('info'), warn: line('warn') },
    emit: (event) => void events.push(event),
    random: world.random ?? (() => 0.5),
    ...(world.probe === undefined ? {} : { probe: world.probe }),
  }
}

const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
}

/** The test's tables before those of the machine. */
function tablesOf(world: World, types: readonly TableType[]): Tables {
  const real = createTables({ baseDirectory: world.baseDirectory ?? process.cwd(), types })
  const given = new Map(
    Object.entries(world.tables ?? {}).map(([spec, table]) => [
      spec,
      isTable(table) ? table : fakeTable(table, { spec, wholeKeys: PATTERN_TYPES.has(spec.split(':')[0] ?? '') }),
    ]),
  )
  return {
    ...real,
    open: async (spec) => given.get(spec) ?? real.open(spec),
    close: () => real.close(),
  }
}

const PATTERN_TYPES: ReadonlySet<string> = new Set(['regexp', 'pcre', 'cidr'])

function isTable(given: Table | Readonly<Record<string, string | Error>>): given is Table {
  return typeof (given as Table).lookup === 'function'
}

function stepOf(plugin: PluginDefinition<unknown>, options: unknown, world: World): StepConfig {
  const { restriction } = world
  return {
    name: plugin.name,
    module: plugin.name,
    ...(restriction === undefined
      ? { options }
      : { restriction: { name: restriction.name, argument: restriction.argument ?? '' } }),
    id: world.id ?? plugin.name,
    ...(world.when === undefined ? {} : { when: world.when }),
    timeout: world.timeout ?? 0,
    mode: world.mode ?? 'enforce',
    onError: world.onError ?? 'defer',
    place: { file: 'test', line: 1, column: 1 },
  }
}

function configurationOf(world: World): Configuration {
  const baseDirectory = world.baseDirectory ?? process.cwd()
  return {
    file: 'test',
    baseDirectory,
    parameters: {},
    listeners: [],
    transports: [],
    pipeline: {},
    queueDirectory: baseDirectory,
    workers: 1,
    log: { format: 'maillog', level: 'info' },
    warnings: [],
  }
}
