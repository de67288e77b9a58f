/**
 * The queue manager: brings messages from the spools to their destinations in rounds, a bounded number at a time, and
 * carries out an operator's orders. Postfix: qmgr(8), postsuper(1), postqueue(1).
 */
import type { Generation, Services } from '../generation.ts'
import { Directory } from '../roster.ts'
import type { DeliveryAgent, Route } from '../smtp/types.ts'
import { type Active, expandedOf, readdressed, type Share, unfinishedOf } from './active.ts'
import { AdminDesk } from './admin.ts'
import { Dispatcher } from './dispatcher.ts'
import { type Router, routesOf, sharesOf } from './grouping.ts'
import type { Bouncer, Leases, Queue } from './manager-types.ts'
import { QUEUE_PARAMETERS } from './parameters.ts'
import { siteOf } from './recovery.ts'
import { type RoundEnd, Rounds } from './rounds.ts'
import type { OpenSpool } from './spool.ts'
import type { Envelope, NewContent, QueuedMessage, QueueId, Spool } from './types.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface QueueDependencies {
  /** The worker's own spool first; it takes new mail. */
  readonly spools: readonly OpenSpool[]
  readonly current: () => Generation
  readonly services: Services
  readonly leases: Leases
  readonly agentFor: (transport: string) => DeliveryAgent | undefined
  readonly bouncer: Bouncer
  readonly route: Router
}

/** A queue with what only its own process needs. */
export interface QueueManager extends Queue {
  /** Brings back what earlier runs left and begins to deliver. */
  start(): void
  /** Takes over the spool of a worker that is gone. */
  adopt(spool: OpenSpool): void
  /** Resolves when all that was left by earlier runs is known. */
  recovered(): Promise<void>
  /** Deliveries under way are told to give up. */
  abort(): void
}

export function createQueue(dependencies: QueueDependencies): QueueManager {
  return new Manager(dependencies)
}

export class Manager implements QueueManager {
  /** Messages in a round. */
  readonly active = new Directory<Active>()
  readonly dispatcher: Dispatcher
  readonly room: WaitingRoom
  readonly #dependencies: QueueDependencies
  readonly #rounds: Rounds
  readonly #desk: AdminDesk
  readonly #tasks = new Set<Promise<unknown>>()
  #drained: (() => void) | undefined

  constructor(dependencies: QueueDependencies) {
    this.#dependencies = dependencies
    const { current, services, leases, agentFor, bouncer, spools } = dependencies
    this.#rounds = new Rounds({ current, services, bouncer })
    this.room = new WaitingRoom({
      spools: [...spools],
      services,
      active: this.active,
      values: () => current().scope.values(QUEUE_PARAMETERS),
      begin: (message, owner) => this.#begin(message, owner),
      track: (task) => this.#track(task),
    })
    this.dispatcher = new Dispatcher({
      current,
      services,
      leases,
      agentFor,
      settled: (active, index, transport, outcome, times) => this.#rounds.settled(active, index, transport, outcome, times),
      over: (active) => this.over(active),
      roomAgain: (destination) => this.room.unpark(destination.parked),
    })
    this.#desk = new AdminDesk(this, services)
  }

  start(): void {
    this.room.start()
  }

  adopt(spool: OpenSpool): void {
    this.room.adopt(spool)
  }

  recovered(): Promise<void> {
    return this.room.recovered()
  }

  accept(message: QueuedMessage): void {
    this.room.accept(message)
  }

  async submit(envelope: Envelope, content: NewContent): Promise<QueueId> {
    const message = await this.spoolOf(0).commit(envelope, content)
    this.room.accept(message)
    return envelope.id
  }

  list() {
    return this.#desk.list()
  }
  show(id: QueueId) {
    return this.#desk.show(id)
  }
  flush: Queue['flush'] = (selection) => this.#desk.flush(selection)
  hold: Queue['hold'] = (selection) => this.#desk.hold(selection)
  release: Queue['release'] = (selection) => this.#desk.release(selection)
  requeue: Queue['requeue'] = (selection) => this.#desk.requeue(selection)
  delete: Queue['delete'] = (selection) => this.#desk.delete(selection)

