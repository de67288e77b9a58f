import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionLimit, ROOM } from './descriptors.ts'

test('clients get what is asked for, but not the descriptors that the queue needs', () => {
  assert.equal(connectionLimit(100, 768), 100)
  assert.equal(connectionLimit(20_000, 768), 768)
  assert.equal(connectionLimit(0, 768), 768)
  assert.equal(connectionLimit(0, Number.POSITIVE_INFINITY), 0)
  assert.ok(ROOM >= 1)
})
