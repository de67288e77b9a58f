/** Where messages wait until they are due and there is room for a round: after a start, between rounds, in a rush. */
import type { Services } from '../generation.ts'
import type { Directory } from '../roster.ts'
import { Alarm } from './alarm.ts'
import { Backlog, type BacklogState, type Site, type Waiting } from './backlog.ts'
import type { QueueValues } from './parameters.ts'
import { siteOf } from './recovery.ts'
import type { OpenSpool } from './spool.ts'
import type { Envelope, QueuedMessage, QueueId, Spool } from './types.ts'

/** Messages read from a spool at once. */
const LOADERS = 16
/** A message that can not be read is tried again after so many ms. */
const READ_RETRY = 60_000

export interface WaitingRoomOptions {
  readonly spools: OpenSpool[]
  readonly services: Services
  /** Messages in a round. */
  readonly active: Pick<Directory<unknown>, 'has' | 'size'>
  readonly values: () => QueueValues
  readonly begin: (message: QueuedMessage, owner: number) => void
  /** Work that must be over before the process ends. */
  readonly track: (task: Promise<unknown>) => void
}

export class WaitingRoom {
  readonly backlog = new Backlog()
  /** Messages being read, neither in the backlog nor in a round. */
  readonly loading = new Set<QueueId>()
  /** Damaged messages and records set aside. */
  corrupt = 0
  readonly #options: WaitingRoomOptions
  readonly #alarm: Alarm
  readonly #recoveries: Promise<void>[] = []
  #isStarted = false
  #isDraining = false
  #isFilling = false
  /** Accepted in this turn. */
  #fresh: QueuedMessage[] = []

  constructor(options: WaitingRoomOptions) {
    this.#options = options
    this.#alarm = new Alarm(options.services.clock, () => this.fill())
  }

  get spools(): readonly OpenSpool[] {
    return this.#options.spools
  }

  spoolOf(owner: number): Spool {
    const open = this.#options.spools[owner]
    if (open === undefined) throw new RangeError(`no spool ${owner}`)
    return open.spool
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    for (let owner = 0; owner < this.spools.length; owner++) this.#recover(owner)
    this.fill()
  }

  adopt(spool: OpenSpool): void {
    this.#options.spools.push(spool)
    if (this.#isStarted) this.#recover(this.spools.length - 1)
  }

  async recovered(): Promise<void> {
    await Promise.all(this.#recoveries)
  }

  drain(): void {
    this.#isDraining = true
    this.#alarm.stop()
  }

  /** New mail of the own spool. Its round begins a turn later: the client that waits for its 250 comes first. */
  accept(message: QueuedMessage): void {
    if (this.#fresh.push(message) === 1) setImmediate(this.#takeFresh)
  }

  readonly #takeFresh = (): void => {
    const fresh = this.#fresh
    this.#fresh = []
    for (const message of fresh) this.#take(message)
  }

  /** A round at once, unless its destination or the memory is full. */
  #take(message: QueuedMessage): void {
    const { envelope } = message
    const { services, active, values, track, begin } = this.#options
    if (envelope.hold === true) {
      services.emit({ type: 'held', queueId: envelope.id, why: '' })
      this.shelve(envelope.id, 0, envelope, 'hold')
      track(this.spoolOf(0).keep(envelope))
      return
    }
    const isFull = active.size >= values().qmgr_message_active_limit
    const isBusy = this.backlog.site(siteOf(envelope)).destination?.isFull === true
    if (!this.#isStarted || this.#isDraining || isFull || isBusy) this.shelve(envelope.id, 0, envelope, 'incoming')
    else begin(message, 0)
  }

  /** Lets a message wait for its time. */
  shelve(id: QueueId, spool: number, envelope: Envelope, state: BacklogState): void {
    const due = envelope.next ?? 0
    this.backlog.add({ id, spool, site: siteOf(envelope), due, state })
    if (state !== 'hold') this.#wakeAt(due)
  }

  /** Sites that were passed over because their destination was full take part again. */
  unpark(sites: Site[]): void {
    this.backlog.unpark(sites)
    this.fill()
  }

  /** Starts rounds for messages that are due, as many as there is room for. */
  fill(): void {
    if (!this.#isStarted || this.#isDraining || this.#isFilling || this.backlog.size === 0) return
    this.#isFilling = true
    const { active, values, services, track } = this.#options
    this.backlog.ripen(services.clock.now())
    const limit = values().qmgr_message_active_limit
    while (this.loading.size < LOADERS && active.size + this.loading.size < limit) {
      const waiting = this.backlog.take()
      if (waiting === undefined) break
      this.loading.add(waiting.id)
      track(this.#load(waiting))
    }
    this.#isFilling = false
    this.#wakeAt(this.backlog.earliest())
  }

  async #load(waiting: Waiting): Promise<void> {
    const { id, spool } = waiting
    const message = await this.#read(waiting)
    this.loading.delete(id)
    if (message === undefined) await this.#countCorrupt()
    else if (message === 'unreadable') this.backlog.add({ ...waiting, due: this.#options.services.clock.now() + READ_RETRY })
    else if (message.envelope.hold === true) this.shelve(id, spool, message.envelope, 'hold')
    else if (this.#isDraining) this.backlog.add(waiting)
    else this.#options.begin(message, spool)
    this.fill()
  }

  async #read({ id, spool }: Waiting): Promise<QueuedMessage | undefined | 'unreadable'> {
    try {
      return await this.spoolOf(spool).read(id)
    } catch (error) {
      this.#warn(id, error)
      return 'unreadable'
    }
  }

  #recover(owner: number): void {
    const open = this.spools[owner]
    if (open === undefined) return
    const recovery = this.#readBack(open, owner)
    this.#recoveries.push(recovery)
    this.#options.track(recovery)
  }

  async #readBack(open: OpenSpool, owner: number): Promise<void> {
    try {
      for await (const batch of open.recovered) {
        for (const { id, next, hold, tried, site } of batch) {
          if (this.#options.active.has(id) || this.loading.has(id)) continue
          this.backlog.add({ id, spool: owner, site, due: next, state: hold ? 'hold' : tried ? 'deferred' : 'incoming' })
        }
        if (this.#isDraining) return
        this.fill()
      }
      await this.#countCorrupt()
    } catch (error) {
      this.#warn('recovery', error)
    }
  }

  async #countCorrupt(): Promise<void> {
    let count = 0
    for (const { corrupt } of this.spools) count += await corrupt()
    this.corrupt = count
  }

  #wakeAt(due: number): void {
    if (this.#isDraining || !Number.isFinite(due)) return
    const { services, values } = this.#options
    this.#alarm.at(Math.min(due, services.clock.now() + values().queue_run_delay))
  }

  #warn(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`
    this.#options.services.emit({ type: 'warning', where: 'queue', message })
  }
}
