import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal } from '#postern'
import { type AccessFacts, aClient, aDeadState, fakeClock, mount, type World } from '../../test/kit/index.ts'
import greylist from './index.ts'
import { clientKey, senderKey } from './triplet.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

async function list(options: object = {}, world: World = {}) {
  const clock = fakeClock()
  const mounted = await mount(greylist, options, { clock, parameters: { myhostname: 'gw.test' }, ...world })
  const ask = async (facts: AccessFacts = {}): Promise<string> => {
    delete mounted.recorded.deferIfPermit
    const verdict = await mounted.access('rcpt', { client: '192.0.2.1', sender: 's@a.test', recipient: 'r@b.test', ...facts })
    if (verdict !== undefined) return verdict.kind
    const held = mounted.recorded.deferIfPermit as Refusal | undefined
    return held === undefined || held.kind === 'discard' ? 'passes' : `${held.code} ${held.status} ${held.text}`
  }
  return { clock, ask, mounted }
}

const putOff = (seconds: number): string =>
  `450 4.2.0 <r@b.test>: Recipient address rejected: Greylisted, try again in ${seconds} seconds`

test('strangers are put off until the delay has passed, and then known', async () => {
  const { ask, clock, mounted } = await list()
  assert.equal(await ask(), putOff(300))
  await clock.advance(100_500)
  assert.equal(await ask(), putOff(200))
  await clock.advance(200_000)
  assert.equal(await ask(), 'passes')
  assert.equal(mounted.edits.length, 1)
  assert.deepEqual(mounted.edits[0], {
    kind: 'prepend',
    header: 'X-Greylist: delayed 301 seconds by postern at gw.test; Thu, 01 Jan 2026 00:05:00 +0000',
  })
  await clock.advance(30 * DAY)
  assert.equal(await ask(), 'passes')
  assert.equal(mounted.edits.length, 1)
  await clock.advance(34 * DAY)
  assert.equal(await ask(), 'passes')
  await clock.advance(36 * DAY)
  assert.equal(await ask(), putOff(300))
})

test('who comes back too late is new', async () => {
  const { ask, clock } = await list()
  await ask()
  await clock.advance(2 * DAY + 1)
  assert.equal(await ask(), putOff(300))
})

test('another sender, recipient or network is another stranger; a neighbour is not', async () => {
  const { ask, clock } = await list({ delay: '1m' })
  await ask()
  await clock.advance(2 * MINUTE)
  assert.match(await ask({ sender: 'x@a.test' }), /^450/)
  assert.match(await ask({ recipient: 'x@b.test' }), /^450/)
  assert.match(await ask({ client: '192.0.3.1' }), /^450/)
  assert.match(await ask({ sender: '' }), /^450/)
  assert.equal(await ask({ client: '192.0.2.200', sender: 'S@A.test', recipient: 'R@B.test' }), 'passes')
})

test('a client that came back in so many hours is not put off any more', async () => {
  const { ask, clock } = await list({ delay: '1m', auto_whitelist_clients: 2 })
  for (const sender of ['1@a.test', '2@b.test']) {
    assert.match(await ask({ sender }), /^450/)
    await clock.advance(2 * HOUR)
    assert.equal(await ask({ sender }), 'passes')
    // Within the hour it does not count again.
    assert.equal(await ask({ sender }), 'passes')
  }
  assert.equal(await ask({ sender: 'new@c.test' }), 'passes')
  assert.match(await ask({ sender: 'new@c.test', client: '198.51.100.1' }), /^450/)
  await clock.advance(36 * DAY)
  assert.match(await ask({ sender: 'new@d.test' }), /^450/)
})

test('0: no client earns that', async () => {
  const { ask, clock } = await list({ delay: '1m', auto_whitelist_clients: 0 })
  for (let i = 0; i < 4; i++) {
    const sender = `${'abcd'[i]}@a.test`
    await ask({ sender })
    await clock.advance(2 * HOUR)
    assert.equal(await ask({ sender }), 'passes')
  }
  assert.match(await ask({ sender: 'new@c.test' }), /^450/)
})

test('whitelists: clients by name and network, recipients by address, domain and user', async () => {
  const { ask } = await list({
    whitelist_clients: ['friend.test', '203.0.113.0/24'],
    whitelist_recipients: ['inline:{abuse@=yes, open.test=yes, one@b.test=yes}'],
  })
  assert.equal(await ask({ client: 'mx.friend.test[192.0.2.9]' }), 'passes')
  assert.equal(await ask({ client: '203.0.113.9' }), 'passes')
  for (const recipient of ['abuse@b.test', 'any@open.test', 'any@sub.open.test', 'One@b.test']) {
    assert.equal(await ask({ recipient }), 'passes', recipient)
  }
  assert.match(await ask({ recipient: 'two@b.test' }), /^450/)
})

test('without its state it lets mail through, or the client come back, as the option says', async () => {
  const open = await list({}, { state: aDeadState() })
  assert.equal(await open.ask(), 'passes')
  assert.deepEqual(open.mounted.events, [])
  const closed = await list({ on_failure: 'closed' }, { state: aDeadState() })
  assert.equal(await closed.ask(), 'defer')
})

test('a time that is none is told at start', async () => {
  await assert.rejects(list({ delay: 'soon' }), /delay: must be a time.*"soon"/)
})

test('what is a client', () => {
  const rules = { lookup_by: 'subnet', ipv4cidr: 24, ipv6cidr: 64 } as const
  assert.equal(clientKey(aClient('mx.test[192.0.2.77]'), rules), '192.0.2.0/24')
  assert.equal(clientKey(aClient('mx.test[2001:db8::7]'), rules), '2001:db8:0:0/64')
  assert.equal(clientKey(aClient('dsl-203-77.isp.test[198.51.203.77]'), rules), '198.51.203.77')
  assert.equal(clientKey(aClient('192.0.2.77'), { ...rules, lookup_by: 'host' }), '192.0.2.77')
})

test('what is a sender', () => {
  assert.equal(senderKey('List-Bounces+me=b.test@Lists.test'), 'list-bounces@lists.test')
  assert.equal(senderKey('bounce-12345-678@lists.test'), 'bounce-#-#@lists.test')
  assert.equal(senderKey('u2@a.test'), 'u2@a.test')
  assert.equal(senderKey(''), '')
})
