/** Builds what one configuration becomes at run time: plugins loaded and set up, their handlers mounted on hooks. */

import { createActions, createDestinations } from '../access/index.ts'
import type { Generation, ListenerRuntime, Services, TransportRuntime } from '../generation.ts'
import { createHooks, type Hooks } from '../hooks.ts'
import { createTables, type Tables } from '../lookup/index.ts'
import type { Scope } from '../parameters.ts'
import type { Stage } from '../plugin.ts'
import { StateHouse } from '../state/house.ts'
import type { OpenState } from '../state/types.ts'
import { Rows } from './ahead.ts'
import { withPlace } from './blame.ts'
import { createContext, type Place } from './context.ts'
import { SPEAKING } from './engines.ts'
import { Life } from './life.ts'
import { mount, policyOf, type Sides } from './mount.ts'
import { type AnyPlugin, loadPlugins, optionsOf, problemOf } from './plugins.ts'
import { withPlugins } from './registry.ts'
import { createScope } from './scope.ts'
import { faultSink, warnSink } from './sinks.ts'
import { defaultState } from './state.ts'
import { type Configuration, ConfigurationError, type PipelineConfig, type StepConfig } from './types.ts'

/** What the parts of one build share. */
interface Build {
  readonly config: Configuration
  readonly services: Services
  readonly plugins: ReadonlyMap<string, AnyPlugin>
  readonly tables: Tables
  readonly state: OpenState
  readonly life: Life
  readonly gateway: Hooks
  newHooks(): Hooks
}

/** How a generation is built. */
export interface BuildOptions {
  /** False: everything is set up and nothing is started, to see whether and how it would be. */
  readonly start?: boolean
}

/**
 * Loads, checks and sets up all that a configuration names, and runs the start hooks.
 * @throws ConfigurationError (with all steps that can not be used) or the error of a start hook; what was opened is closed
 */
export async function buildGeneration(
  config: Configuration,
  services: Services,
  number: number,
  { start = true }: BuildOptions = {},
): Promise<Generation> {
  const plugins = await loadPlugins(config)
  const unique = new Set(plugins.values())
  const registry = withPlugins([...unique].flatMap(({ parameters }) => parameters ?? []))
  const newHooks = (): Hooks => createHooks(faultSink(services), warnSink(services))
  const tables = createTables({
    baseDirectory: config.baseDirectory,
    types: [...unique].flatMap(({ tables: types = [] }) => types),
    warn: (message) => services.log.warn(message),
    now: () => services.clock.now(),
    random: () => services.random(),
  })
  const gateway = newHooks()
  const state = openState(config, services)
  const life = new Life(gateway, () => Promise.all([tables.close(), state.close()]))
  const build: Build = { config, services, plugins, tables, state, life, gateway, newHooks }
  try {
    const scope = createScope({ assignments: config.parameters, registry })
    const scopeOf = (each: { parameters: Configuration['parameters'] }): Scope =>
      createScope({ assignments: each.parameters, parent: scope, registry })
    const listeners = new Map<string, ListenerRuntime>()
    for (const each of config.listeners)
      if (!listeners.has(each.name)) {
        const own = scopeOf(each)
        // Postfix: what master(8) sets for the servers of an overloaded service.
        const stressed = own.under({ stress: 'yes' })
        listeners.set(each.name, await listenerRuntime(each, own, stressed, build))
      }
    const transports = new Map<string, TransportRuntime>()
    for (const each of config.transports) transports.set(each.name, await transportRuntime(each, scopeOf(each), build))
    await setUpAll(build, scope, listeners, transports)
    if (start) await Promise.all([state.ready(), gateway.start.promise()])
    const destinations = await createDestinations(
      scope,
      (spec) => tables.open(spec),
      (spec) => tables.openLiteral(spec),
    )
    return Object.freeze({
      number,
      config,
      scope,
      hooks: gateway,
      destinations,
      tables: { open: (spec: string) => tables.open(spec), openLiteral: (spec: string) => tables.openLiteral(spec) },
      listeners,
      transports,
      retain: () => life.retain(),
      release: () => life.release(),
      retire: () => life.retire(),
    })
  } catch (error) {
    await life.end()
    throw withPlace(error, config, registry)
  }
}

/** What the process shares, where it shares any. */
function openState({ state, queueDirectory }: Configuration, services: Services): OpenState {
  const config = state ?? defaultState(queueDirectory)
  if (services.state !== undefined) return services.state.open(config)
  return new StateHouse().open({ ...config, engine: 'memory' })
}

