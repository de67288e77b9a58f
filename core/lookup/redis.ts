/** redis: values in Redis, alone, behind Sentinels, or as a Cluster; what Postfix lacks. One connection carries all lookups of a process. */
import { readFileSync } from 'node:fs'
import { readCertificates } from './certificates.ts'
import { type Backend, COMMON, configuredType } from './configured.ts'
import { type Endpoint, parseEndpoint } from './endpoint.ts'
import { messageOf } from './servers.ts'
import type { Settings } from './settings.ts'

const PORT = 6379
const SENTINEL_PORT = 26_379

/** What is used of ioredis: one server and a Cluster have it alike. */
interface Client {
  readonly status: string
  connect(): Promise<unknown>
  disconnect(): void
  quit(): Promise<unknown>
  ping(): Promise<unknown>
  get(key: string): Promise<string | null>
  hget(hash: string, key: string): Promise<string | null>
  sismember(set: string, key: string): Promise<number>
  smembers(key: string): Promise<string[]>
  lrange(key: string, from: number, to: number): Promise<string[]>
  on(event: string, listener: (error: Error) => void): unknown
  once(event: string, listener: (error: Error) => void): unknown
  off(event: string, listener: (error: Error) => void): unknown
}
interface Library {
  readonly Redis: new (options: object) => Client
  readonly Cluster: new (hosts: readonly object[], options: object) => Client
}

/** How a key is looked up, and what its answer is. `where` is the hash or the set. */
type Command = (client: Client, key: string, where: string) => Promise<string | string[] | null>
const COMMANDS = {
  get: (client, key) => client.get(key),
  hget: (client, key, hash) => client.hget(hash, key),
  sismember: (client, key, set) => client.sismember(set, key).then((is) => (is === 1 ? key : null)),
  smembers: (client, key) => client.smembers(key),
  lrange: (client, key) => client.lrange(key, 0, -1),
} as const satisfies Readonly<Record<string, Command>>

/** Milliseconds between tries to connect: at first, and at most. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [50, 2000]

export const redis = configuredType({
  name: 'redis',
  declared: {
    ...COMMON,
    hosts: '127.0.0.1:6379',
    sentinel: '',
    sentinel_user: '',
    sentinel_password: '',
    cluster: 'no',
    user: '',
    password: '',
    password_file: '',
    db: '0',
    command: 'get',
    key_format: '%s',
    hash: '',
    set: '',
    timeout: '2',
    tls: 'no',
    tls_CAfile: '',
    tls_CApath: '',
    tls_cert_file: '',
    tls_key_file: '',
    tls_verify_cert: 'yes',
  },
  queries: (settings) => ['key_format', 'hash', 'set'].map((setting) => ({ setting, text: settings.text(setting) })),
  open: openRedis,
})

async function openRedis(settings: Settings): Promise<Backend> {
  const name = settings.choice('command', Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])
  if (name === 'hget') settings.required('hash')
  if (name === 'sismember') settings.required('set')
  const timeout = settings.milliseconds('timeout')
  const client = await clientOf(settings, timeout)
  let last = ''
  client.on('error', (error) => {
    last = messageOf(error)
  })
  const answer = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question
    } catch (error) {
      // What is told of a question that never left says less than why there is no connection.
      throw new Error(client.status === 'ready' || last === '' ? messageOf(error) : last, { cause: error })
    }
  }
  const servers = settings.list('hosts').join(', ')
  return {
    async find({ texts: [key = '', hash = '', set = ''] }) {
      await answer(connected(client, timeout))
      const value = await answer<Awaited<ReturnType<Command>>>(COMMANDS[name](client, key, name === 'hget' ? hash : set))
      return value === null ? [] : Array.isArray(value) ? value : [value]
    },
    async inspect() {
      await answer(connected(client, timeout))
      await answer(client.ping())
      return { source: servers }
    },
    // Commands under way are answered first.
    close: () =>
      client.quit().then(
        () => undefined,
        () => client.disconnect(),
      ),
  }
}

async function clientOf(settings: Settings, timeout: number): Promise<Client> {
  const { Redis, Cluster } = (await import('ioredis')) as unknown as Library
  const addresses = (port: number): { host: string; port: number; path?: string }[] =>
    settings.list('hosts').map((host) => {
      const endpoint = parse(host, port, settings)
      return endpoint.kind === 'unix' ? { host: '', port: 0, path: endpoint.path } : { host: endpoint.host, port: endpoint.port }
    })
  const common = commonOptions(settings, timeout)
  const group = settings.text('sentinel')
  if (settings.flag('cluster')) {
    const options = {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pause,
      redisOptions: common,
      slotsRefreshTimeout: timeout,
    }
    return new Cluster(addresses(PORT), options)
  }
  if (group !== '') {
    const [user, password] = [settings.text('sentinel_user'), settings.text('sentinel_password')]
    const login = {
      ...(user === '' ? {} : { sentinelUsername: user }),
      ...(password === '' ? {} : { sentinelPassword: password }),
    }
    return new Redis({ ...common, ...login, sentinels: addresses(SENTINEL_PORT), name: group, sentinelRetryStrategy: pause })
  }
  const [address, more] = addresses(PORT)
  if (address === undefined || more !== undefined)
    throw settings.problem('hosts', 'must name one server, or sentinel or cluster be set')
  return new Redis({ ...common, ...(address.path === undefined ? address : { path: address.path }) })
}

function commonOptions(settings: Settings, timeout: number): object {
  const [user, file] = [settings.text('user'), settings.text('password_file')]
  const password = file === '' ? settings.text('password') : readFileSync(file, 'utf8').trim()
  return {
    lazyConnect: true,
    // A lookup that can not be asked now is an error now.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeout,
    commandTimeout: timeout,
    retryStrategy: pause,
    db: settings.number('db'),
    ...(user === '' ? {} : { username: user }),
    ...(password === '' ? {} : { password }),
    ...(settings.flag('tls') ? { tls: readCertificates(settings) } : {}),
  }
}

const pause = (times: number): number => Math.min(FIRST_PAUSE * 2 ** Math.min(times, 10), LONGEST_PAUSE)

function parse(host: string, port: number, settings: Settings): Endpoint {
  try {
    return parseEndpoint(host, port)
  } catch (error) {
    throw settings.problem('hosts', (error as Error).message)
  }
}

/** Connects at the first lookup, and waits for a connection that is being made; later ones are made again by the library. */
async function connected(client: Client, timeout: number): Promise<void> {
  if (client.status === 'ready') return
  if (client.status === 'wait') client.connect().catch(() => undefined)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`no connection within ${timeout / 1000} s`)), timeout)
    const ready = (): void => done()
    const failed = (error: Error): void => done(error)
    const closed = (): void => done(new Error('the connection is closed'))
    const done = (error?: Error): void => {
      clearTimeout(timer)
      client.off('ready', ready)
      client.off('error', failed)
      client.off('close', closed)
      if (error === undefined) resolve()
      else reject(error)
    }
    client.once('ready', ready)
    client.once('error', failed)
    client.once('close', closed)
  })
}
