import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveriesOf } from './active.ts'
import type { QueuedMessage } from './types.ts'

test('recipients go out by domain, then by address', () => {
  const addresses = ['b@One.test', 'z@a.test', 'a@one.test', 'B@one.test']
  const message = { envelope: { recipients: addresses.map((address) => ({ address, original: address })) } }
  const sorted = deliveriesOf(message as unknown as QueuedMessage, [0, 1, 2, 3], 3)
  assert.deepEqual(
    sorted.map((delivery) => delivery.map((index) => addresses[index])),
    [['z@a.test', 'B@one.test', 'a@one.test'], ['b@One.test']],
  )
})
