import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AccessFacts,
  anAccessRequest,
  anAddress,
  fakeClock,
  fakePolicyServer,
  mount,
  type PolicyAnswer,
  type World,
} from '../../test/kit/index.ts'
import { actionOf } from './connection.ts'
import policyService from './index.ts'
import { duration, endpointName, parseArgument, parseEndpoint, whole } from './settings.ts'

/** A server, the plugin that asks it, and what becomes of both. */
async function using(answer: PolicyAnswer, work: (m: Awaited<ReturnType<typeof against>>) => Promise<void>, settings = '') {
  const server = await fakePolicyServer(answer)
  const mounted = await against(server, settings)
  try {
    await work(mounted)
  } finally {
    await mounted.stop()
    await server.close()
  }
}
async function against(server: Awaited<ReturnType<typeof fakePolicyServer>>, settings = '', world: World = {}) {
  const argument = settings === '' ? server.address : `{ ${server.address}, ${settings} }`
  const parameters = { smtpd_policy_service_retry_delay: '0s', smtpd_policy_service_timeout: '5s' }
  const mounted = await mount(policyService, undefined, {
    stage: 'rcpt',
    parameters,
    restriction: { name: 'check_policy_service', argument },
    ...world,
  })
  const ask = async (facts: AccessFacts = {}) => {
    const verdict = await mounted.access('rcpt', { recipient: 'r@relay.test', ...facts })
    return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
      ? (verdict?.kind ?? 'dunno')
      : `${verdict.code} ${verdict.status} ${verdict.text}`
  }
  return { ...mounted, server, ask }
}

const WHO = '<r@relay.test>: Recipient address rejected:'
/** Action and reply: as recorded from Postfix. */
const actions: [string, string][] = [
  ['REJECT not today', `554 5.7.1 ${WHO} not today`],
  ['reject', `554 5.7.1 ${WHO} Access denied`],
  ['450 4.9.2 four fifty', `450 4.9.2 ${WHO} four fifty`],
  ['421 4.3.2 bye', `421 4.3.2 ${WHO} bye`],
  ['OK', 'permit'],
  ['DUNNO', 'dunno'],
  ['', 'dunno'],
  ['REJECT grüße', `554 5.7.1 ${WHO} grüße`],
  ['frobnicate', '451 4.3.5 Server configuration error'],
  ['REJECT first\naction=OK', `554 5.7.1 ${WHO} first`],
  ['DUNNO\nfoo=bar', 'dunno'],
]
for (const [action, expected] of actions) {
  test(`the action ${JSON.stringify(action)} gives ${expected}`, async () => {
    await using(
      () => action,
      async ({ ask }) => assert.equal(await ask(), expected),
    )
  })
}

test('actions that do not decide are recorded', async () => {
  await using(
    ({ recipient }) => (recipient === 'p@x' ? 'PREPEND X-Policy: yes' : 'DEFER_IF_PERMIT greylisted'),
    async ({ ask, recorded }) => {
      assert.equal(await ask({ recipient: 'p@x' }), 'dunno')
      assert.equal(await ask(), 'dunno')
      assert.deepEqual(recorded.edits, [{ kind: 'prepend', header: 'X-Policy: yes' }])
      assert.equal(recorded.deferIfPermit?.text, `${WHO} greylisted`)
    },
  )
})

test('a connection is used again, up to its limit', async () => {
  const four = async ({ ask, server }: Awaited<ReturnType<typeof against>>, connections: number) => {
    for (let i = 0; i < 4; i++) assert.equal(await ask(), 'dunno')
    assert.equal(server.requests.length, 4)
    assert.equal(server.connections, connections)
  }
  await using(
    () => 'DUNNO',
    (mounted) => four(mounted, 1),
  )
  await using(
    () => 'DUNNO',
    (mounted) => four(mounted, 2),
    'request_limit=2',
  )
})

