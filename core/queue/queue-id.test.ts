/** Queue ids: unique, ascending, legible to readers of Postfix logs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivalOf, isQueueId, queueIds, shelfOf } from './queue-id.ts'

test('ids ascend, also when the clock stands still or goes back', () => {
  let now = 1_800_000_000_000
  const ids = queueIds(123456, () => now)
  const made = Array.from({ length: 5000 }, (_, i) => {
    if (i === 2000) now -= 60_000
    return ids.next()
  })
  assert.equal(new Set(made).size, made.length)
  assert.deepEqual([...made].sort(), made)
  for (const id of made) assert.ok(isQueueId(id) && /^[0-9A-Za-z]{12,}$/.test(id), id)
  assert.equal(arrivalOf(made[0] ?? ''), 1_800_000_000_000)
  assert.equal(shelfOf(made[0] ?? '').length, 1)
})

test('ids of another owner, and of a later start, differ', () => {
  const now = () => 1_800_000_000_000
  const [a, b] = [queueIds(51, now), queueIds(52, now)]
  const last = a.next()
  assert.notEqual(last, b.next())
  const later = queueIds(51, () => 1_700_000_000_000)
  later.notBefore(last)
  assert.ok(later.next() > last)
})

test('nothing but an id passes for one', () => {
  for (const text of ['', '../x', '4jW6gY49Dz', 'a/b', '4jW6gY49DzzJ9gh/..', 'z'.repeat(50), '4jW6gY49Dzz\n'])
    assert.equal(isQueueId(text), false, text)
})
