/** A policy listener: what its pipeline answers to the requests of another server. */
import assert from 'node:assert/strict'
import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fakeClock, fakeDns, type PolicyClient, policyClient, policyRequest } from '../../test/kit/index.ts'
import { buildGeneration } from '../config/generation.ts'
import { loadConfiguration } from '../config/load.ts'
import type { Event } from '../events.ts'
import type { Services } from '../generation.ts'
import { PolicyListener } from './listener.ts'

const base = mkdtempSync(join(tmpdir(), 'postern-policyd-'))
after(() => rmSync(base, { recursive: true, force: true }))

interface Bench {
  readonly listener: PolicyListener
  readonly port: number
  readonly events: Event[]
  ask(question?: Record<string, string | number>): Promise<string>
  connect(): PolicyClient
}

/** Lines of a `pipeline:` and of the listener, served. */
async function serving(pipeline: string, work: (bench: Bench) => Promise<void>, more = '', host = '127.0.0.1'): Promise<void> {
  const file = join(base, 'postern.yaml')
  writeFileSync(
    file,
    `version: 1\nparameters: { relay_domains: here.example }\nlisteners:\n  - { name: p, listen: 127.0.0.1:0, protocol: policy${more} }\npipeline:\n${pipeline}\n`,
  )
  const events: Event[] = []
  const services: Services = {
    dns: fakeDns([]).resolver,
    clock: fakeClock(),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    emit: (event) => void events.push(event),
    random: () => 0,
  } as Services
  const generation = await buildGeneration(await loadConfiguration(file), services, 1)
  const listener = new PolicyListener({ current: () => generation, name: 'p', services })
  const { port } = await listener.listen({ host, port: 0 })
  const clients: PolicyClient[] = []
  const open = (): PolicyClient => {
    const client = policyClient(host.startsWith('/') ? host : port)
    clients.push(client)
    return client
  }
  const usual = open()
  try {
    await work({ listener, port, events, ask: (question) => usual.ask(question), connect: open })
  } finally {
    for (const client of clients) client.close()
    await listener.close(1000)
    generation.retire()
  }
}

const SENDERS = {
  'no@x': 'REJECT 5.7.9 go away',
  'later@x': '450 4.2.9 come back',
  'bye@x': '421 4.3.2 bye',
  'grey@x': 'DEFER_IF_PERMIT 4.2.0 greylisted',
  'maybe@x': 'DEFER_IF_REJECT 4.2.1 later',
  'hold@x': 'HOLD look at this',
  'drop@x': 'DISCARD spam',
  'to@x': 'REDIRECT other@here.example',
  'via@x': 'FILTER smtp:[127.0.0.1]:10026',
  'copy@x': 'BCC archive@here.example',
  'head@x': 'PREPEND X-Tag: seen',
  'ok@x': 'OK',
}
const TABLE = `inline:{${Object.entries(SENDERS)
  .map(([key, value]) => `{${key}=${value}}`)
  .join(',')}}`
const RCPT = `  rcpt:\n    - check_sender_access: '${TABLE}'`

test('each action, as access(5) spells it', async () => {
  await serving(RCPT, async ({ ask, events }) => {
    const answers: [string, string][] = []
    for (const sender of [...Object.keys(SENDERS), 'other@x']) answers.push([sender, await ask({ sender })])
    assert.deepEqual(Object.fromEntries(answers), {
      'no@x': '554 5.7.9 Sender address rejected: go away',
      'later@x': '450 4.2.9 Sender address rejected: come back',
      'bye@x': '421 4.3.2 Sender address rejected: bye',
      'grey@x': 'DEFER_IF_PERMIT 4.2.0 Sender address rejected: greylisted',
      'maybe@x': 'DEFER_IF_REJECT 4.2.1 Sender address rejected: later',
      'hold@x': 'HOLD look at this',
      'drop@x': 'DISCARD spam',
      'to@x': 'REDIRECT other@here.example',
      'via@x': 'FILTER smtp:[127.0.0.1]:10026',
      'copy@x': 'BCC archive@here.example',
      'head@x': 'PREPEND X-Tag: seen',
      'ok@x': 'OK',
      'other@x': 'DUNNO',
    })
    const refused = events.filter((event) => event.type === 'refused')
    assert.equal(refused.length, 3)
    assert.partialDeepStrictEqual(refused[0], { command: 'RCPT', code: 554, step: 'check_sender_access' })
  })
})

