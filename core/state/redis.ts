/**
 * The redis engine, through ioredis: one server, a master that sentinels watch, or a cluster. Nothing waits in a queue for a
 * connection: what can not be sent now fails now, and the guard (guard.ts) decides what that means.
 */
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { waitFor } from './bucket.ts'
import { SCRIPTS } from './redis-scripts.ts'
import { hashSlot } from './redis-slot.ts'
import type { Answer, Engine, Op, RedisConfig, Taken } from './types.ts'

/** Longest time (ms) to make a connection, and between two tries. */
const CONNECT_TIMEOUT = 1000
const LONGEST_DELAY = 1000
/** Milliseconds between two looks at which node of a cluster has which slots. */
const SLOTS_INTERVAL = 5000
/** Hash slots of a lane: 16 lanes. */
const LANE = 1024

/** What the scripts are called by, beside the commands of Redis. */
interface Scripted {
  posternSwap(key: string, isGiven: string, expected: string, value: string, lifetime: number): Promise<number>
  posternAdd(key: string, amount: number, window: number): Promise<number>
  posternTake(key: string, rate: number, burst: number, tokens: number): Promise<[number, string]>
  posternTally(key: string, holder: string, held: number, lifetime: number): Promise<number>
}
type Client = (Redis | Cluster) & Scripted

export class RedisEngine implements Engine {
  readonly name = 'redis'
  readonly #config: RedisConfig
  readonly #timeout: number
  #client: Client | undefined
  #connecting: Promise<void> | undefined
  /** For those who come before there is a connection. */
  #first: Promise<void> | undefined
  #wasReady = false

  /** @param timeout longest wait for one answer, ms */
  constructor(config: RedisConfig, timeout: number) {
    this.#config = config
    this.#timeout = timeout
    if (config.cluster !== undefined) this.lane = (key) => Math.floor(hashSlot(`{${key}}`) / LANE)
  }

  lane?: (key: string) => number

  run(op: Op): Promise<Answer> {
    const client = this.#open()
    const send = (): Promise<Answer> => COMMANDS[op.op](client, op as never, (family) => this.#key(family, op.key))
    if (client.status === 'ready') return send()
    // The first moments: those who come while the connection is being made wait for it as long as for an answer.
    return this.#wasReady ? Promise.reject(new Error('no connection')) : this.#connected(client).then(send)
  }

  /** Begins to connect, and waits for that no longer than for an answer. */
  async ready(): Promise<void> {
    const client = this.#open()
    if (client.status !== 'ready') await this.#connected(client).catch(() => {})
  }

  /** A connection that does not answer is given up: behind another there may be a new master. */
  renew(): void {
    if (this.#client?.status === 'ready') this.#client.disconnect(true)
  }

  async close(): Promise<void> {
    this.#client?.disconnect()
    await this.#connecting
  }

  /** Rejects when there is no connection in time. */
  #connected(client: Client): Promise<void> {
    if (client.status === 'wait') this.#connecting = client.connect().catch(() => {})
    this.#first ??= new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        client.off('ready', arrived)
        this.#first = undefined
        reject(new Error('no connection'))
      }, this.#timeout)
      const arrived = (): void => {
        clearTimeout(timer)
        resolve()
      }
      client.once('ready', arrived)
    })
    return this.#first
  }

  /** One hash tag for all keys of a name. */
  #key(family: string, key: string): string {
    return `${this.#config.prefix}${family}{${key}}`
  }

  #open(): Client {
    if (this.#client === undefined) {
      this.#client = connectionTo(this.#config, this.#timeout)
      // Failures are told by the operations that meet them.
      this.#client.on('error', () => {})
      this.#client.on('ready', () => {
        this.#wasReady = true
      })
    }
    return this.#client
  }
}

type Commands = {
  readonly [O in Op['op']]: (client: Client, op: Extract<Op, { op: O }>, key: (family: string) => string) => Promise<Answer>
}

const COMMANDS: Commands = {
  get: (client, _op, key) => client.get(key('v')),
  set: async (client, op, key) => (await client.set(key('v'), op.value, 'PX', lifetime(op.lifetime))) === 'OK',
  delete: async (client, _op, key) => (await client.del(key('v'), key('c'), key('b'), key('t'))) >= 0,
  swap: async (client, op, key) => {
    const given = op.expected === null ? '0' : '1'
    return (await client.posternSwap(key('v'), given, op.expected ?? '', op.value, lifetime(op.lifetime))) === 1
  },
  add: async (client, op, key) =>
    op.amount === 0 ? Number((await client.get(key('c'))) ?? 0) : client.posternAdd(key('c'), op.amount, lifetime(op.window)),
  take: async (client, op, key): Promise<Taken> => {
    const [granted, there] = await client.posternTake(key('b'), op.rate, op.burst, op.tokens)
    const left = Number(there)
    return { granted: granted === 1, left, wait: granted === 1 ? 0 : waitFor(left, op.rate, op.tokens) }
  },
  tally: (client, op, key) => client.posternTally(key('t'), op.holder, op.held, lifetime(op.lifetime)),
}

/** Redis takes whole milliseconds, and no 0. */
function lifetime(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds))
}

function connectionTo(config: RedisConfig, timeout: number): Client {
  const { username, password, tls } = config
  const shared: RedisOptions = {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    commandTimeout: timeout,
    connectTimeout: CONNECT_TIMEOUT,
    connectionName: 'postern',
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === true ? { tls: {} } : {}),
  }
  const retryStrategy = (times: number): number => Math.min(LONGEST_DELAY, times * 50)
  if (config.cluster !== undefined) {
    const options: ClusterOptions = {
      lazyConnect: true,
      enableOfflineQueue: false,
      scripts: SCRIPTS,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: CONNECT_TIMEOUT,
      slotsRefreshInterval: SLOTS_INTERVAL,
      maxRedirections: 4,
      redisOptions: shared,
    }
    return new Cluster(config.cluster.map(hostAndPort), options as object) as unknown as Client
  }
  const options: RedisOptions = { ...shared, scripts: SCRIPTS, retryStrategy }
  if (config.sentinels === undefined)
    return new Redis(config.url ?? 'redis://127.0.0.1:6379', options as object) as unknown as Client
  const sentinels = config.sentinels.map(hostAndPort)
  const sentinel: RedisOptions = { sentinels, name: config.master ?? 'mymaster', sentinelRetryStrategy: retryStrategy }
  const all: object = { ...options, ...sentinel, failoverDetector: true, sentinelCommandTimeout: CONNECT_TIMEOUT }
  return new Redis(all) as unknown as Client
}

const DEFAULT_PORT = 6379

/** `host:port`, `[v6]:port` or `host`. */
function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text)
  return { host: match?.[1] ?? match?.[2] ?? text, port: Number(match?.[3] ?? DEFAULT_PORT) }
}
