/** Orders on the queue, what a restart finds, and how a stop leaves it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aDisk, all, aQueue, closeQueues, DOWN, LATER, SENT } from '../../test/queue/a-queue.ts'
import type { QueueId } from './types.ts'

test('held mail waits for its release', async () => {
  const bench = await aQueue(all(SENT))
  const id = await bench.send('a@one.test', { hold: true })
  await bench.settle()
  assert.equal(bench.queue.counts().hold, 1)
  assert.equal(bench.logged('held').length, 1)
  assert.equal(await bench.queue.flush({ all: true }), 0)
  assert.equal(await bench.queue.release({ ids: [id, 'nosuch'] }), 1)
  await bench.settle()
  assert.equal(bench.logged('removed').length, 1)
})

test('orders reach mail that waits and mail that is being delivered', async () => {
  const bench = await aQueue(async (job, settle) => {
    if (job.route.nexthop === 'slow.test') await bench.clock.sleep(1000, job.signal)
    all(job.route.nexthop === 'later.test' ? LATER : SENT)(job, settle)
  })
  const later = await bench.send('a@later.test')
  const slow: QueueId[] = []
  for (let i = 0; i < 8; i++) slow.push(await bench.send(`a${i}@slow.test`))
  await bench.settle()
  assert.equal(await bench.queue.hold({ ids: [later] }), 1)
  assert.equal(await bench.queue.hold({ ids: [slow[7] ?? ''] }), 1)
  assert.equal(await bench.queue.delete({ ids: [slow[6] ?? ''] }), 1)
  await bench.settle()
  assert.equal(bench.queue.counts().hold, 2)
  assert.equal(bench.logged('removed').length, 1)
  const listed = await Array.fromAsync(bench.queue.list())
  assert.deepEqual(
    listed.map(({ state }) => state),
    ['hold', 'active', 'active', 'active', 'active', 'active', 'active', 'hold'],
  )
  assert.deepEqual(listed[0]?.recipients, [{ address: 'a@later.test', reason: 'host mx said: 451 later' }])
  assert.equal(await bench.queue.requeue({ site: 'later.test' }), 1)
  await bench.settle()
  assert.equal(bench.logged('delivery').filter((e) => e.type === 'delivery' && e.envelope.id === later).length, 2)
  assert.equal((await bench.queue.show(later))?.envelope.attempts, 2)
  for (let i = 0; i < 5; i++) {
    await bench.clock.advance(1000)
    await bench.settle()
  }
  assert.equal(await bench.queue.delete({ all: true }), 2)
  await bench.settle()
  assert.equal(bench.logged('removed').length, 9)
  assert.deepEqual(await Array.fromAsync(bench.queue.list()), [])
})

test('flush tries deferred mail of a dead destination now', async () => {
  let isDown = true
  const bench = await aQueue((job, settle) => all(isDown ? DOWN : SENT)(job, settle))
  for (let i = 0; i < 10; i++) await bench.send(`a${i}@one.test`)
  await bench.settle()
  assert.equal(bench.queue.counts().deferred, 10)
  isDown = false
  assert.equal(await bench.queue.flush({ site: 'ONE.test' }), 10)
  await bench.settle()
  assert.equal(bench.logged('removed').length, 10)
})

test('what an earlier run left is delivered when it is due; drain leaves the rest in the spool', async () => {
  const disk = aDisk()
  const first = await aQueue(all(LATER), {}, disk)
  for (let i = 0; i < 40; i++) await first.send(`a${i}@one.test`)
  await first.settle()
  await closeQueues()
  const second = await aQueue(all(SENT), {}, disk)
  await second.settle()
  assert.equal(second.queue.counts().deferred, 40)
  await second.clock.advance(301_000)
  await second.settle()
  assert.equal(second.logged('removed').length, 40)
})

test('an attempt that the end of the process cut short does not count', async () => {
  const disk = aDisk()
  const first = await aQueue(
    async (job, settle) => {
      await first.clock.sleep(30_000, job.signal).catch(() => undefined)
      all(LATER)(job, settle)
    },
    {},
    disk,
  )
  await first.send('a@one.test')
  await first.settle()
  await closeQueues()
  assert.equal(first.logged('delivery').length, 0)
  const second = await aQueue(all(SENT), {}, disk)
  await second.settle()
  assert.equal(second.logged('removed').length, 1)
})
