/** A destination: how its window moves, and what is forgotten between bursts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Destination } from './destination.ts'

const REASON = { status: '4.4.1', reason: 'connect to x[192.0.2.1]:25: Connection refused' }

function aDestination(): Destination {
  return new Destination('smtp:x', 'smtp', { initial: 2, concurrency: 4, failedCohorts: 1 } as Destination['limits'])
}

test('a window of failures kills it, unless it was at rest in between', () => {
  const dead = aDestination()
  assert.deepEqual(
    [1, 2, 3].map(() => dead.failed(REASON, 1000)),
    [false, true, false],
  )
  const rested = aDestination()
  for (let i = 0; i < 5; i++) {
    assert.equal(rested.failed(REASON, 1000), false)
    rested.rest()
  }
  assert.equal(rested.deadReason(0), undefined)
})

test('after a rest it begins with its first window', () => {
  const destination = aDestination()
  for (let i = 0; i < 10; i++) destination.succeeded()
  destination.running = 3
  assert.equal(destination.hasRoom, true)
  destination.rest()
  assert.equal(destination.hasRoom, true, 'it is at work')
  destination.running = 0
  destination.rest()
  destination.running = 2
  assert.equal(destination.hasRoom, false)
})
