/**
 * The worker processes: started (before there is a configuration, so that they load their modules meanwhile), replaced with
 * a growing delay when they die, asked together, stopped together.
 */
import type { ChildProcess } from 'node:child_process'
import { Channel, type Methods, RemoteError } from './channel.ts'
import type { StartOrder, StartReport } from './orders.ts'

/** Milliseconds before a worker that died early is replaced: doubled for each early death in a row. */
const FIRST_DELAY = 100
const LONGEST_DELAY = 10_000
/** A worker that lived this long did not die of its start. */
const SETTLED = 10_000
/** Processes that may die in one place while the gateway starts. */
const MOST_TRIES = 3
/** Milliseconds beyond the grace time after which a worker that does not end is killed. */
const PATIENCE = 3000

/** Milliseconds that a request waits for a worker that is being replaced, and between looks. */
const REPLACEMENT_PATIENCE = 5000
const REPLACEMENT_INTERVAL = 20

/** A worker ended or does not serve; another takes its place, so that trying again helps. */
export class WorkerGone extends Error {
  readonly temporary = true
  constructor(index: number, how: string) {
    super(`worker ${index} is gone: ${how}`)
    this.name = 'WorkerGone'
  }
}

export interface PoolOptions {
  /** Starts a process. */
  fork(): ChildProcess
  /** What the worker in this place shall do; asked again for each replacement. */
  order(index: number): StartOrder
  /** What that worker may ask. */
  methods(index: number): Methods
  /** A worker is gone; nobody asked it to go. */
  onDeath(index: number, pid: number, how: string): void
  /** A replacement serves, or could not start. */
  onReplaced(index: number, problem: Error | undefined): void
}

interface Slot {
  readonly index: number
  child: ChildProcess
  channel: Channel
  forked: number
  /** Deaths in a row soon after the start. */
  early: number
  exited: Promise<string>
  timer: NodeJS.Timeout | undefined
  isStarted: boolean
}

