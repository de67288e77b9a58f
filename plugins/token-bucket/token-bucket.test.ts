import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessRequest, AccessStage } from '#postern'
import { ask as askHook } from '../../core/hooks.ts'
import { type AccessFacts, aDeadState, anAccessRequest, fakeClock, mount, type World } from '../../test/kit/index.ts'
import tokenBucket from './index.ts'

async function limiter(options: object, world: World & { stage: AccessStage }) {
  const clock = fakeClock()
  const mounted = await mount(tokenBucket, options as never, { clock, ...world })
  const { stage } = world
  const text = async (verdict: Awaited<ReturnType<typeof mounted.access>>): Promise<string> =>
    verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
      ? (verdict?.kind ?? 'passes')
      : `${verdict.code} ${verdict.status} ${verdict.text}`
  return {
    clock,
    mounted,
    ask: async (facts: AccessFacts = {}) => text(await mounted.access(stage, facts)),
    again: async (request: AccessRequest) => text(await askHook(mounted.hooks[`access.${stage}`], request)),
  }
}

test('so many at once, then at the rate', async () => {
  const { ask, clock } = await limiter({ key: ['sender_domain'], rate: '60/1h', burst: 2 }, { stage: 'rcpt' })
  const facts = { sender: 'a@Bulk.test', recipient: 'r@b.test' }
  assert.equal(await ask(facts), 'passes')
  assert.equal(await ask({ ...facts, sender: 'other@bulk.test' }), 'passes')
  const refused = '450 4.7.1 <r@b.test>: Recipient address rejected: Rate limit exceeded for bulk.test, try again in 60 seconds'
  assert.equal(await ask(facts), refused)
  assert.equal(await ask({ ...facts, sender: 'a@quiet.test' }), 'passes')
  await clock.advance(60_000)
  assert.equal(await ask(facts), 'passes')
  assert.match(await ask(facts), /^450/)
})

const keys: [string, AccessFacts, AccessFacts, boolean][] = [
  ['client', { client: '192.0.2.1' }, { client: '192.0.2.2' }, false],
  ['client_network', { client: '192.0.2.1' }, { client: '192.0.2.2' }, true],
  ['client_name', { client: 'a.test[192.0.2.1]' }, { client: 'A.test[192.0.2.2]' }, true],
  ['helo', { helo: 'x' }, { helo: 'y' }, false],
  ['sender', { sender: 'a@b.test' }, { sender: 'A@B.test' }, true],
  ['sender', { sender: '' }, { sender: '' }, true],
  ['sender_domain', { sender: '' }, { sender: '' }, false],
  ['recipient', { recipient: 'a@b.test' }, { recipient: 'b@b.test' }, false],
  ['recipient_domain', { recipient: 'a@b.test' }, { recipient: 'b@b.test' }, true],
  ['sasl_login', {}, {}, false],
  ['listener', { client: '192.0.2.1' }, { client: '192.0.2.2' }, true],
]
for (const [key, one, other, isSame] of keys) {
  test(`${key}: ${JSON.stringify(one)} and ${JSON.stringify(other)} have ${isSame ? 'one bucket' : 'their own'}`, async () => {
    const { ask } = await limiter({ key: [key], rate: '1/1d', burst: 1 }, { stage: 'rcpt' })
    assert.equal(await ask(one), 'passes')
    assert.equal((await ask(other)) === 'passes', !isSame)
  })
}

test('a login has a bucket, whatever it connects from', async () => {
  const { ask } = await limiter({ key: ['sasl_login'], rate: '1/1d', burst: 1, action: 'reject' }, { stage: 'rcpt' })
  const session = { sasl: { method: 'PLAIN', username: 'joe' } }
  assert.equal(await ask({ session }), 'passes')
  assert.match(await ask({ session, client: '198.51.100.1' }), /^554 5\.7\.1 .*exceeded for joe, try again in 86400 seconds$/)
})

test('keys can be combined', async () => {
  const { ask } = await limiter({ key: ['client', 'recipient_domain'], rate: '1/1d', burst: 1 }, { stage: 'rcpt' })
  assert.equal(await ask({ recipient: 'a@b.test' }), 'passes')
  assert.equal(await ask({ recipient: 'a@c.test' }), 'passes')
  assert.match(await ask({ recipient: 'b@b.test' }), /^450 .* for 192\.0\.2\.1 b\.test,/)
})

for (const stage of ['mail', 'connect', 'helo'] as const) {
  test(`at ${stage} it counts once, though the list is asked for every recipient`, async () => {
    const { again } = await limiter({ key: ['client'], rate: '1/1d', burst: 1 }, { stage })
    const first = anAccessRequest(stage)
    for (let i = 0; i < 3; i++) assert.equal(await again({ ...first, recipient: undefined }), 'passes')
    const second = anAccessRequest(stage)
    for (let i = 0; i < 3; i++) assert.match(await again(second), /^450/)
  })
}

test('recipients and kilobytes can be the cost', async () => {
  const transaction = { recipients: ['a@b.test', 'c@b.test', 'd@b.test'] }
  const recipients = await limiter({ key: ['client'], rate: '1/1d', burst: 5, cost: 'recipients' }, { stage: 'data' })
  assert.equal(await recipients.ask({ transaction }), 'passes')
  assert.match(await recipients.ask({ transaction }), /^450/)
  const size = await limiter({ key: ['client'], rate: '1/1d', burst: 10, cost: 'kilobytes' }, { stage: 'end_of_data' })
  assert.equal(await size.ask({ transaction: { size: 9 * 1024 } }), 'passes')
  assert.match(await size.ask({ transaction: { size: 1025 } }), /^450 .*END-OF-MESSAGE/)
  assert.equal(await size.ask({ transaction: { size: 1024 } }), 'passes')
})

test('excepted clients are not limited', async () => {
  const { ask } = await limiter({ key: ['client'], rate: '1/1d', burst: 1, exceptions: ['192.0.2.0/24'] }, { stage: 'rcpt' })
  for (let i = 0; i < 3; i++) assert.equal(await ask(), 'passes')
})

test('without its state it does not limit, or lets the client come back, as the option says', async () => {
  const options = { key: ['client'], rate: '1/1d' }
  const open = await limiter(options, { stage: 'rcpt', state: aDeadState() })
  assert.equal(await open.ask(), 'passes')
  const closed = await limiter({ ...options, on_failure: 'closed' }, { stage: 'rcpt', state: aDeadState() })
  assert.match(await closed.ask(), /^451 4\.3\.0/)
})

test('options that make no sense are told at start', async () => {
  await assert.rejects(limiter({ key: ['client'], rate: '0/1h' }, { stage: 'rcpt' }), /rate: must be more/)
  await assert.rejects(limiter({ key: ['client'], rate: '1/1h', cost: 'kilobytes' }, { stage: 'rcpt' }), /end_of_data only/)
  await assert.rejects(limiter({ key: ['nose'], rate: '1/1h' }, { stage: 'rcpt' }), /key/)
})
