/** The limits of transports and destinations: the defaults, and what TRANSPORT_destination_... puts in their place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, aQueue, DOWN, SENT } from '../../test/queue/a-queue.ts'
import { scopeOf } from '../config/scope.ts'
import type { Generation } from '../generation.ts'
import type { DeliveryJob } from '../smtp/types.ts'
import { QUEUE_PARAMETERS, transportLimits } from './parameters.ts'

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

test('the limits of each transport have its name; a transport of its own sets them as others do', () => {
  const scope = scopeOf(
    {
      default_destination_concurrency_limit: '7',
      transport_destination_concurrency_limit: '2',
      transport_destination_recipient_limit: '3',
      slow_destination_concurrency_limit: '$transport_destination_concurrency_limit',
      slow_destination_rate_delay: '1m',
      'box-1_destination_recipient_limit': '0',
    },
    QUEUE_PARAMETERS,
  )
  const generation = { scope, transports: new Map() } as unknown as Generation
  const limits = (transport: string) => {
    const { concurrency, recipients, rateDelay } = transportLimits(generation, transport)
    return [concurrency, recipients, rateDelay]
  }
  assert.deepEqual(limits('smtp'), [7, 50, 0])
  assert.deepEqual(limits('relay'), [7, 50, 0])
  assert.deepEqual(limits('transport'), [2, 3, 0])
  assert.deepEqual(limits('slow'), [1, 50, 60_000])
  assert.deepEqual(limits('box-1'), [7, Number.POSITIVE_INFINITY, 0])
})
