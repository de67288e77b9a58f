/** The limits of transports and destinations: the defaults, and what TRANSPORT_destination_... puts in their place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, aQueue, DOWN, SENT } from '../../test/queue/a-queue.ts'
import type { DeliveryJob } from '../smtp/types.ts'

test('TRANSPORT_destination_ limits hold for that transport alone, over the defaults', async () => {
  const sizes: number[] = []
  const own = {
    smtp_destination_concurrency_limit: '3',
    smtp_destination_recipient_limit: '2',
    relay_destination_concurrency_limit: '1',
    relay_destination_recipient_limit: '1',
    initial_destination_concurrency: '9',
  }
  const bench = await aQueue(async ({ recipients }, settle) => {
    sizes.push(recipients.length)
    await bench.clock.sleep(1000)
    all(SENT)({ recipients } as DeliveryJob, settle)
  }, own)
  await bench.send(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}@x.test`))
  for (let i = 0; i < 4; i++) {
    await bench.settle()
    await bench.clock.advance(1000)
  }
  await bench.settle()
  assert.deepEqual(sizes, [2, 2, 2, 2])
  assert.equal(bench.leases.most.get('smtp:x.test'), 3)
})

test('default_process_limit bounds the deliveries of a transport, over all destinations', async () => {
  let running = 0
  let most = 0
  const bench = await aQueue(
    async (job, settle) => {
      most = Math.max(most, ++running)
      await bench.clock.sleep(1000)
      running--
      all(SENT)(job, settle)
    },
    { default_process_limit: '3' },
  )
  for (let i = 0; i < 8; i++) await bench.send(`a@d${i}.test`)
  for (let i = 0; i < 4; i++) {
    await bench.settle()
    await bench.clock.advance(1000)
  }
  await bench.settle()
  assert.equal(most, 3)
  assert.equal(bench.logged('removed').length, 8)
})

test('default_destination_concurrency_failed_cohort_limit: so many rounds of failures make a destination dead; 0: none does', async () => {
  const tried = async (rounds: string): Promise<number> => {
    let attempts = 0
    const bench = await aQueue(
      async (job, settle) => {
        attempts++
        await bench.clock.sleep(1000, job.signal)
        all(DOWN)(job, settle)
      },
      { default_destination_concurrency_failed_cohort_limit: rounds, initial_destination_concurrency: '1' },
    )
    for (let i = 0; i < 12; i++) await bench.send(`a${i}@dead.test`)
    for (let i = 0; i < 20; i++) {
      await bench.settle()
      await bench.clock.advance(1000)
    }
    await bench.settle()
    return attempts
  }
  assert.deepEqual([await tried('1'), await tried('4'), await tried('0')], [1, 4, 12])
})
