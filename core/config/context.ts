/** What a plugin is given at set-up: the services of its process, as its listener, transport or the gateway sees them. */
import { createActions, createDestinations, createMatchList, filteredDns } from '../access/index.ts'
import type { Services } from '../generation.ts'
import type { Hooks } from '../hooks.ts'
import type { Tables } from '../lookup/index.ts'
import { portsByName } from '../net/ports.ts'
import type { Resolver } from '../net/types.ts'
import type { Scope } from '../parameters.ts'
import { type Destinations, hookOf, type PluginContext, type Stage } from '../plugin.ts'
import type { State } from '../state/types.ts'
import { createRestrictions } from './compile.ts'
import { warnSink } from './sinks.ts'
import type { Configuration } from './types.ts'
import { wordsOf } from './units.ts'

/** Where a step stands. */
export interface Place {
  readonly config: Configuration
  readonly services: Services
  readonly tables: Tables
  readonly state: State
  readonly scope: Scope
  readonly hooks: Hooks
  readonly stage: Stage
  readonly signal: AbortSignal
  /** Told of stop handlers of what is set up on demand. */
  onStop(stop: () => unknown): void
}

/** The parameter that filters DNS for what stands there: smtpd_dns_reply_filter in access lists, that of its agent in a transport. */
function dnsFilterOf({ scope, stage }: Place): string | undefined {
  if (stage === 'deliver') return `${scope.text('process_name')}_dns_reply_filter`
  return hookOf('access', stage) === undefined ? undefined : 'smtpd_dns_reply_filter'
}

/** DNS as access lists and transports see it; the rest sees all. */
async function dnsOf(place: Place): Promise<Resolver> {
  const { services, tables, scope } = place
  const name = dnsFilterOf(place)
  const specs = name === undefined ? [] : wordsOf(scope.text(name) ?? '')
  if (specs.length === 0) return services.dns
  const opened = await Promise.all(specs.map((spec) => tables.open(spec)))
  const { log } = services
  return filteredDns(services.dns, { tables: opened, warn: (message) => log.warn(message), tell: (message) => log.info(message) })
}

/** Destinations are the same for all steps of a scope. */
const compiledDestinations = new WeakMap<Scope, Promise<Destinations>>()

/** @throws Error when a list of domains names what can not be had */
export async function createContext(id: string, place: Place): Promise<PluginContext> {
  const { config, services, tables, state, scope, hooks, stage, signal } = place
  const openTable = (spec: string) => tables.open(spec)
  let destinations = compiledDestinations.get(scope)
  if (destinations === undefined) {
    destinations = createDestinations(scope, openTable, (spec) => tables.openLiteral(spec))
    compiledDestinations.set(scope, destinations)
  }
  const restrictions = createRestrictions({
    scope,
    stage,
    warned: warnSink(services),
    async setUp(plugin, options, inner) {
      const handlers = await plugin.setup(options, await createContext(inner, place))
      if (handlers.stop !== undefined) place.onStop(handlers.stop)
      await handlers.start?.()
      return handlers
    },
  })
  return {
    id,
    stage,
    parameters: scope,
    dns: await dnsOf(place),
    tables: { open: openTable },
    destinations: await destinations,
    restrictions,
    actions: createActions({ scope, restrictions, warn: (message) => services.log.warn(message) }),
    matchList: (patterns, { parent = false } = {}) => createMatchList(patterns, { openTable, parent }),
    log: services.log,
    clock: services.clock,
    state,
    random: () => services.random(),
    probe: (address) => services.probe?.(address) ?? Promise.reject(new Error('there is no queue to ask')),
    smtpServer(endpoint) {
      if (services.smtpServer === undefined) throw new Error('no connection can be made here')
      return services.smtpServer(endpoint, portsByName(scope.text('known_tcp_ports') ?? ''), config.queueDirectory)
    },
    emit: (event) => services.emit(event),
    baseDirectory: config.baseDirectory,
    hooks,
    signal,
  }
}
