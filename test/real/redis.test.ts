/** Shared state in real Redis servers, also while they are killed, hang, and fail over; and two gateways that share one cluster. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { StateHouse } from '../../core/state/house.ts'
import { RedisEngine } from '../../core/state/redis.ts'
import type { RedisConfig, State } from '../../core/state/types.ts'
import { freePort, PosternProcess } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import { stateContract } from '../kit/state-contract.ts'
import { eventually, find, has, scratch } from './components.ts'
import { oneRedis, type RedisServers, redisCluster, redisSentinel } from './redis-servers.ts'

const isInstalled = find('redis-server') !== undefined && find('redis-sentinel') !== undefined

const KINDS: readonly [string, () => Promise<RedisServers>][] = [
  ['Redis', oneRedis],
  ['Redis Cluster', redisCluster],
  ['Redis under Sentinel', redisSentinel],
]
for (const [name, start] of isInstalled ? KINDS : []) {
  stateContract(name, async () => {
    const servers = await start()
    const engine = new RedisEngine(servers.config, 1000)
    return {
      run: (op) => engine.run(op),
      pass: (milliseconds) => sleep(milliseconds),
      close: async () => {
        await engine.close()
        await servers.stop()
      },
    }
  })
}

/** State as a gateway has it, with its guard. */
function stateIn(t: TestContext, redis: RedisConfig): { state: State; changes: string[] } {
  const changes: string[] = []
  const house = new StateHouse({ onChange: (_engine, isAvailable, reason) => changes.push(isAvailable ? 'back' : reason) })
  const state = house.open({ engine: 'redis', file: '', maxEntries: 1, timeout: 200, redis })
  t.after(() => state.close())
  return { state, changes }
}

/** Milliseconds that a call took, and what came of it. */
async function timed(work: () => unknown): Promise<{ took: number; failure: string | undefined }> {
  const began = performance.now()
  try {
    await work()
    return { took: performance.now() - began, failure: undefined }
  } catch (error) {
    return { took: performance.now() - began, failure: (error as Error).message }
  }
}

/** Far more than the limit of one answer, and far less than a client's patience. */
const NEVER_LONGER = 1500

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  test(`a master that gets ${signal}: nobody waits long, and the replica takes over`, async (t) => {
    if (!has(t, 'redis-server', 'redis-sentinel')) return
    const servers = await redisSentinel()
    t.after(() => servers.stop())
    const { state, changes } = stateIn(t, servers.config)
    const store = state.use('test', { onFailure: 'closed' })
    await store.set('k', 'v', 60_000)
    servers.signal(servers.ports[0] as number, signal)
    const longest = { took: 0 }
    await eventually(async () => {
      const each = await timed(() => store.set('k', 'w', 60_000))
      longest.took = Math.max(longest.took, each.took)
      assert.equal(each.failure, undefined)
    })
    assert.ok(longest.took < NEVER_LONGER, `${longest.took} ms`)
    assert.equal(await store.get('k'), 'w')
    assert.equal(changes.length, 2)
    assert.equal(changes[1], 'back')
  })
}

test('a node of a cluster that hangs: the others serve, and nobody waits for it for long', async (t) => {
  if (!has(t, 'redis-server')) return
  const servers = await redisCluster()
  t.after(() => servers.stop())
  const { state } = stateIn(t, servers.config)
  const store = state.use('test', { onFailure: 'closed' })
  const keys = Array.from({ length: 60 }, (_, i) => `key-${i}`)
  for (const key of keys) await store.set(key, 'v', 60_000)
  const hanging = servers.ports[1] as number
  servers.signal(hanging, 'SIGSTOP')
  const slow = await Promise.all(keys.map((key) => timed(() => store.get(key))))
  assert.ok(slow.some(({ failure }) => failure !== undefined))
  for (const { took } of slow) assert.ok(took < NEVER_LONGER, `${took} ms`)
  servers.signal(hanging, 'SIGCONT')
  await eventually(async () => {
    const again = await Promise.all(keys.map((key) => timed(() => store.get(key))))
    assert.deepEqual(
      again.filter(({ failure }) => failure !== undefined),
      [],
    )
  })
})

