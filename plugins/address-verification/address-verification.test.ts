import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome, State } from '#postern'
import { type AccessFacts, aDeadState, aState, type FakeClock, fakeClock, type Mounted, mount } from '../../test/kit/index.ts'
import addressVerification from './index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SENT: Outcome = { kind: 'sent', status: '2.1.5', text: '250 2.1.5 Ok', relay: 'mx' }
const BOUNCED: Outcome = { kind: 'bounced', status: '5.1.1', reason: 'host mx said: 550 5.1.1 none', relay: 'mx' }
const DEFERRED: Outcome = { kind: 'deferred', status: '4.4.1', reason: 'connect to mx: refused', relay: 'none' }

/** Servers that answer probes as told; `wait` answers when `answer` is called. */
function servers(clock: FakeClock = fakeClock()) {
  let next: Outcome | 'wait' = SENT
  const asked: string[] = []
  const waiting: ((outcome: Outcome) => void)[] = []
  return {
    clock,
    asked,
    say(outcome: Outcome | 'wait'): void {
      next = outcome
    },
    answer: (outcome: Outcome) => void waiting.shift()?.(outcome),
    async probe(address: string): Promise<Outcome> {
      asked.push(address)
      return next === 'wait' ? new Promise((resolve) => waiting.push(resolve)) : next
    },
  }
}
type Servers = ReturnType<typeof servers>

async function verifying(
  { probe, clock }: Servers,
  parameters: Record<string, string> = {},
  more: { subject?: 'sender' | 'recipient'; state?: State; on_failure?: 'open' | 'closed' } = {},
): Promise<Mounted> {
  const { subject = 'recipient', on_failure = 'closed', state = aState(clock) } = more
  const stage = subject === 'sender' ? 'mail' : 'rcpt'
  return mount(addressVerification, { subject, on_failure }, { stage, parameters, probe, clock, state })
}

async function said(mounted: Mounted, facts: AccessFacts): Promise<string> {
  const verdict = await mounted.access(facts.recipient === undefined ? 'mail' : 'rcpt', facts)
  const held = mounted.recorded.deferIfPermit
  delete mounted.recorded.deferIfPermit
  const refusal = verdict ?? held
  if (refusal === undefined || !('code' in refusal)) return 'ok'
  return `${verdict === undefined ? 'if permit: ' : ''}${refusal.code} ${refusal.status} ${refusal.text}`
}

const HEAD = '<u@a.test>: Recipient address rejected:'

test('who exists is taken, others are refused with what was said of them', async () => {
  const world = servers()
  const to = { recipient: 'u@a.test' }
  assert.equal(await said(await verifying(world), to), 'ok')
  world.say(BOUNCED)
  const codes = { unverified_recipient_reject_code: '551', unverified_recipient_defer_code: '451' }
  assert.equal(await said(await verifying(world), to), `450 4.1.1 ${HEAD} unverified address: host mx said: 550 5.1.1 none`)
  assert.equal(
    await said(await verifying(world, codes), to),
    `551 5.1.1 ${HEAD} undeliverable address: host mx said: 550 5.1.1 none`,
  )
  world.say(DEFERRED)
  assert.equal(
    await said(await verifying(world, codes), to),
    `if permit: 451 4.1.1 ${HEAD} unverified address: connect to mx: refused`,
  )
  const own = { unverified_recipient_reject_reason: 'ask later', unverified_recipient_tempfail_action: 'defer' }
  assert.equal(await said(await verifying(world, own), to), `450 4.1.1 ${HEAD} unverified address: ask later`)
})

test('senders have codes and texts of their own, and the null sender is not asked for', async () => {
  const world = servers()
  world.say(BOUNCED)
  const parameters = { unverified_sender_reject_code: '553', unverified_sender_reject_reason: 'go away' }
  const mounted = await verifying(world, parameters, { subject: 'sender' })
  assert.equal(
    await said(mounted, { sender: 's@b.test' }),
    '553 5.1.7 <s@b.test>: Sender address rejected: undeliverable address: go away',
  )
  assert.equal(await said(mounted, { sender: '' }), 'ok')
  assert.deepEqual(world.asked, ['s@b.test'])
})

test('a client waits for the probe, but not longer than the parameters say', async () => {
  const world = servers()
  const { clock } = world
  world.say('wait')
  const progress = `if permit: 450 4.1.1 ${HEAD} unverified address: Address verification in progress`
  const mounted = await verifying(world, { address_verify_poll_count: '2', address_verify_poll_delay: '3s' })
  const first = said(mounted, { recipient: 'u@a.test' })
  await clock.advance(3000)
  assert.equal(await first, progress)
  const second = said(mounted, { recipient: 'u@A.test' })
  await clock.advance(1000)
  world.answer(SENT)
  assert.equal(await second, 'ok')
  assert.deepEqual(world.asked, ['u@a.test'])
  const once = await verifying(servers(clock), { address_verify_poll_count: '1' })
  assert.equal(await said(once, { recipient: 'u@a.test' }), progress)
})