export class WorkerPool {
  readonly #options: PoolOptions
  readonly #slots: Slot[] = []
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Starts processes up to this number; they load their modules and wait. */
  preload(count: number): void {
    while (this.#slots.length < count) {
      const slot = { index: this.#slots.length, early: 0, timer: undefined } as Slot
      this.#fork(slot)
      this.#slots.push(slot)
    }
  }

  get size(): number {
    return this.#slots.length
  }

  /**
   * Brings up `count` workers, the first one alone: it greets clients sooner when the others do not load their modules at the
   * same time. @throws the first failure, when any can not serve
   */
  async start(count: number): Promise<readonly StartReport[]> {
    this.preload(1)
    const [first] = this.#slots
    if (first === undefined) return []
    const report = await this.#bringUp(first)
    if (this.#stopping) throw new Error('told to stop')
    this.preload(count)
    return [report, ...(await Promise.all(this.#slots.slice(1).map((slot) => this.#bringUp(slot))))]
  }

  /** A worker that says that it can not serve ends the start; one that dies without a word is replaced a few times. */
  async #bringUp(slot: Slot): Promise<StartReport> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#start(slot)
      } catch (error) {
        if (error instanceof RemoteError || this.#stopping || tries === MOST_TRIES) throw error
        await slot.exited
        this.#fork(slot)
      }
    }
  }

  /** Asks every worker, each when it serves; one that does not answers with its error. */
  askAll<R>(method: string, argument?: unknown): Promise<PromiseSettledResult<R>[]> {
    return Promise.allSettled(this.#slots.map((slot) => this.#ask<R>(slot, method, argument)))
  }

  /** @throws RemoteError; WorkerGone when it does not serve, and is not replaced in time */
  ask<R>(index: number, method: string, argument?: unknown): Promise<R> {
    const slot = this.#slots[index]
    return slot === undefined ? Promise.reject(new WorkerGone(index, 'there is none')) : this.#ask<R>(slot, method, argument)
  }

  /**
   * Asks those workers that serve now.
   * @returns their answers, and what ends the others, so that they come back with a fresh order
   */
  async askServing(
    method: string,
    argument?: unknown,
  ): Promise<{ results: PromiseSettledResult<unknown>[]; renewOthers(): void }> {
    const others = this.#slots.filter((slot) => !slot.isStarted)
    const serving = this.#slots.filter((slot) => slot.isStarted)
    const results = await Promise.allSettled(serving.map((slot) => slot.channel.call(method, argument)))
    return {
      results,
      renewOthers() {
        for (const slot of others) slot.child.kill('SIGKILL')
      },
    }
  }

  /** Asks a process at once, whether it serves yet or not. @throws RemoteError; WorkerGone */
  askNow<R>(index: number, method: string, argument?: unknown): Promise<R> {
    return this.#slots[index]?.channel.call<R>(method, argument) ?? Promise.reject(new WorkerGone(index, 'there is none'))
  }

  tell(index: number, method: string, argument?: unknown): void {
    this.#slots[index]?.channel.tell(method, argument)
  }

  tellAll(method: string, argument?: unknown): void {
    for (const slot of this.#slots) slot.channel.tell(method, argument)
  }

  /** It has started, and nobody has asked it to go. */
  isServing(index: number): boolean {
    return !this.#stopping && this.#slots[index]?.isStarted === true
  }

  /** Ends one worker at once, whatever it is doing; another takes its place. */
  killOne(index: number): void {
    this.#slots[index]?.child.kill('SIGKILL')
  }

  /** Ends all workers at once, whatever they are doing. */
  kill(): void {
    for (const slot of this.#slots) slot.child.kill('SIGKILL')
  }

  /** Ends one worker in order and starts another in its place, with a fresh order. @throws when the new one can not serve */
  async replace(index: number, grace: number): Promise<StartReport> {
    const slot = this.#slots[index]
    if (slot === undefined) throw new Error(`no worker ${index}`)
    slot.isStarted = false
    await this.#end(slot, grace)
    this.#fork(slot)
    return this.#start(slot)
  }

  /** Ends all workers: each finishes what it is doing within `grace` ms, then it is killed. */
  async stop(grace: number): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#slots.map((slot) => this.#end(slot, grace)))
  }

  async #ask<R>(slot: Slot, method: string, argument: unknown): Promise<R> {
    const end = performance.now() + REPLACEMENT_PATIENCE
    while (!slot.isStarted) {
      if (this.#stopping || performance.now() > end) throw new WorkerGone(slot.index, 'it does not serve')
      await new Promise((wake) => setTimeout(wake, REPLACEMENT_INTERVAL))
    }
    return slot.channel.call<R>(method, argument)
  }

  async #end(slot: Slot, grace: number): Promise<void> {
    clearTimeout(slot.timer)
    const killer = setTimeout(() => slot.child.kill('SIGKILL'), grace + PATIENCE)
    slot.channel.call('stop', { grace }).catch(() => {})
    await slot.exited
    clearTimeout(killer)
  }

  async #start(slot: Slot): Promise<StartReport> {
    const report = await slot.channel.call<StartReport>('start', this.#options.order(slot.index))
    slot.isStarted = true
    return report
  }

  #fork(slot: Slot): void {
    const child = this.#options.fork()
    const wire = {
      send: (message: unknown) => {
        if (child.connected) child.send(message as object, () => {})
      },
      onMessage: (listener: (message: unknown) => void) => void child.on('message', listener),
    }
    slot.child = child
    slot.channel = new Channel(wire, this.#options.methods(slot.index))
    slot.forked = performance.now()
    slot.isStarted = false
    const channel = slot.channel
    slot.exited = new Promise((resolve) => {
      const gone = (how: string): void => {
        channel.close(new WorkerGone(slot.index, how))
        resolve(how)
        this.#died(slot, child, how)
      }
      child.once('error', (error) => gone(error.message))
      child.once('exit', (code, signal) => gone(signal ?? `exit status ${code}`))
    })
  }

  /** A worker that was serving is gone: another takes its place. */
  #died(slot: Slot, child: ChildProcess, how: string): void {
    if (this.#stopping || !slot.isStarted || slot.child !== child) return
    slot.isStarted = false
    slot.early = performance.now() - slot.forked > SETTLED ? 0 : slot.early + 1
    this.#options.onDeath(slot.index, child.pid ?? 0, how)
    this.#replaceSoon(slot)
  }

  #replaceSoon(slot: Slot): void {
    const delay = slot.early <= 1 ? 0 : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (slot.early - 2))
    slot.timer = setTimeout(() => {
      this.#fork(slot)
      this.#start(slot).then(
        () => this.#options.onReplaced(slot.index, undefined),
        (error) => this.#retry(slot, error),
      )
    }, delay)
  }

  /** The replacement itself could not start: it is ended, and tried again later. */
  async #retry(slot: Slot, problem: Error): Promise<void> {
    if (this.#stopping) return
    this.#options.onReplaced(slot.index, problem)
    slot.early++
    slot.child.kill('SIGKILL')
    await slot.exited
    if (!this.#stopping) this.#replaceSoon(slot)
  }
}
