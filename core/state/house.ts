/**
 * Opens the state of a gateway, once for each configuration of it: a reload that does not change it goes on with the same
 * engine, and what it remembers. Nothing is opened or loaded before something uses it.
 */
import { Batch, type RunBatch } from './batch.ts'
import { Guard } from './guard.ts'
import { MemoryEngine } from './memory.ts'
import { LocalPresence, SharedPresence } from './presence.ts'
import type { Answer, Engine, OnFailure, Op, OpenState, Presence, State, StateConfig, StateReport, Store } from './types.ts'
import { Use } from './uses.ts'

/** What the process offers. */
export interface HouseOptions {
  /** Counts of this machine; default: of this process. */
  readonly presence?: Presence
  /** Memory that several processes share; default: that of this process. */
  readonly sharedMemory?: RunBatch
  /** The engine has become unavailable, with the reason, or available again. */
  onChange?(engine: Engine['name'], isAvailable: boolean, reason: string): void
}

export class StateHouse {
  readonly #options: HouseOptions
  readonly #open = new Map<string, { state: Tenancy; users: number }>()

  constructor(options: HouseOptions = {}) {
    this.#options = options
  }

  open(config: StateConfig): OpenState {
    const key = JSON.stringify(config)
    const known = this.#open.get(key)
    const entry = known ?? { state: new Tenancy(config, this.#options), users: 0 }
    this.#open.set(key, entry)
    entry.users++
    let isClosed = false
    const { state } = entry
    return {
      use: (name, policy) => state.use(name, policy),
      get presence() {
        return state.presence
      },
      ready: () => state.ready(),
      report: () => state.report(),
      close: async () => {
        if (isClosed) return
        isClosed = true
        if (--entry.users > 0) return
        this.#open.delete(key)
        await state.close()
      },
    }
  }

  /** How the engines in use are doing. */
  reports(): readonly StateReport[] {
    return [...this.#open.values()].flatMap(({ state }) => state.report() ?? [])
  }
}

/** One engine with its guard. */
class Tenancy implements State {
  readonly #config: StateConfig
  readonly #options: HouseOptions
  readonly #local: Presence
  #engine: Promise<Engine> | undefined
  #memory: MemoryEngine | undefined
  #guard: Guard | undefined
  #shared: SharedPresence | undefined
  #isUsed = false

  constructor(config: StateConfig, options: HouseOptions) {
    this.#config = config
    this.#options = options
    this.#local = options.presence ?? new LocalPresence()
    if (config.engine === 'memory' && options.sharedMemory === undefined) this.#memory = new MemoryEngine(config.maxEntries)
  }

  use(name: string, { onFailure }: { readonly onFailure: OnFailure }): Store {
    this.#isUsed = true
    const memory = this.#memory
    // Memory of this process can neither fail nor be late.
    return new Use(memory === undefined ? (op) => this.#run(op) : (op) => memory.run(op), name, onFailure)
  }

  get presence(): Presence {
    if (this.#config.engine !== 'redis') return this.#local
    this.#shared ??= new SharedPresence(this.use('+presence', { onFailure: 'open' }), this.#local)
    return this.#shared
  }

  async ready(): Promise<void> {
    if (this.#isUsed && this.#memory === undefined) await (await this.#opened()).ready()
  }

  report(): StateReport | undefined {
    return this.#guard?.report()
  }

  async close(): Promise<void> {
    this.#shared?.close()
    this.#guard?.close()
    await this.#memory?.close()
    await this.#engine?.then((engine) => engine.close())
  }

  #run(op: Op): Promise<Answer> {
    return this.#guard === undefined ? this.#opened().then(() => this.#run(op)) : this.#guard.run(op)
  }

  #opened(): Promise<Engine> {
    this.#engine ??= this.#make().then((engine) => {
      this.#guard = new Guard(engine, {
        timeout: this.#config.timeout,
        onChange: (isAvailable, reason) => this.#options.onChange?.(engine.name, isAvailable, reason),
      })
      return engine
    })
    return this.#engine
  }

  /** Engines are loaded when they are needed: ioredis alone takes as long as all the rest. */
  async #make(): Promise<Engine> {
    const { engine, file, redis, timeout } = this.#config
    if (engine === 'sqlite') return new (await import('./sqlite.ts')).SqliteEngine(file)
    if (engine === 'redis' && redis !== undefined) return new (await import('./redis.ts')).RedisEngine(redis, timeout)
    return inSharedMemory(this.#options.sharedMemory)
  }
}

/** The memory engine where it is in another process. */
function inSharedMemory(run: RunBatch | undefined): Engine {
  if (run === undefined) throw new Error('there is no memory to share')
  const batch = new Batch(run)
  return { name: 'memory', run: (op) => batch.run(op), ready: async () => {}, close: async () => {} }
}