async function listenerRuntime(
  config: ListenerRuntime['config'],
  scope: Scope,
  stressed: Scope,
  build: Build,
): Promise<ListenerRuntime> {
  const place = placeOf(build, scope, build.newHooks(), 'rcpt')
  const context = await createContext(config.name, place)
  const { destinations, restrictions, tables, matchList } = context
  const actions = createActions({ scope, restrictions, warn: (message) => build.services.log.warn(message) })
  return { config, scope, stressed, hooks: place.hooks, destinations, actions, tables, matchList }
}

async function transportRuntime(config: TransportRuntime['config'], scope: Scope, build: Build): Promise<TransportRuntime> {
  const place = placeOf(build, scope, build.newHooks(), 'deliver')
  if (!SPEAKING.has(config.agent)) return { config, scope, hooks: place.hooks }
  const { dns, tables, matchList } = await createContext(config.name, place)
  return { config, scope, hooks: place.hooks, dns, tables, matchList }
}

function placeOf({ config, services, tables, state, life }: Build, scope: Scope, hooks: Hooks, stage: Stage): Place {
  return { config, services, tables, state, scope, hooks, stage, signal: life.signal, onStop: (stop) => life.onStop(stop) }
}

/** Sets up every step in the order of the file: gateway first, so that its taps stand before those of listeners. */
async function setUpAll(
  build: Build,
  scope: Scope,
  listeners: ReadonlyMap<string, ListenerRuntime>,
  transports: ReadonlyMap<string, TransportRuntime>,
): Promise<void> {
  const { gateway } = build
  const problems: ConfigurationError['problems'][number][] = []
  const run = async (pipeline: PipelineConfig, path: string, own: Scope, hooks: Hooks, sides: Sides): Promise<void> => {
    for (const [stage, steps = []] of Object.entries(pipeline) as [Stage, readonly StepConfig[]][]) {
      // Deliver steps of the gateway stand in each transport's own pipeline.
      if (sides.isGatewayWide && stage === 'deliver') continue
      const rows = new Rows()
      for (const step of steps) {
        try {
          await setUp(step, placeOf(build, own, hooks, stage), sides, build, rows)
        } catch (error) {
          problems.push(problemOf(step, `${path}.${stage}`, (error as Error).message))
        }
      }
    }
  }
  const all = {
    listeners: [...listeners.values()].map(({ hooks }) => hooks),
    transports: [...transports.values()].map(({ hooks }) => hooks),
  }
  await run(build.config.pipeline, 'pipeline', scope, gateway, { gateway, ...all, isGatewayWide: true })
  // Mail that is made here comes from no listener.
  const nobody = { gateway, listeners: [], transports: [], isGatewayWide: true }
  const { internal = [], internalChecks = [] } = build.config
  await run({ use: internal, message: internalChecks }, 'parameters', scope, gateway, nobody)
  for (const { config, scope: own, hooks } of listeners.values()) {
    const sides = { gateway, listeners: [hooks], transports: all.transports, isGatewayWide: false }
    await run(config.pipeline, `listeners.${config.name}.pipeline`, own, hooks, sides)
  }
  for (const { config, scope: own, hooks } of transports.values()) {
    const sides = { gateway, listeners: [], transports: [hooks], isGatewayWide: false }
    await run(config.pipeline, `transports.${config.name}.pipeline`, own, hooks, sides)
  }
  if (problems.length > 0) throw new ConfigurationError(problems.filter(firstAtPlace))
}

async function setUp(step: StepConfig, place: Place, sides: Sides, { plugins }: Build, rows: Rows): Promise<void> {
  const plugin = plugins.get(step.module)
  if (plugin === undefined) throw new Error('is not loaded')
  const options = optionsOf(step, plugin, place.scope)
  const policy = policyOf(step)
  const handlers = await plugin.setup(options, await createContext(step.id, place))
  mount(rows.join(handlers, policy.when), place.stage, policy, sides, step)
}

/** A step of the shared pipeline is set up for every listener; what is wrong with it is told once. */
function firstAtPlace(
  problem: ConfigurationError['problems'][number],
  index: number,
  all: ConfigurationError['problems'],
): boolean {
  const same = ({ place, message }: typeof problem): boolean =>
    place.line === problem.place.line && place.column === problem.place.column && message === problem.message
  return all.findIndex(same) === index
}