test('parameters say how long a connection is used, where the entry does not', async () => {
  const cases: readonly (readonly [Record<string, string>, string, number])[] = [
    [{ smtpd_policy_service_max_idle: '10s' }, '', 3],
    [{ smtpd_policy_service_max_idle: '10s' }, 'max_idle=60s', 1],
    [{ smtpd_policy_service_max_ttl: '25s' }, '', 2],
    [{ smtpd_policy_service_request_limit: '1' }, '', 3],
    [{ smtpd_policy_service_request_limit: '1' }, 'request_limit=0', 1],
    [{}, '', 1],
  ]
  for (const [parameters, settings, connections] of cases) {
    const clock = fakeClock()
    const server = await fakePolicyServer(() => 'DUNNO')
    const argument = settings === '' ? server.address : `{ ${server.address}, ${settings} }`
    const restriction = { name: 'check_policy_service', argument }
    const mounted = await mount(policyService, undefined, { stage: 'rcpt', parameters, restriction, clock })
    for (let i = 0; i < 3; i++) {
      await mounted.access('rcpt', { recipient: 'r@relay.test' })
      await clock.advance(15_000)
    }
    assert.equal(server.connections, connections, `${JSON.stringify(parameters)} ${settings}`)
    await mounted.stop()
    await server.close()
  }
})

test('requests at the same time have connections of their own', async () => {
  const waiting: (() => void)[] = []
  await using(
    () =>
      new Promise((resolve) => {
        waiting.push(() => resolve('DUNNO'))
        if (waiting.length === 3) for (const wake of waiting) wake()
      }),
    async ({ ask, server }) => {
      assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['dunno', 'dunno', 'dunno'])
      assert.equal(server.connections, 3)
    },
  )
})

test('parameters hold where the service says nothing', async () => {
  const clock = fakeClock()
  const server = await fakePolicyServer(({ recipient }) => (recipient === 'gone@x' ? undefined : 'DUNNO'))
  const parameters = {
    smtpd_policy_service_request_limit: '3',
    smtpd_policy_service_max_idle: '20s',
    smtpd_policy_service_max_ttl: '30s',
    smtpd_policy_service_try_limit: '1',
    smtpd_policy_service_default_action: 'REJECT nobody there',
    smtpd_policy_service_policy_context: 'all of us',
  }
  const { ask, stop } = await against(server, '', { clock, parameters })
  const after = async (pause: number, connections: number): Promise<void> => {
    await clock.advance(pause)
    assert.equal(await ask(), 'dunno')
    assert.equal(server.connections, connections)
  }
  for (const connections of [1, 1, 1, 2]) await after(0, connections)
  await after(20_000, 3)
  await after(15_000, 3)
  await after(15_000, 4)
  assert.equal(server.requests[0]?.policy_context, 'all of us')
  assert.equal(await ask({ recipient: 'gone@x' }), '554 5.7.1 <gone@x>: Recipient address rejected: nobody there')
  assert.equal(server.requests.filter(({ recipient }) => recipient === 'gone@x').length, 1)
  await stop()
  await server.close()
})

test('an old connection is not used again', async () => {
  const clock = fakeClock()
  const server = await fakePolicyServer(() => 'DUNNO')
  const { ask, stop } = await against(server, 'max_idle=10s, max_ttl=25s', { clock })
  for (const [pause, connections] of [
    [0, 1],
    [9_999, 1],
    [10_000, 2],
    [9_000, 2],
    [9_000, 2],
    [9_000, 3],
  ] as const) {
    await clock.advance(pause)
    assert.equal(await ask(), 'dunno')
    assert.equal(server.connections, connections)
  }
  await stop()
  await server.close()
})

test('a server that hangs up is asked again, then the default action is taken', async () => {
  let times = 0
  await using(
    () => (times++ === 0 ? undefined : 'REJECT told no'),
    async ({ ask, log }) => {
      assert.equal(await ask(), `554 5.7.1 ${WHO} told no`)
      assert.deepEqual(log, [])
    },
  )
  await using(
    () => undefined,
    async ({ ask, log, server }) => {
      assert.equal(await ask(), `451 4.3.5 ${WHO} Server configuration problem`)
      assert.equal(server.requests.length, 2)
      const name = server.address.slice('inet:'.length)
      assert.deepEqual(log, [`warn: problem talking to server ${name}: Application error`])
    },
  )
})