  counts() {
    const { backlog, loading, corrupt } = this.room
    return {
      incoming: backlog.count('incoming'),
      active: this.active.size + loading.size,
      deferred: backlog.count('deferred'),
      hold: backlog.count('hold'),
      corrupt,
    }
  }

  async drain(): Promise<void> {
    this.room.drain()
    this.dispatcher.drain()
    if (this.dispatcher.running > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    while (this.#tasks.size > 0) await Promise.all(this.#tasks)
  }

  abort(): void {
    this.dispatcher.abort()
  }

  spoolOf(owner: number): Spool {
    return this.room.spoolOf(owner)
  }

  /** A delivery is over; when it was the last of its round, so is the round. */
  over(active: Active): void {
    if (this.#drained !== undefined && this.dispatcher.running === 0) this.#drained()
    if (active.jobs > 0 || this.active.get(active.id) !== active) return
    active.jobs = -1
    const end = this.#rounds.end(active)
    if (end instanceof Promise) this.#track(end.then((how) => this.#ended(active, how)))
    else this.#ended(active, end)
  }

  /** No message is between backlog and round. */
  async loaded(): Promise<void> {
    while (this.room.loading.size > 0) await Promise.race(this.#tasks)
  }

  /** The message is not between a round and the backlog. */
  async ended(id: QueueId): Promise<void> {
    while (this.active.get(id)?.jobs === -1) await Promise.race(this.#tasks)
  }

  #begin(message: QueuedMessage, owner: number): void {
    const { envelope } = message
    const open = unfinishedOf(message)
    const active: Active = {
      id: envelope.id,
      message,
      spool: this.spoolOf(owner),
      owner,
      site: this.room.backlog.site(siteOf(envelope)),
      due: this.#dependencies.services.clock.now(),
      unfinished: open.length,
      // One more until all shares are handed out.
      jobs: 1,
      failures: [],
      deferred: [],
      successes: expandedOf(message),
      isGone: false,
      order: undefined,
    }
    this.active.set(active.id, active)
    const { size } = message.content.facts
    this.#dependencies.services.emit({ type: 'queued', envelope, size, pending: open.length, active: this.active.size })
    const routes = routesOf(envelope, open, this.#dependencies.route, (text) => this.#warn(text))
    if (routes instanceof Promise) this.#track(routes.then((all) => this.#dispatch(active, open, all)))
    else this.#dispatch(active, open, routes)
  }

  /** Hands the recipients out, unless an order came first. */
  #dispatch(active: Active, open: readonly number[], routes: readonly Route[]): void {
    if (active.order === undefined) {
      active.message = readdressed(active.message, open, routes)
      const shares = sharesOf(active, open, routes, (transport) => this.dispatcher.limitsOf(transport).recipients)
      for (const { deliveries } of shares) active.jobs += deliveries.length
      for (const share of shares) this.#handOut(active, share)
    }
    active.jobs--
    this.over(active)
  }

  #handOut(active: Active, share: Share): void {
    if (share.route.failure !== undefined) this.dispatcher.refuse(share, share.route.failure)
    else {
      const first = share.deliveries[0]?.[0] ?? 0
      active.site.destination = this.dispatcher.add(share, active.message.envelope.recipients[first]?.address ?? '')
    }
  }

  #ended(active: Active, how: RoundEnd): void {
    this.active.delete(active.id)
    const { envelope } = active.message
    if (how === 'kept') this.room.shelve(active.id, active.owner, envelope, envelope.hold === true ? 'hold' : 'deferred')
    else this.room.backlog.forget(active.site)
    this.room.fill()
  }

  #track(task: Promise<unknown>): void {
    const settled: Promise<unknown> = task
      .catch((error: unknown) => this.#warn(error instanceof Error ? error.message : String(error)))
      .finally(() => this.#tasks.delete(settled))
    this.#tasks.add(settled)
  }

  #warn(message: string): void {
    this.#dependencies.services.emit({ type: 'warning', where: 'queue', message })
  }
}