test('what the asking server says itself is not said twice', async () => {
  await serving(`  rcpt:\n    - check_recipient_access: 'inline:{{r@x=REJECT no such user}}'`, async ({ ask }) => {
    assert.equal(await ask({ recipient: 'r@x' }), '554 5.7.1 no such user')
  })
})

test('each state has its list', async () => {
  const lists = `  connect: ['check_client_access inline:{{192.0.2.66=REJECT a}}']
  helo: ['check_helo_access inline:{{bad.example=REJECT b}}']
  mail: ['check_sender_access inline:{{bad@x=REJECT c}}']
  rcpt: ['check_recipient_access inline:{{bad@y=REJECT d}}']
  data: [reject_multi_recipient_bounce]
  end_of_data: ['check_sender_access inline:{{bad@x=REJECT e}}']
  etrn: [reject]
  vrfy: [reject]`
  await serving(lists, async ({ ask, events }) => {
    const bad = { client_address: '192.0.2.66', helo_name: 'bad.example', sender: 'bad@x', recipient: 'bad@y' }
    assert.equal(await ask({ ...bad, protocol_state: 'CONNECT' }), '554 5.7.1 a')
    assert.equal(await ask({ ...bad, protocol_state: 'XCLIENT' }), '554 5.7.1 a')
    assert.equal(await ask({ ...bad, protocol_state: 'HELO' }), '554 5.7.1 b')
    assert.equal(await ask({ ...bad, protocol_state: 'EHLO' }), '554 5.7.1 b')
    assert.equal(await ask({ ...bad, protocol_state: 'MAIL' }), '554 5.7.1 c')
    assert.equal(await ask({ ...bad, protocol_state: 'RCPT' }), '554 5.7.1 d')
    assert.match(await ask({ sender: '', recipient_count: 2, protocol_state: 'DATA' }), /^550 5\.5\.3 /)
    assert.equal(await ask({ sender: 'a@b', recipient_count: 2, protocol_state: 'DATA' }), 'DUNNO')
    assert.equal(await ask({ ...bad, protocol_state: 'END-OF-MESSAGE' }), '554 5.7.1 Sender address rejected: e')
    assert.match(await ask({ etrn_domain: 'x', protocol_state: 'ETRN' }), /^554 5\.7\.1 /)
    assert.match(await ask({ protocol_state: 'VRFY' }), /^554 5\.7\.1 /)
    assert.deepEqual(
      events.filter(({ type }) => type === 'warning'),
      [],
    )
    assert.equal(await ask({ protocol_state: 'QUUX' }), 'DUNNO')
    assert.equal(events.filter(({ type }) => type === 'warning').length, 1)
  })
})

test('the configuration names the lists of a state; a permit ends its own list', async () => {
  const lists = `  connect: ['check_client_access inline:{{192.0.2.66=REJECT a}, {192.0.2.7=OK}}']
  rcpt: ['check_sender_access inline:{{bad@x=REJECT d}, {ok@x=OK}}']`
  const stages = ', stages: { RCPT: [connect, helo, rcpt] }'
  await serving(
    lists,
    async ({ ask }) => {
      assert.match(await ask({ client_address: '192.0.2.66', sender: 'ok@x' }), /^554 /)
      assert.match(await ask({ sender: 'bad@x' }), /^554 /)
      assert.equal(await ask({ sender: 'ok@x' }), 'OK')
      assert.equal(await ask({ sender: 'y@x' }), 'DUNNO')
      assert.equal(await ask({ client_address: '192.0.2.66', protocol_state: 'DATA' }), 'DUNNO')
    },
    stages,
  )
})