test('under stress nobody waits for a probe, unless the parameters say so', async () => {
  const world = servers()
  world.say('wait')
  const progress = `if permit: 450 4.1.1 ${HEAD} unverified address: Address verification in progress`
  const session = { stress: 'yes' }
  assert.equal(await said(await verifying(world), { recipient: 'u@a.test', session }), progress)
  const patient = await verifying(world, { address_verify_poll_count: '2', address_verify_poll_delay: '3s' })
  const answer = said(patient, { recipient: 'u@b.test', session })
  await world.clock.advance(1000)
  // The probe that nobody waited for, and the one that the patient waits for.
  world.answer(SENT)
  world.answer(SENT)
  assert.equal(await answer, 'ok')
})

test('all who share the state share a probe; one that was lost is made again', async () => {
  const world = servers()
  const { clock } = world
  world.say('wait')
  const state = aState(clock)
  const [one, two] = [await verifying(world, {}, { state }), await verifying(world, {}, { state })]
  const both = [said(one, { recipient: 'u@a.test' }), said(two, { recipient: 'u@a.test' })]
  await clock.advance(1000)
  world.answer(BOUNCED)
  await clock.advance(6000)
  assert.deepEqual(
    new Set(await Promise.all(both)),
    new Set([`450 4.1.1 ${HEAD} unverified address: host mx said: 550 5.1.1 none`]),
  )
  assert.equal(world.asked.length, 1)
  const lost = said(one, { recipient: 'lost@a.test' })
  await clock.advance(6000)
  await lost
  await clock.advance(1_000_001)
  world.say(SENT)
  assert.equal(await said(two, { recipient: 'lost@a.test' }), 'ok')
})

test('who exists is asked for again in time, and stays whatever is said then until that expires', async () => {
  const world = servers()
  const { clock } = world
  const mounted = await verifying(world, {
    address_verify_positive_refresh_time: '2d',
    address_verify_positive_expire_time: '4d',
  })
  const to = { recipient: 'u@a.test' }
  const ask = async (): Promise<string> => said(mounted, to)
  assert.equal(await ask(), 'ok')
  world.say(BOUNCED)
  await clock.advance(2 * DAY - 1)
  assert.equal(await ask(), 'ok')
  assert.equal(world.asked.length, 1)
  await clock.advance(HOUR)
  assert.equal(await ask(), 'ok')
  await clock.advance(0)
  assert.equal(world.asked.length, 2)
  await clock.advance(2 * DAY)
  assert.match(await ask(), /none$/)
})

test('who does not exist is asked for again in time', async () => {
  const world = servers()
  world.say(BOUNCED)
  const mounted = await verifying(world, {
    address_verify_negative_refresh_time: '2h',
    address_verify_negative_expire_time: '1d',
  })
  const to = { recipient: 'u@a.test' }
  assert.match(await said(mounted, to), /none$/)
  await world.clock.advance(2 * HOUR + 1)
  world.say(SENT)
  assert.match(await said(mounted, to), /none$/)
  await world.clock.advance(0)
  assert.equal(await said(mounted, to), 'ok')
  world.say(BOUNCED)
  assert.match(await said(mounted, { recipient: 'v@a.test' }), /none$/)
  await world.clock.advance(DAY + 1)
  world.say(SENT)
  assert.equal(await said(mounted, { recipient: 'v@a.test' }), 'ok')
})

test('without a negative cache nothing is known of who was not found', async () => {
  const world = servers()
  world.say(BOUNCED)
  const mounted = await verifying(world, { address_verify_negative_cache: 'no', address_verify_poll_count: '2' })
  assert.match(await said(mounted, { recipient: 'u@a.test' }), /Address verification in progress$/)
  assert.equal(world.asked.length, 2)
  world.say(SENT)
  assert.equal(await said(mounted, { recipient: 'u@a.test' }), 'ok')
})

test('when the state is down, on_failure says whether the address passes', async () => {
  const world = servers()
  const down = { state: aDeadState() }
  assert.equal(await said(await verifying(world, {}, { ...down, on_failure: 'open' }), { recipient: 'u@a.test' }), 'ok')
  assert.match(await said(await verifying(world, {}, down), { recipient: 'u@a.test' }), /^451 4\.3\.0 /)
})

test('what others left in the state under our keys does no harm', async () => {
  const world = servers()
  const state = aState(world.clock)
  await state.use('address-verification', { onFailure: 'closed' }).set('u@a.test', '["ok",1]', DAY)
  assert.equal(await said(await verifying(world, {}, { state }), { recipient: 'u@a.test' }), 'ok')
  assert.equal(world.asked.length, 1)
})

test('restrictions mount it', async () => {
  for (const [name, stage] of [
    ['reject_unverified_sender', 'mail'],
    ['reject_unverified_recipient', 'rcpt'],
  ] as const) {
    const world = servers()
    world.say(BOUNCED)
    const { probe, clock } = world
    const mounted = await mount(addressVerification, undefined, { stage, probe, clock, restriction: { name } })
    assert.match(
      await said(mounted, { sender: 's@a.test', ...(stage === 'rcpt' ? { recipient: 'r@a.test' } : {}) }),
      /^450 4\.1\./,
    )
  }
})