/** An SMTP client of a few words. */
class Talk {
  readonly #socket: Socket
  #text = ''
  #isClosed = false
  #changed: () => void = () => undefined

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setEncoding('latin1').on('data', (chunk) => {
      this.#text += chunk
      this.#changed()
    })
    this.#socket.on('close', () => {
      this.#isClosed = true
      this.#changed()
    })
    this.#socket.on('error', () => undefined)
    this.#socket.setTimeout(30_000, () => this.#socket.destroy())
  }

  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(this.#text)
      if (match === null && this.#isClosed) return '(closed)'
      this.#text = this.#text.slice(match?.[0].length ?? 0)
      if (match?.[1] !== undefined) return match[1]
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`)
    return this.reply()
  }

  close(): void {
    this.#socket.destroy()
  }
}

interface Pair {
  readonly servers: RedisServers
  readonly gateways: readonly [PosternProcess, PosternProcess]
}

/** Two gateways of two workers each, with one cluster behind them. */
async function twoGateways(t: TestContext, parameters: string, pipeline: string): Promise<Pair> {
  // Hooks run in the order in which they are set: the gateways end before what they stand on.
  const gateways: PosternProcess[] = []
  t.after(() => Promise.all(gateways.map((gateway) => gateway.stop())))
  const directory = scratch(t)
  const servers = await redisCluster()
  t.after(() => servers.stop())
  const sink = await startSink()
  t.after(() => sink.close())
  const start = async (name: string): Promise<PosternProcess> => {
    const gateway = new PosternProcess({
      directory: join(directory, name),
      port: await freePort(),
      yaml: `workers: 2
parameters:
  myhostname: gw.test
  mydestination: ''
  mynetworks: 127.0.0.0/8
  smtpd_peername_lookup: no
  relayhost: '[127.0.0.1]:${sink.port}'
  smtpd_client_event_limit_exceptions: ''
${parameters}
state: { engine: redis, timeout: 500, redis: ${JSON.stringify({ cluster: servers.config.cluster, prefix: 'pair:' })} }
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
${pipeline}`,
    })
    gateways.push(gateway)
    await gateway.start()
    return gateway
  }
  return { servers, gateways: [await start('one'), await start('two')] }
}

test('two gateways with one cluster: connections and messages are counted together, exactly', async (t) => {
  if (!has(t, 'redis-server')) return
  const limits = '  smtpd_client_connection_count_limit: 6\n  smtpd_client_message_rate_limit: 20'
  const { gateways } = await twoGateways(t, limits, '')
  // The look whether they greet has gone when a connection finds room for all six.
  const greeted = await eventually(async () => {
    const talks = Array.from({ length: 6 }, (_, i) => new Talk((gateways[i % 2] as PosternProcess).port))
    const replies = await Promise.all(talks.map((talk) => talk.reply()))
    if (!replies.every((reply) => reply.startsWith('220'))) for (const talk of talks) talk.close()
    assert.ok(replies.every((reply) => reply.startsWith('220')))
    return talks
  })
  const refused = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const talk = new Talk((gateways[i % 2] as PosternProcess).port)
      const reply = await talk.reply()
      talk.close()
      return reply
    }),
  )
  assert.deepEqual(new Set(refused), new Set(['421 4.7.0 gw.test Error: too many connections from 127.0.0.1']))

  for (const talk of greeted) assert.equal(await talk.say('EHLO c.test'), '250 CHUNKING')
  const answers = await Promise.all(
    greeted.map(async (talk) => {
      const own: string[] = []
      for (let i = 0; i < 10; i++) {
        own.push(await talk.say('MAIL FROM:<a@b.test>'))
        await talk.say('RSET')
      }
      return own
    }),
  )
  const counts = Map.groupBy(answers.flat(), (reply) => reply.slice(0, 3))
  assert.equal(counts.get('250')?.length, 20)
  assert.equal(counts.get('450')?.length, 40)
  for (const talk of greeted) talk.close()
})

for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
  test(`a cluster that gets ${signal} under load: mail goes on, as each use declares`, async (t) => {
    if (!has(t, 'redis-server')) return
    const { servers, gateways } = await twoGateways(
      t,
      '  smtpd_client_message_rate_limit: 100000',
      `  rcpt:
    - token-bucket: { key: [recipient_domain], rate: 100000/1m, burst: 100000, on_failure: closed }
      when: { recipient: closed.test }
    - token-bucket: { key: [recipient_domain], rate: 100000/1m, burst: 100000 }
      id: open`,
    )
    const longest = { took: 0 }
    const send = async (port: number, domain: string): Promise<string> => {
      const talk = new Talk(port)
      const began = performance.now()
      try {
        assert.match(await talk.reply(), /^220/)
        await talk.say('EHLO c.test')
        assert.match(await talk.say('MAIL FROM:<a@b.test>'), /^250/)
        const reply = await talk.say(`RCPT TO:<u@${domain}>`)
        if (!reply.startsWith('250')) return reply
        await talk.say('DATA')
        return await talk.say('Subject: x\r\n\r\nhello\r\n.')
      } finally {
        longest.took = Math.max(longest.took, performance.now() - began)
        talk.close()
      }
    }
    /** What 20 clients at once are told. */
    const load = (domain: string): Promise<string[]> =>
      Promise.all(Array.from({ length: 20 }, (_, i) => send((gateways[i % 2] as PosternProcess).port, domain)))
    const accepted = (replies: readonly string[]): boolean => replies.every((reply) => reply.startsWith('250'))
    await eventually(async () =>
      assert.deepEqual(new Set((await load('closed.test')).map((reply) => reply.slice(0, 8))), new Set(['250 2.0.'])),
    )
    const during = load('open.test')
    for (const port of servers.ports) servers.signal(port, signal)
    assert.ok(accepted(await during))
    for (let i = 0; i < 5; i++) assert.ok(accepted(await load('open.test')))
    const closed = await load('closed.test')
    const deferred = closed.every((reply) => reply.startsWith('451 4.3.0'))
    assert.ok(deferred, closed[0] ?? '')
    // The state is asked three times for each message; 10 s is how long a client would wait if nothing ended a question.
    assert.ok(longest.took < 5000, `${longest.took} ms`)
    for (const gateway of gateways) assert.ok(gateway.log().some((line) => /warning: state: /.test(line)))
    if (signal === 'SIGKILL') return
    for (const port of servers.ports) servers.signal(port, 'SIGCONT')
    await eventually(async () => assert.ok(accepted(await load('closed.test'))))
    const isBack = (gateway: PosternProcess): boolean =>
      gateway.log().some((line) => /state: redis is available again/.test(line))
    await eventually(() => assert.ok(gateways.every(isBack)))
  })
}
