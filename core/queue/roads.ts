/** The transports and destinations that mail has been met for, with the limits of the configuration in force. */
import type { Generation } from '../generation.ts'
import { Destination } from './destination.ts'
import { QUEUE_PARAMETERS, type TransportLimits, transportLimits } from './parameters.ts'

/** Idle destinations that are remembered for their windows. */
const MOST_IDLE = 1000

export interface Transport {
  readonly name: string
  limits: TransportLimits
  /** Deliveries under way. */
  running: number
  /** Destinations whose turn comes. */
  readonly round: Destination[]
  isPumping: boolean
}

export class Roads {
  readonly #current: () => Generation
  readonly #now: () => number
  readonly #destinations = new Map<string, Destination>()
  readonly #transports = new Map<string, Transport>()
  #generation: Generation | undefined
  #deferred: ReadonlySet<string> = new Set()
  #sweepAt = MOST_IDLE

  /** @param now milliseconds since 1970 */
  constructor(current: () => Generation, now: () => number) {
    this.#current = current
    this.#now = now
  }

  transport(name: string): Transport {
    const generation = this.#current()
    if (generation !== this.#generation) this.#renew(generation)
    let transport = this.#transports.get(name)
    if (transport === undefined) {
      transport = { name, limits: transportLimits(generation, name), running: 0, round: [], isPumping: false }
      this.#transports.set(name, transport)
    }
    return transport
  }

  /** Where mail for this address queues. */
  destination(transport: string, nexthop: string, address: string): Destination {
    const { limits } = this.transport(transport)
    // Postfix: with a recipient limit of 1, concurrency is counted for each recipient.
    const key = `${transport}:${limits.recipients === 1 ? address : nexthop}`
    let destination = this.#destinations.get(key)
    if (destination === undefined) {
      if (this.#destinations.size >= this.#sweepAt) this.#forgetIdle()
      destination = new Destination(key, transport, limits)
      this.#destinations.set(key, destination)
    }
    return destination
  }

  known(key: string): Destination | undefined {
    return this.#destinations.get(key)
  }

  destinations(): Iterable<Destination> {
    return this.#destinations.values()
  }

  /** Is the transport named in defer_transports? */
  isDeferred(transport: string): boolean {
    return this.#deferred.has(transport)
  }

  #forgetIdle(): void {
    const now = this.#now()
    for (const [key, destination] of this.#destinations) if (destination.isIdle(now)) this.#destinations.delete(key)
    this.#sweepAt = Math.max(MOST_IDLE, 2 * this.#destinations.size)
  }

  /** After a reload: new limits, for destinations as they are met anew. */
  #renew(generation: Generation): void {
    this.#generation = generation
    this.#deferred = new Set(generation.scope.values(QUEUE_PARAMETERS).defer_transports)
    this.#forgetIdle()
    for (const transport of this.#transports.values()) transport.limits = transportLimits(generation, transport.name)
  }
}