test('a session that lost its last try has one try less, as in Postfix', async () => {
  await using(
    ({ recipient }) => (recipient === 'bad@x' ? undefined : 'DUNNO'),
    async ({ hooks, server }) => {
      const bad = anAccessRequest('rcpt', { recipient: 'bad@x' })
      const good = { ...bad, recipient: anAddress('good@x') }
      const asked = async (request: typeof bad) => (await hooks['access.rcpt'].promise(request))?.kind
      assert.equal(await asked(bad), 'defer')
      assert.equal(server.requests.length, 2)
      assert.equal(await asked(bad), 'defer')
      assert.equal(server.requests.length, 3)
      assert.equal(await asked(good), undefined)
      assert.equal(await asked(anAccessRequest('rcpt', { recipient: 'bad@x' })), 'defer')
      assert.equal(server.requests.length, 6)
    },
  )
})

test('settings of one service win over parameters', async () => {
  await using(
    () => undefined,
    async ({ ask, server }) => {
      assert.equal(await ask(), `554 5.7.1 ${WHO} own default`)
      assert.equal(server.requests.length, 3)
      assert.equal(server.requests[0]?.policy_context, 'own context')
    },
    '{ policy_context = own context }, { default_action = REJECT own default }, try_limit=3',
  )
})

test('a server that is not there', async () => {
  const server = await fakePolicyServer(() => 'DUNNO')
  await server.close()
  const { ask, log, stop } = await against(server, 'default_action=DUNNO')
  assert.equal(await ask(), 'dunno')
  const name = server.address.slice('inet:'.length)
  assert.deepEqual(log, Array(2).fill(`warn: problem talking to server ${name}: Connection refused`))
  await stop()
})

test('a server that says nothing is waited for no longer than the time limit', async () => {
  await using(
    () => new Promise(() => undefined),
    async ({ ask, log }) => {
      assert.equal(await ask(), 'dunno')
      assert.equal(log.length, 1)
      assert.match(log[0] ?? '', /Connection timed out$/)
    },
    'timeout=1s, try_limit=1, default_action=DUNNO',
  )
})

test('a unix socket, relative to the queue directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'policy-'))
  const server = await fakePolicyServer(() => 'OK', { path: join(directory, 'p') })
  const mounted = await mount(policyService, { service: 'unix:p' }, { stage: 'rcpt', parameters: { queue_directory: directory } })
  assert.equal((await mounted.access('rcpt'))?.kind, 'permit')
  await mounted.stop()
  await server.close()
  rmSync(directory, { recursive: true })
})

test('answers are read to their first action', () => {
  assert.equal(actionOf('foo=bar\naction = REJECT x=y \naction=OK'), 'REJECT x=y')
  assert.equal(actionOf('garbage'), undefined)
  assert.equal(actionOf('garbage\naction=OK'), undefined)
  fc.assert(fc.property(fc.string(), (text) => actionOf(text) === undefined || /action/.test(text)))
})

test('services are named', () => {
  assert.deepEqual(parseEndpoint('inet:[::1]:10023', '/q'), { host: '::1', port: 10023 })
  assert.deepEqual(parseEndpoint('inet:10023', '/q'), { host: '127.0.0.1', port: 10023 })
  assert.equal(endpointName(parseEndpoint('unix:private/p', '/q')), '/q/private/p')
  assert.equal(endpointName(parseEndpoint('inet:h:1', '/q')), 'h:1')
  for (const bad of ['tcp:x:1', 'inet:h', 'inet:h:99999', 'x']) assert.throws(() => parseEndpoint(bad, ''), /bad policy service/)
  assert.throws(() => parseArgument(''), /expected inet:host:port/)
  assert.throws(() => parseArgument('{ inet:h:1, colour=red }'), /unknown setting of a policy service: "colour=red"/)
  assert.throws(() => parseArgument('{ inet:h:1, {timeout=1s }'), /without its "}"/)
  assert.throws(() => parseArgument('{ inet:h:1 } }'), /without its "{"/)
  assert.equal(duration('2m', 1), 120_000)
  assert.equal(duration('', 7), 7)
  assert.throws(() => duration('soon', 1), /bad time "soon"/)
  assert.equal(whole('3', 1), 3)
  assert.throws(() => whole('-1', 1), /bad number/)
})
