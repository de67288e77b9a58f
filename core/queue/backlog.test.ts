/** The backlog against a plain model: order by due time, turns by site, removal from anywhere. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backlog, type Waiting } from './backlog.ts'
import { DueHeap } from './due-heap.ts'

test('the heap gives what is due earliest, whatever was removed', () => {
  const due = fc.array(fc.tuple(fc.nat(1000), fc.boolean()), { maxLength: 300 })
  fc.assert(
    fc.property(due, (items) => {
      const heap = new DueHeap()
      for (const [slot, [time]] of items.entries()) heap.push(slot, time)
      for (const [slot, [, isRemoved]] of items.entries()) if (isRemoved) heap.remove(slot)
      const times: number[] = []
      for (let slot = heap.pop(); slot !== undefined; slot = heap.pop()) times.push(heap.dueOf(slot))
      const left = items.flatMap(([time, isRemoved]) => (isRemoved ? [] : [time]))
      assert.deepEqual(
        times,
        left.sort((a, b) => a - b),
      )
    }),
  )
})

const message = (id: string, site: string, due = 0, state: Waiting['state'] = 'deferred'): Waiting => {
  return { id, spool: 0, site, due, state }
}
const takeAll = (backlog: Backlog): string[] => {
  const ids: string[] = []
  for (let next = backlog.take(); next !== undefined; next = backlog.take()) ids.push(next.id)
  return ids
}

test('sites take turns; only what is due is taken; held mail is not', () => {
  const backlog = new Backlog()
  for (let i = 0; i < 3; i++) backlog.add(message(`a${i}`, 'a', i))
  backlog.add(message('b0', 'b', 1))
  backlog.add(message('later', 'b', 100))
  backlog.add(message('held', 'b', 0, 'hold'))
  assert.equal(backlog.take(), undefined)
  backlog.ripen(50)
  assert.deepEqual(takeAll(backlog), ['a0', 'b0', 'a1', 'a2'])
  assert.equal(backlog.earliest(), 100)
  assert.deepEqual([backlog.size, backlog.count('deferred'), backlog.count('hold')], [2, 1, 1])
})

test('a site whose destination is full is passed over until it has room', () => {
  const backlog = new Backlog()
  const destination = { isFull: true, parked: [] }
  backlog.add(message('a0', 'a'))
  backlog.add(message('b0', 'b'))
  backlog.site('a').destination = destination
  backlog.ripen(0)
  assert.deepEqual(takeAll(backlog), ['b0'])
  destination.isFull = false
  backlog.unpark(destination.parked)
  assert.deepEqual(takeAll(backlog), ['a0'])
})

test('adding, removing and taking in any order loses and repeats nothing', () => {
  const step = fc.record({
    what: fc.constantFrom('add', 'add', 'remove', 'take', 'ripen'),
    n: fc.nat(30),
    site: fc.nat(4),
    due: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const backlog = new Backlog()
      const model = new Map<string, number>()
      let now = 0
      for (const { what, n, site, due } of steps) {
        const id = `m${n}`
        if (what === 'add' && !model.has(id)) {
          backlog.add(message(id, `s${site}`, due))
          model.set(id, due)
        } else if (what === 'remove') assert.equal(backlog.remove(id) !== undefined, model.delete(id))
        else if (what === 'ripen') {
          now = Math.max(now, due)
          backlog.ripen(now)
        } else if (what === 'take') {
          const taken = backlog.take()
          if (taken !== undefined) assert.ok((model.get(taken.id) ?? Number.POSITIVE_INFINITY) <= now && model.delete(taken.id))
        }
        assert.equal(backlog.size, model.size)
      }
      backlog.ripen(1000)
      assert.deepEqual(takeAll(backlog).sort(), [...model.keys()].sort())
    }),
  )
})