test('an answer has room for one action: refusals first, and edits that are lost are told', async () => {
  const lists = `  rcpt:
    - check_client_access: 'inline:{{192.0.2.7=PREPEND X-One: 1}}'
    - check_sender_access: 'inline:{{two@x=PREPEND X-Two: 2}, {grey@x=DEFER_IF_PERMIT grey}, {no@x=REJECT}}'`
  await serving(lists, async ({ ask, events }) => {
    assert.equal(await ask({ sender: 'two@x' }), 'PREPEND X-One: 1')
    const lost = events.filter((event) => event.type === 'warning')
    assert.match(lost[0]?.message ?? '', /lost is .*X-Two: 2/)
    assert.match(await ask({ sender: 'grey@x' }), /^DEFER_IF_PERMIT 4\.7\.1 /)
    assert.match(await ask({ sender: 'no@x' }), /^554 5\.7\.1 /)
    assert.equal(await ask({ protocol_state: 'CONNECT' }), 'DUNNO')
  })
})

test('a step that fails defers', async () => {
  writeFileSync(
    join(base, 'broken.mjs'),
    `import { definePlugin } from 'postern'
export default definePlugin({ name: 'broken', stages: ['rcpt'], setup: () => ({ async access() { throw new Error('out') } }) })`,
  )
  await serving('  rcpt: [./broken.mjs]', async ({ ask }) => {
    assert.equal(await ask(), '451 4.3.0 Temporary lookup failure')
  })
})

test('many requests on a connection, in one piece', async () => {
  await serving(RCPT, async ({ connect }) => {
    const client = connect()
    client.send(policyRequest({ sender: 'hold@x' }).repeat(3) + policyRequest())
    client.socket.end()
    assert.equal(await client.closed(), `${'action=HOLD look at this\n\n'.repeat(3)}action=DUNNO\n\n`)
  })
})

test('what is no request ends the connection, and is told', async () => {
  await serving(RCPT, async ({ connect, events, ask }) => {
    const client = connect()
    client.send('GET / HTTP/1.1\r\n\r\n')
    assert.equal(await client.closed(), '')
    const [warning] = events.filter((event) => event.type === 'warning')
    assert.equal(warning?.message, 'policy listener p: bad policy request: a line has no name')
    assert.equal(await ask(), 'DUNNO')
  })
})

test('a listener that closes answers what it is being asked', async () => {
  writeFileSync(
    join(base, 'slow.mjs'),
    `import { definePlugin, reject } from 'postern'
export default definePlugin({ name: 'slow', stages: ['rcpt'], setup: () => ({
  access: () => new Promise((resolve) => { globalThis.finish = () => resolve(reject(550, '5.7.1', 'at last')) }) }) })`,
  )
  await serving('  rcpt: [./slow.mjs]', async ({ ask, listener, connect }) => {
    const idle = connect()
    await new Promise((resolve) => idle.socket.once('connect', resolve))
    const asked = ask()
    const shared = globalThis as { finish?: () => void }
    while (shared.finish === undefined) await new Promise((resolve) => setImmediate(resolve))
    const closed = listener.close(10_000)
    assert.equal(await idle.closed(), '')
    shared.finish()
    assert.equal(await asked, '550 5.7.1 at last')
    await closed
    assert.equal(listener.connections, 0)
  })
})

test('a unix socket: a dead name is taken over, a live one handed on, and another file left alone', async () => {
  const path = join(base, 'policy')
  await serving(
    RCPT,
    async ({ ask }) => {
      assert.equal(await ask({ sender: 'hold@x' }), 'HOLD look at this')
      const { ino } = lstatSync(path)
      await serving(RCPT, async (second) => assert.equal(await second.ask({ sender: 'ok@x' }), 'OK'), '', path)
      assert.notEqual(ino, undefined)
      assert.equal(await ask({ sender: 'ok@x' }), 'OK')
    },
    '',
    path,
  )
  assert.ok(!existsSync(path))
  writeFileSync(path, 'mine')
  await assert.rejects(
    serving(RCPT, async () => undefined, '', path),
    { code: 'EADDRINUSE' },
  )
})
