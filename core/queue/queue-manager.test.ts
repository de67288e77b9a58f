/** The queue manager's rounds with fake agents and a clock in the hand: fairness, limits, back-off, expiry, bounces. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, aQueue, DOWN, LATER, NEVER, SENT } from '../../test/queue/a-queue.ts'
import type { Schedule } from '../hooks.ts'
import type { DeliveryJob } from '../smtp/types.ts'

test('a delivered message leaves the queue, with the events of Postfix', async () => {
  const bench = await aQueue(all(SENT))
  const id = await bench.send('a@one.test')
  await bench.settle()
  assert.deepEqual(
    bench.events.map(({ type }) => type),
    ['queued', 'delivery', 'removed'],
  )
  assert.equal(await bench.open.spool.read(id), undefined)
  assert.equal(bench.queue.counts().active, 0)
})

test('a deferred message is tried again after as long as it has waited, between the two limits', async () => {
  const tries: number[] = []
  const bench = await aQueue((job, settle) => {
    tries.push((bench.clock.now() - job.message.envelope.arrived) / 1000)
    all(LATER)(job, settle)
  })
  await bench.send('a@one.test')
  for (let i = 0; i < 100; i++) {
    await bench.settle()
    await bench.clock.advance(100_000)
  }
  await bench.settle()
  // 300 s, then doubling, then every 4000 s.
  assert.deepEqual(tries, [0, 300, 600, 1200, 2400, 4800, 8800])
  assert.equal(bench.queue.counts().deferred, 1)
})

test('queue.schedule may say otherwise', async () => {
  let tries = 0
  const bench = await aQueue((job, settle) => {
    tries++
    all(LATER)(job, settle)
  })
  bench.hooks['queue.schedule'].tap('soon', (schedule: Schedule) => ({ ...schedule, next: bench.clock.now() + 1000 }))
  await bench.send('a@one.test')
  await bench.settle()
  await bench.clock.advance(1000)
  await bench.settle()
  assert.equal(tries, 2)
})

test('an expired message is returned with what its last attempt said', async () => {
  const bench = await aQueue(all(LATER), { maximal_queue_lifetime: '1h' })
  await bench.send('a@one.test', { arrived: bench.clock.now() - 3_600_000 })
  await bench.settle()
  assert.deepEqual(
    bench.events.map(({ type }) => type),
    ['queued', 'delivery', 'expired', 'removed'],
  )
  assert.deepEqual(bench.reports, [
    { kind: 'failure', recipients: [{ index: 0, action: 'failed', status: '4.2.0', reason: 'host mx said: 451 later' }] },
  ])
})

test('mail from the null sender has a lifetime of its own', async () => {
  const bench = await aQueue(all(LATER), { bounce_queue_lifetime: '1h' })
  await bench.send('a@one.test', { sender: '', arrived: bench.clock.now() - 3_600_000 })
  await bench.send('a@one.test', { arrived: bench.clock.now() - 3_600_000 })
  await bench.settle()
  assert.equal(bench.logged('expired').length, 1)
})

test('the sender is told once of a delay', async () => {
  const bench = await aQueue(all(LATER), { delay_warning_time: '1h' })
  await bench.send('a@one.test')
  for (let i = 0; i < 50; i++) {
    await bench.settle()
    await bench.clock.advance(300_000)
  }
  assert.deepEqual(
    bench.reports.map(({ kind }) => kind),
    ['delay'],
  )
})

test('failures and successes are told at the end of the round; success only when asked for and not passed on', async () => {
  const bench = await aQueue(({ recipients, message }, settle) => {
    for (const index of recipients) {
      const { address } = message.envelope.recipients[index] ?? { address: '' }
      settle(index, address.startsWith('bad') ? NEVER : address.startsWith('dsn') ? { ...SENT, dsnPassed: true } : SENT)
    }
  })
  await bench.send(['bad@one.test', 'good@one.test'])
  const wanted = ['told@one.test', 'dsn@one.test', 'plain@one.test'].map((address, i) => ({
    address,
    original: address,
    notify: i < 2 ? 2 : 0,
  }))
  await bench.send([], { recipients: wanted })
  await bench.settle()
  assert.deepEqual(
    bench.reports.map(({ kind, recipients }) => [kind, recipients.map(({ index, action }) => [index, action])]),
    [
      ['failure', [[0, 'failed']]],
      ['success', [[0, 'delivered']]],
    ],
  )
  assert.equal(bench.logged('removed').length, 2)
})

test('a sender hears of an expanded recipient once, whatever becomes of those in its place', async () => {
  const bench = await aQueue(all(LATER))
  const id = await bench.send([], {
    recipients: [
      { address: 'list@one.test', original: 'list@one.test', notify: 2, done: true, expanded: true },
      { address: 'member@one.test', original: 'list@one.test', notify: 1 },
    ],
  })
  for (let i = 0; i < 3; i++) {
    await bench.settle()
    await bench.clock.advance(300_000)
  }
  assert.deepEqual(
    bench.reports.map(({ kind, recipients }) => [kind, recipients]),
    [['success', [{ index: 0, action: 'expanded', status: '2.0.0', reason: 'alias expanded' }]]],
  )
  assert.equal((await bench.open.spool.read(id))?.envelope.recipients[0]?.expanded, undefined)
})

test('when a bounce can not be stored, the recipient stays in the queue', async () => {
  const bench = await aQueue(({ recipients }, settle) => {
    for (const index of recipients) settle(index, index === 0 ? NEVER : SENT)
  })
  bench.bouncerFails = true
  const id = await bench.send(['bad@one.test', 'good@one.test'])
  await bench.settle()
  assert.equal(bench.queue.counts().deferred, 1)
  const stored = await bench.open.spool.read(id)
  assert.deepEqual(
    stored?.envelope.recipients.map(({ done }) => done === true),
    [false, true],
  )
  bench.bouncerFails = false
  await bench.clock.advance(300_000)
  await bench.settle()
  assert.equal(bench.queue.counts().deferred, 0)
  assert.equal(bench.logged('delivery').length, 3)
})

test('a dead destination is left alone, and delays nobody else', async () => {
  const attempts = new Map<string, number>()
  const bench = await aQueue(async (job, settle) => {
    attempts.set(job.route.nexthop, (attempts.get(job.route.nexthop) ?? 0) + 1)
    await bench.clock.sleep(job.route.nexthop === 'dead.test' ? 30_000 : 0, job.signal)
    all(job.route.nexthop === 'dead.test' ? DOWN : SENT)(job, settle)
  })
  for (let i = 0; i < 60; i++) await bench.send(`a${i}@dead.test`)
  for (let i = 0; i < 20; i++) await bench.send(`a${i}@live.test`)
  for (let i = 0; i < 10; i++) await bench.clock.advance(1)
  await bench.settle()
  assert.equal(attempts.get('live.test'), 20, 'the others are through while the first connections still hang')
  await bench.clock.advance(70_000)
  await bench.settle()
  const tried = attempts.get('dead.test') ?? 0
  assert.ok(tried >= 5 && tried < 10, `about one round of the initial concurrency: ${tried}`)
  assert.equal(bench.queue.counts().deferred, 60)
  const suspended = bench.events.filter(
    (e) =>
      e.type === 'delivery' &&
      'reason' in e.outcome &&
      e.outcome.reason.startsWith('delivery temporarily suspended: connect to mx'),
  )
  assert.equal(suspended.length, 60 - tried)
  await bench.send('late@dead.test')
  await bench.settle()
  assert.equal(attempts.get('dead.test'), tried, 'new mail is not tried either')
})

test('concurrency grows from its initial value to its limit, with each delivery that gets through', async () => {
  let running = 0
  let most = 0
  const waiting: (() => void)[] = []
  const bench = await aQueue(
    async (job, settle) => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => waiting.push(resolve))
      running--
      all(SENT)(job, settle)
    },
    { default_destination_concurrency_limit: '8' },
  )
  for (let i = 0; i < 120; i++) await bench.send(`a${i}@one.test`)
  await bench.settle()
  assert.equal(most, 5)
  for (let i = 0; i < 200 && waiting.length > 0; i++) {
    waiting.shift()?.()
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  await bench.settle()
  assert.equal(most, 8)
  assert.equal(bench.leases.most.get('smtp:one.test'), 8)
  assert.equal(bench.logged('removed').length, 120)
})

test('recipients are split at the limit and sorted, and messages of a destination take turns', async () => {
  const jobs: string[][] = []
  const bench = await aQueue(
    async ({ recipients, message }, settle) => {
      jobs.push(recipients.map((index) => message.envelope.recipients[index]?.address ?? ''))
      await bench.clock.sleep(1000)
      all(SENT)({ recipients } as DeliveryJob, settle)
    },
    {
      default_destination_recipient_limit: '2',
      initial_destination_concurrency: '1',
      default_destination_concurrency_limit: '1',
    },
  )
  await bench.send(['e@x.test', 'd@x.test', 'c@x.test', 'b@x.test', 'a@x.test'])
  await bench.send('z@x.test')
  for (let i = 0; i < 6; i++) {
    await bench.settle()
    await bench.clock.advance(1000)
  }
  await bench.settle()
  assert.deepEqual(jobs, [['a@x.test', 'b@x.test'], ['c@x.test', 'd@x.test'], ['z@x.test'], ['e@x.test']])
})

test('with a rate delay, deliveries go one at a time and pause', async () => {
  const times: number[] = []
  const bench = await aQueue(
    (job, settle) => {
      times.push(bench.clock.now())
      all(SENT)(job, settle)
    },
    { default_destination_rate_delay: '5s' },
  )
  for (let i = 0; i < 3; i++) await bench.send(`a${i}@one.test`)
  for (let i = 0; i < 20; i++) {
    await bench.settle()
    await bench.clock.advance(1000)
  }
  assert.deepEqual(
    times.map((time) => time - (times[0] ?? 0)),
    [0, 5000, 10_000],
  )
})

test('a slow destination with a large backlog leaves room for the others', async () => {
  const bench = await aQueue(
    async (job, settle) => {
      if (job.route.nexthop === 'slow.test') await bench.clock.sleep(3_000_000, job.signal)
      all(SENT)(job, settle)
    },
    { qmgr_message_active_limit: '300' },
  )
  for (let i = 0; i < 400; i++) await bench.send(`a${i}@slow.test`)
  await bench.settle()
  assert.ok(bench.queue.counts().active < 300, 'the active set is bounded by destination')
  await bench.send('a@quick.test')
  await bench.settle()
  assert.equal(bench.logged('removed').length, 1)
})

test('an agent that throws, one that forgets, and a missing one defer', async () => {
  const bench = await aQueue(({ route }) => {
    if (route.nexthop === 'throws.test') throw new Error('bad\r\nluck')
  })
  for (const site of ['throws.test', 'forgets.test', 'none.test', 'unroutable.test']) await bench.send(`a@${site}`)
  await bench.send('a@error.test')
  await bench.settle()
  assert.equal(bench.queue.counts().deferred, 4)
  const reasons = bench.events.flatMap((e) => (e.type === 'delivery' && 'reason' in e.outcome ? [e.outcome.reason] : []))
  assert.deepEqual(reasons.sort(), [
    'bad host',
    'bad luck',
    'delivery agent gave no result',
    'mail transport unavailable',
    'temporary failure of address resolution',
  ])
  assert.equal(bench.reports[0]?.kind, 'failure')
})

test('with XVERP each recipient has a delivery of its own, under the concurrency of their destination', async () => {
  const jobs: (readonly number[])[] = []
  const bench = await aQueue(
    (job, settle) => {
      jobs.push(job.recipients)
      all(SENT)(job, settle)
    },
    { default_destination_concurrency_limit: '1' },
  )
  await bench.send(['a@one.test', 'b@one.test', 'c@one.test'], { verp: '+=' })
  await bench.settle()
  assert.deepEqual(jobs, [[0], [1], [2]])
  assert.deepEqual([...bench.leases.most.values()], [1])
})
