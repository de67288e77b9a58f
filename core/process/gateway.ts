/** What a worker does when its supervisor asks: start, switch to a new configuration, stop, tell how it does. */
import type { Configuration } from '../config/types.ts'
import type { Generation } from '../generation.ts'
import { createLog, type Log } from '../log/log.ts'
import type { Queue } from '../queue/manager-types.ts'
import { StateHouse } from '../state/house.ts'
import type { OpenState, StateConfig } from '../state/types.ts'
import { Endpoints, type MakeEndpoint } from './endpoints.ts'
import { type Engines, openEngines } from './engines.ts'
import { buildEpoch, type Epoch } from './epoch.ts'
import { createLeases } from './leases.ts'
import { isSameLog, logIdentity } from './log-identity.ts'
import type { Office, PrepareOrder, StartOrder, StartReport, StopOrder, WorkerStatus } from './orders.ts'
import { WorkerPresence } from './presence.ts'
import { dropForGood, stepDown } from './privileges.ts'
import { QueueWindow } from './queue-window.ts'
import { createServices } from './services.ts'
import { within } from './within.ts'

/** Milliseconds for sessions on a listener that a reload removed. */
const REMOVED_GRACE = 30_000
/** Milliseconds after which a stopped worker ends even if something still keeps it alive. */
const LINGER = 1000

export class Gateway {
  readonly #office: Office
  readonly #began = performance.now()
  readonly #services = createServices(
    () => this.#log,
    () => this.#epoch?.generation,
    (config) => this.#state(config),
    (address) => this.#engines?.probe(address) ?? Promise.reject(new Error('the queue is not open yet')),
  )
  readonly #endpoints = new Endpoints()
  readonly window = new QueueWindow(() => this.#queue())
  #log: Log = createLog({ format: 'maillog', level: 'info' })
  #order: StartOrder | undefined
  readonly presence: WorkerPresence
  #house: StateHouse | undefined
  #leases: ReturnType<typeof createLeases> | undefined
  #epoch: Epoch | undefined
  #prepared: Epoch | undefined
  #engines: Engines | undefined
  #starting: Promise<unknown> = Promise.resolve()
  #stopping: Promise<void> | undefined

  constructor(office: Office) {
    this.#office = office
    this.presence = new WorkerPresence(office)
  }

  /** @throws whatever prevents it from serving; the process is of no use then */
  start(order: StartOrder): Promise<StartReport> {
    const starting = this.#start(order)
    this.#starting = starting.catch(() => {})
    return starting
  }

  async #start(order: StartOrder): Promise<StartReport> {
    const { account, config, count, generation, owners } = order
    this.#order = order
    if (account !== undefined) stepDown(account)
    this.#log = createLog(config.log, logIdentity(config, order))
    this.#leases = createLeases(count, this.#office)
    this.presence.begin(count, order.watched ?? [])
    this.#epoch = await buildEpoch(config, this.#services, generation)
    this.#engines = await openEngines({
      queueDirectory: config.queueDirectory,
      owners,
      services: this.#services,
      leases: this.#leases,
      epoch: () => this.#current(),
      flushSite: (site) => this.#office.flushSite(site),
    })
    this.#hearNotices(this.#epoch.generation)
    await this.#endpoints.prepare(config, this.#maker(this.#epoch.generation), account !== undefined)
    if (account !== undefined) dropForGood(account)
    this.#endpoints.commit(config, 0)
    return { listeners: this.#endpoints.describe() }
  }

  /** Builds a generation and opens its new listeners. @throws when it can not be had; nothing has changed then */
  async prepare({ config, generation }: PrepareOrder): Promise<void> {
    await this.abort()
    const epoch = await buildEpoch(config, this.#services, generation)
    this.#hearNotices(epoch.generation)
    try {
      await this.#endpoints.prepare(config, this.#maker(epoch.generation), false)
    } catch (error) {
      epoch.close()
      throw error
    }
    this.#prepared = epoch
  }

  /** From now on new sessions and deliveries use what was prepared. */
  commit(): void {
    const prepared = this.#prepared
    const before = this.#epoch
    if (prepared === undefined || before === undefined) return
    this.#prepared = undefined
    this.#epoch = prepared
    this.#endpoints.commit(prepared.generation.config, REMOVED_GRACE)
    this.#followLog(before.generation.config, prepared.generation.config)
    before.close()
  }

  async abort(): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = undefined
    await this.#endpoints.abort()
    prepared?.close()
  }

  /** Stops accepting; commands and deliveries under way are finished within the grace time; then the process ends. */
  stop({ grace }: StopOrder): Promise<void> {
    this.#stopping ??= this.#stop(grace)
    return this.#stopping
  }

  reopenLog(): void {
    this.#log.reopen()
  }

  /** The supervisor has room for this destination. */
  freed(key: string): void {
    this.#leases?.freed(key)
  }

  status(): WorkerStatus {
    return {
      pid: process.pid,
      generation: this.#current().generation.number,
      uptime: Math.round((performance.now() - this.#began) / 1000),
      memory: process.memoryUsage.rss(),
      connections: this.#endpoints.connections,
      queue: this.#queue().counts(),
      listeners: this.#endpoints.describe(),
      state: this.#house?.reports() ?? [],
    }
  }

  /** The process is about to end: the last words. */
  fault(where: string, message: string): void {
    this.#log.event({ type: 'fault', where, message })
    this.#log.flush()
  }

  /** A listener sees its own generation until that is the current one, and the current one from then on. */
  #maker(generation: Generation): MakeEndpoint {
    return (config) => {
      if (this.#engines === undefined) throw new Error('the engines are not open yet')
      const current = (): Generation => {
        const now = this.#epoch?.generation ?? generation
        return now.number < generation.number ? generation : now
      }
      return this.#engines.listener(config.name, current)
    }
  }

  /** Postmaster notices are mailed, beside what steps do with them. */
  #hearNotices({ hooks }: Generation): void {
    const notify = this.#engines?.notify
    if (notify !== undefined) hooks.notify.tapPromise('postmaster', notify)
  }

  #state(config: StateConfig): OpenState {
    this.#house ??= new StateHouse({
      presence: this.presence,
      ...((this.#order?.count ?? 1) > 1 ? { sharedMemory: (ops) => this.#office.state(ops) } : {}),
      onChange: (engine, isAvailable, reason) => this.#services.emit({ type: 'state', engine, isAvailable, reason }),
    })
    return this.#house.open(config)
  }

  #queue(): Queue {
    if (this.#engines === undefined) throw new Error('the queue is not open yet')
    return this.#engines.queue
  }

  #current(): Epoch {
    if (this.#epoch === undefined) throw new Error('not started yet')
    return this.#epoch
  }

  #followLog(before: Configuration, now: Configuration): void {
    if (this.#order === undefined || isSameLog(before, now)) return
    const old = this.#log
    this.#log = createLog(now.log, logIdentity(now, this.#order))
    old.close()
  }

  async #stop(grace: number): Promise<void> {
    // What is half open can not be closed in order; nothing has been promised to anyone yet.
    if (!(await within(this.#starting, LINGER))) process.exit(0)
    await Promise.all([this.#endpoints.close(grace), this.#engines?.drain(grace)])
    this.window.close()
    await this.#engines?.close()
    this.#prepared?.close()
    this.#epoch?.close()
    this.#services.dns.close()
    setTimeout(() => process.exit(0), LINGER).unref()
    this.#log.flush()
    if (process.connected) process.disconnect?.()
  }
}
