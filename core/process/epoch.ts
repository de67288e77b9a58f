/** A generation with what the worker makes of it: its routes, and a delivery agent for each transport, made when first used. */
import { buildGeneration } from '../config/generation.ts'
import type { Configuration } from '../config/types.ts'
import type { Generation, Services } from '../generation.ts'
import { createRouter, type Router, type RouterDeps } from '../route/index.ts'
import { serverLists } from '../smtp/lists.ts'
import type { DeliveryAgent } from '../smtp/types.ts'
import { listenerSettings } from '../smtpd/settings.ts'
import { AGENTS } from './agents.ts'

export interface Epoch {
  readonly generation: Generation
  readonly route: Router
  /** The routes of address verification probes. */
  readonly probeRoute: Router
  /** The agent of a transport; undefined when the configuration has none of this name. */
  agentFor(transport: string): DeliveryAgent | undefined
  /** Nothing new begins; ends when the last delivery is done. */
  close(): void
}

/** @throws whatever prevents the configuration from being used */
export async function buildEpoch(config: Configuration, services: Services, number: number): Promise<Epoch> {
  const generation = await buildGeneration(config, services, number)
  const { scope, destinations, tables, hooks, transports } = generation
  let route: Router
  let probeRoute: Router
  try {
    for (const listener of generation.listeners.values()) await listenerSettings(listener)
    for (const transport of transports.values()) await serverLists(transport)
    const deps: RouterDeps = {
      scope,
      destinations,
      hooks,
      openTable: (spec) => tables.openLiteral(spec),
      transports: new Set(transports.keys()),
      now: () => services.clock.now(),
    }
    route = await createRouter(deps)
    probeRoute = await createRouter({ ...deps, probes: true })
  } catch (error) {
    generation.retire()
    throw error
  }
  const agents = new Map<string, DeliveryAgent>()
  return {
    generation,
    route,
    probeRoute,
    agentFor(transport) {
      const known = agents.get(transport)
      const runtime = transports.get(transport)
      if (known !== undefined || runtime === undefined) return known
      const made = AGENTS[runtime.config.agent]?.(runtime, services)
      if (made === undefined) return undefined
      const agent = holding(generation, made)
      agents.set(transport, agent)
      return agent
    },
    close() {
      generation.retire()
      for (const agent of agents.values()) void agent.close()
    },
  }
}

/** The generation lives as long as a delivery that began with it. */
function holding(generation: Generation, agent: DeliveryAgent): DeliveryAgent {
  return {
    async deliver(job, settle) {
      generation.retain()
      try {
        await agent.deliver(job, settle)
      } finally {
        generation.release()
      }
    },
    close: () => agent.close(),
  }
}
