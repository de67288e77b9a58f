/** What the pool remembers of destinations. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Settings } from './parameters.ts'
import { ConnectionPool } from './pool.ts'

test('destinations whose mail never came are forgotten; those at work are not', (t) => {
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const pool = new ConnectionPool({ connection_cache_on_demand: true, connection_cache_time_limit: 2000 } as Settings)
  pool.begin('busy')
  for (let i = 0; i < 5000; i++) {
    pool.begin(`d${i}`)
    pool.end(`d${i}`, true)
    now += 100
  }
  assert.ok(pool.flows < 1000, `${pool.flows}`)
  assert.equal(pool.begin('d4999'), true, 'it was at work a moment ago')
  now += 5000
  assert.equal(pool.begin('d4998'), false)
  pool.end('busy', false)
  const before = pool.flows
  pool.begin('busy')
  assert.equal(pool.flows, before + 1)
  pool.close()
})
