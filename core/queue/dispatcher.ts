/**
 * Starts deliveries: transports take turns by their destinations, destinations by their messages. A slow or dead
 * destination uses up its own window and nothing else.
 */
import type { Generation, Services } from '../generation.ts'
import type { DeliveryAgent, DeliveryTimes, Outcome } from '../smtp/types.ts'
import type { Active, Share } from './active.ts'
import type { Destination } from './destination.ts'
import type { Leases } from './manager-types.ts'
import { QUEUE_PARAMETERS, type TransportLimits } from './parameters.ts'
import { deliverBy, type SettleBy } from './passing.ts'
import { Roads, type Transport } from './roads.ts'
import type { RecipientFailure } from './types.ts'

export interface DispatcherOptions {
  readonly current: () => Generation
  readonly services: Services
  readonly leases: Leases
  readonly agentFor: (transport: string) => DeliveryAgent | undefined
  /** The fate of one recipient. */
  readonly settled: (active: Active, index: number, transport: string, outcome: Outcome, times: DeliveryTimes) => void
  /** A delivery is over, or was not begun and never will be in this round. */
  readonly over: (active: Active) => void
  /** A destination that was full has room for the mail of its sites. */
  readonly roomAgain: (destination: Destination) => void
}

export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #roads: Roads
  readonly #stop = new AbortController()
  #isDraining = false
  running = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#roads = new Roads(options.current, () => this.#now())
    options.leases.onFreed((key) => {
      const destination = this.#roads.known(key)
      if (destination === undefined) return
      destination.isRefused = false
      this.#queue(destination)
    })
  }

  /** Takes a share; what can not be delivered now is settled at once. Answers the destination it waits at. */
  add(share: Share, address: string): Destination {
    const destination = this.#roads.destination(share.route.transport, share.route.nexthop, address)
    const now = this.#options.services.clock.now()
    const dead = destination.deadReason(now)
    if (dead !== undefined) this.#suspend(share, dead)
    else if (this.#roads.isDeferred(destination.transport))
      this.#settleAll(share, { kind: 'deferred', relay: 'none', status: '4.3.2', reason: 'deferred transport' })
    else {
      destination.add(share)
      this.#queue(destination)
    }
    return destination
  }

  limitsOf(transport: string): TransportLimits {
    return this.#roads.transport(transport).limits
  }

  /** Settles a share without a delivery. */
  refuse(share: Share, failure: RecipientFailure): void {
    const kind = failure.status.startsWith('5') ? 'bounced' : 'deferred'
    this.#settleAll(share, { kind, relay: 'none', ...failure })
  }

  /** Forgets what still waits of a message; answers how many deliveries that were. */
  withdraw(active: Active): number {
    let deliveries = 0
    for (const destination of this.#roads.destinations())
      for (const share of destination.takeOf(active)) deliveries += share.deliveries.length
    return deliveries
  }

  /** Dead destinations are tried again at once. */
  reviveAll(): void {
    for (const destination of this.#roads.destinations()) destination.revive()
  }

  /** No more deliveries start. */
  drain(): void {
    this.#isDraining = true
  }

  /** Deliveries under way give up at their next safe point. */
  abort(): void {
    this.#stop.abort()
  }

  #queue(destination: Destination): void {
    if (destination.isQueued || destination.waiting === 0 || destination.isAsking || destination.isRefused) return
    if (!destination.hasRoom) return
    destination.isQueued = true
    const transport = this.#roads.transport(destination.transport)
    transport.round.push(destination)
    this.#pump(transport)
  }

  #pump(transport: Transport): void {
    if (transport.isPumping) return
    transport.isPumping = true
    while (!this.#isDraining && transport.running < transport.limits.processes) {
      const destination = transport.round.shift()
      if (destination === undefined) break
      destination.isQueued = false
      if (destination.waiting > 0 && destination.hasRoom && !this.#mustPause(destination)) this.#admit(transport, destination)
    }
    transport.isPumping = false
  }

  /** Between two deliveries with a rate delay. */
  #mustPause(destination: Destination): boolean {
    const wait = destination.notBefore - this.#now()
    if (destination.limits.rateDelay === 0 || wait <= 0) return false
    destination.isAsking = true
    const resume = () => {
      destination.isAsking = false
      this.#queue(destination)
    }
    this.#options.services.clock.sleep(wait, this.#stop.signal).then(resume, () => undefined)
    return true
  }

  /** Asks for a lease; with it, one delivery starts. */
  #admit(transport: Transport, destination: Destination): void {
    const { concurrency } = destination.limits
    const granted = Number.isFinite(concurrency) ? this.#options.leases.acquire(destination.key, concurrency) : true
    transport.running++
    destination.running++
    const answered = (yes: boolean) => {
      destination.isAsking = false
      this.#answered(transport, destination, yes)
    }
    if (typeof granted === 'boolean') answered(granted)
    else {
      destination.isAsking = true
      granted.then(answered, () => answered(false))
    }
  }

  #answered(transport: Transport, destination: Destination, granted: boolean): void {
    if (granted && !this.#isDraining && destination.waiting > 0) {
      this.#start(transport, destination)
      this.#queue(destination)
      return
    }
    transport.running--
    destination.running--
    if (granted) this.#release(destination)
    else destination.isRefused = true
    this.#pump(transport)
  }

  #start(transport: Transport, destination: Destination): void {
    const next = destination.next()
    if (next === undefined) return
    const { share, recipients } = next
    const { active } = share
    const started = this.#options.services.clock.now()
    const open = new Set(recipients)
    let down: RecipientFailure | undefined
    let reached = false
    this.running++
    if (destination.parked.length > 0 && destination.hasRoomAgain) this.#options.roomAgain(destination)
    const settle: SettleBy = (index, outcome, times, by) => {
      if (!open.has(index)) return
      // The process stops: an attempt that was cut short is none, and is made again at the next start.
      if (this.#stop.signal.aborted && outcome.kind === 'deferred') return
      open.delete(index)
      if (outcome.kind === 'deferred' && outcome.destinationDown === true) down = outcome
      else reached = true
      this.#options.settled(active, index, by, outcome, times)
    }
    const over = (error?: unknown): void => {
      if (open.size > 0 && this.#stop.signal.aborted) active.order ??= 'leave'
      else if (open.size > 0) this.#unsettled([...open], settle, { started, transport: share.route.transport }, error)
      this.running--
      transport.running--
      destination.ended(this.#now())
      this.#judge(destination, reached ? undefined : down)
      destination.rest()
      this.#release(destination)
      active.jobs--
      this.#options.over(active)
      this.#queue(destination)
      this.#pump(transport)
    }
    this.#deliver(share, recipients, destination, settle).then(() => over(), over)
  }

  #deliver({ active, route }: Share, recipients: readonly number[], destination: Destination, settle: SettleBy): Promise<void> {
    const more = () => destination.waiting > 0
    const job = { message: active.message, route, recipients, due: active.due, more, signal: this.#stop.signal }
    return deliverBy(job, this.#options.agentFor, settle)
  }

  /** An agent that broke, or forgot recipients: they are tried again. */
  #unsettled(
    open: readonly number[],
    settle: SettleBy,
    { started, transport }: { started: number; transport: string },
    error: unknown,
  ): void {
    const cause = error === undefined ? 'delivery agent gave no result' : error instanceof Error ? error.message : String(error)
    this.#options.services.emit({ type: 'fault', where: 'queue', message: 'delivery agent failed', cause })
    const times = { started, connected: started, finished: this.#now() }
    const reason = cause.replace(/[\r\n\0]+/g, ' ')
    for (const index of open) settle(index, { kind: 'deferred', relay: 'none', status: '4.3.0', reason }, times, transport)
  }

  #judge(destination: Destination, down: RecipientFailure | undefined): void {
    if (down === undefined) {
      destination.succeeded()
      return
    }
    const pause = this.#options.current().scope.values(QUEUE_PARAMETERS).minimal_backoff_time
    if (!destination.failed(down, this.#now() + pause)) return
    for (const share of destination.takeAll()) this.#suspend(share, down)
    if (destination.parked.length > 0) this.#options.roomAgain(destination)
  }

  #suspend(share: Share, dead: RecipientFailure): void {
    const reason = `delivery temporarily suspended: ${dead.reason}`
    this.#settleAll(share, { kind: 'deferred', relay: 'none', status: dead.status, reason })
  }

  #settleAll(share: Share, outcome: Outcome): void {
    const now = this.#now()
    const times = { started: now, connected: now, finished: now }
    const { active, route, deliveries } = share
    for (const recipients of deliveries.splice(0)) {
      for (const index of recipients) this.#options.settled(active, index, route.transport, outcome, times)
      active.jobs--
    }
    this.#options.over(active)
  }

  #release(destination: Destination): void {
    if (Number.isFinite(destination.limits.concurrency)) this.#options.leases.release(destination.key)
  }

  #now(): number {
    return this.#options.services.clock.now()
  }
}
