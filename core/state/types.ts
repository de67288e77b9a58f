/**
 * Shared state: what is remembered beyond a session, by all workers of a machine or, with Redis, by all gateways. Values,
 * counters, token buckets and tallies, each with an expiry; every operation is atomic for everyone who shares the engine.
 */

type MaybePromise<T> = T | Promise<T>

/** What a use wants when the engine can not be asked: `open` goes on as if the step were not there, `closed` is the step's onError. */
export type OnFailure = 'open' | 'closed'

/** A bucket that holds `burst` tokens when full and gets `rate` new ones each second. */
export interface Bucket {
  readonly rate: number
  readonly burst: number
}

/** What came of taking tokens. */
export interface Taken {
  readonly granted: boolean
  /** Tokens left. */
  readonly left: number
  /** Milliseconds until as many tokens as were asked for will be there; 0 when granted. */
  readonly wait: number
}

/**
 * The state of one use, under keys of its own. Answers come at once where the engine can (memory), else by promise. Times are
 * milliseconds. A value, a counter, a bucket and a tally may have the same key. Keys may be anything that a peer sent.
 * Every method fails with StateError, by throwing or by rejection.
 */
export interface Store {
  /** The value; undefined when there is none, or it has expired. */
  get(key: string): MaybePromise<string | undefined>
  set(key: string, value: string, lifetime: number): MaybePromise<void>
  /** Sets the value if it now is `expected`; undefined: if there is none. True when it was set. */
  compareAndSet(key: string, expected: string | undefined, value: string, lifetime: number): MaybePromise<boolean>
  /** Forgets everything under this key: value, counter, bucket and tally. */
  delete(key: string): MaybePromise<void>
  /**
   * Adds to a counter and returns its new value. Its window begins with the first addition and ends after `window`; the next
   * addition begins another. An amount of 0 only looks.
   */
  add(key: string, amount: number, window: number): MaybePromise<number>
  /** Takes tokens from a bucket, all or none. */
  take(key: string, bucket: Bucket, tokens: number): MaybePromise<Taken>
  /**
   * Says how many of something this holder has (absolute, 0: none), good for `lifetime`, and returns the sum over all holders.
   * What a dead holder said expires by itself.
   */
  tally(key: string, holder: string, held: number, lifetime: number): MaybePromise<number>
}

/** Counts what is open now (connections of a client), exactly, over all who share it; what a killed worker had open is not counted. */
export interface Presence {
  /**
   * One more. Returns how many there are: exact when that is over `limit`, else perhaps too low. Answers at once as long as
   * this worker alone can tell that there are not more than `limit`.
   */
  enter(key: string, limit: number): MaybePromise<number>
  /** One less; for each `enter` that was called, whatever came of it. */
  leave(key: string): void
}

/** What plugins are offered as `ctx.state`. */
export interface State {
  /** @param name of the use; steps that name the same one share what they know */
  use(name: string, policy: { readonly onFailure: OnFailure }): Store
  readonly presence: Presence
}

/** The engine could not be asked, did not answer in time, or is left alone for a while because of that. */
export class StateError extends Error {
  readonly onFailure: OnFailure
  constructor(use: string, onFailure: OnFailure, cause: unknown) {
    super(`state of ${use}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'StateError'
    this.onFailure = onFailure
  }
}

/** One operation as engines are given it; keys are whole, with the name of their use. */
export type Op =
  | { readonly op: 'get' | 'delete'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly lifetime: number }
  | {
      readonly op: 'swap'
      readonly key: string
      /** Null: there must be none. */
      readonly expected: string | null
      readonly value: string
      readonly lifetime: number
    }
  | { readonly op: 'add'; readonly key: string; readonly amount: number; readonly window: number }
  | { readonly op: 'take'; readonly key: string; readonly rate: number; readonly burst: number; readonly tokens: number }
  | { readonly op: 'tally'; readonly key: string; readonly holder: string; readonly held: number; readonly lifetime: number }

/** What an operation answers with: null stands for "no value", because answers may travel as JSON. */
export type Answer = string | number | boolean | null | Taken

/** Where state is kept. */
export interface Engine {
  readonly name: 'memory' | 'sqlite' | 'redis'
  run(op: Op): MaybePromise<Answer>
  /** Keys of one lane fail together: a node of a cluster. Default: all are one. */
  lane?(key: string): number
  /** Resolves when it can be used. @throws what keeps it from that; an engine elsewhere never does */
  ready(): Promise<void>
  /** It does not answer any more: another connection may. */
  renew?(): void
  close(): Promise<void>
}

/** How the engine of a gateway is doing, for status and metrics. */
export interface StateReport {
  readonly engine: Engine['name']
  readonly isAvailable: boolean
  readonly operations: number
  /** Operations that failed, and those that were not even tried because the engine was known to be down. */
  readonly failures: number
  readonly skipped: number
}

/** State that someone has opened. */
export interface OpenState extends State {
  /** Opens the engine if anything uses it. @throws Error when an engine of this machine can not be had */
  ready(): Promise<void>
  /** Undefined: it has not been used. */
  report(): StateReport | undefined
  /** For each `open`; the last one closes the engine. */
  close(): Promise<void>
}

/** Settings of the engine, as the configuration has them. */
export interface StateConfig {
  readonly engine: Engine['name']
  /** Database of the sqlite engine. */
  readonly file: string
  /** Entries that the memory engine keeps at most; the oldest go first. */
  readonly maxEntries: number
  /** Longest wait for one answer. */
  readonly timeout: number
  readonly redis?: RedisConfig
}

/** Where Redis is: one of `url`, `cluster` and `sentinels`. */
export interface RedisConfig {
  readonly url?: string
  readonly cluster?: readonly string[]
  readonly sentinels?: readonly string[]
  /** Name of the master that the sentinels watch. */
  readonly master?: string
  readonly username?: string
  readonly password?: string
  readonly tls?: boolean
  /** Before every key. */
  readonly prefix: string
}
