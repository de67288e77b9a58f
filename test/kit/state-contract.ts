/** What every state engine promises, as tests that are run against each of them. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Answer, Op, Store } from '../../core/state/types.ts'
import { Use } from '../../core/state/uses.ts'

/** An engine under test. */
export interface Subject {
  run(op: Op): Answer | Promise<Answer>
  /** Lets so many milliseconds pass for the engine: real ones where it has a clock of its own. */
  pass(milliseconds: number): Promise<void> | void
  close?(): Promise<void> | void
}

/** Milliseconds of lifetimes that the tests wait for, and of those that they do not. */
const SHORT = 60
const LONG = 600_000

/** Declares the tests. @param subject made once, before the first of them */
export function stateContract(name: string, subject: () => Subject | Promise<Subject>): void {
  describe(`${name} keeps the contract of state`, () => {
    let engine: Subject
    let count = 0
    before(async () => {
      engine = await subject()
    })
    after(() => engine.close?.())
    /** Keys that no other test has. */
    const fresh = (): Store => new Use((op) => engine.run(op), `contract-${process.pid}-${count++}`, 'closed')
    const passed = async (): Promise<void> => engine.pass(SHORT + 20)

    test('values are kept, replaced, forgotten', async () => {
      const store = fresh()
      assert.equal(await store.get('k'), undefined)
      await store.set('k', 'one', LONG)
      await store.set('k', 'two', LONG)
      await store.set('other', '', LONG)
      assert.equal(await store.get('k'), 'two')
      assert.equal(await store.get('other'), '')
      await store.delete('k')
      assert.equal(await store.get('k'), undefined)
    })

    test('uses do not see each other', async () => {
      const [one, two] = [fresh(), fresh()]
      await one.set('k', 'v', LONG)
      assert.equal(await two.get('k'), undefined)
    })

    test('values expire', async () => {
      const store = fresh()
      await store.set('short', 'v', SHORT)
      await store.set('long', 'v', LONG)
      await passed()
      assert.equal(await store.get('short'), undefined)
      assert.equal(await store.get('long'), 'v')
    })

    test('compare-and-set: only from what is expected', async () => {
      const store = fresh()
      assert.equal(await store.compareAndSet('k', 'x', 'a', LONG), false)
      assert.equal(await store.compareAndSet('k', undefined, 'a', LONG), true)
      assert.equal(await store.compareAndSet('k', undefined, 'b', LONG), false)
      assert.equal(await store.compareAndSet('k', 'x', 'b', LONG), false)
      assert.equal(await store.compareAndSet('k', 'a', 'b', LONG), true)
      assert.equal(await store.get('k'), 'b')
    })

    test('compare-and-set: an expired value is none', async () => {
      const store = fresh()
      await store.set('k', 'old', SHORT)
      await passed()
      assert.equal(await store.compareAndSet('k', 'old', 'a', LONG), false)
      assert.equal(await store.compareAndSet('k', undefined, 'a', LONG), true)
      assert.equal(await store.get('k'), 'a')
    })

    test('of many at once, one compare-and-set wins', async () => {
      const store = fresh()
      const won = await Promise.all(Array.from({ length: 20 }, (_, i) => store.compareAndSet('k', undefined, `${i}`, LONG)))
      assert.equal(won.filter(Boolean).length, 1)
    })

    test('counters count in windows', async () => {
      const store = fresh()
      assert.equal(await store.add('k', 0, LONG), 0)
      assert.equal(await store.add('k', 1, SHORT), 1)
      assert.equal(await store.add('k', 2, LONG), 3)
      assert.equal(await store.add('k', 0, LONG), 3)
      await passed()
      assert.equal(await store.add('k', 0, LONG), 0)
      assert.equal(await store.add('k', 5, LONG), 5)
      await store.delete('k')
      assert.equal(await store.add('k', 1, LONG), 1)
    })

    test('counters lose nothing when many count at once', async () => {
      const store = fresh()
      const counts = await Promise.all(Array.from({ length: 100 }, () => store.add('k', 1, LONG)))
      assert.deepEqual(
        counts.toSorted((a, b) => a - b),
        Array.from({ length: 100 }, (_, i) => i + 1),
      )
    })

    test('buckets give what they hold, all or none', async () => {
      const store = fresh()
      // So slow that none comes while the test runs.
      const bucket = { rate: 0.0001, burst: 5 }
      assert.equal((await store.take('k', bucket, 3)).granted, true)
      const refused = await store.take('k', bucket, 3)
      assert.equal(refused.granted, false)
      assert.ok(Math.abs(refused.left - 2) < 0.01, `${refused.left}`)
      assert.ok(refused.wait > 9_900_000 && refused.wait <= 10_000_000, `${refused.wait}`)
      assert.equal((await store.take('k', bucket, 2)).granted, true)
      assert.equal((await store.take('k', bucket, 1)).granted, false)
      assert.equal((await store.take('other', bucket, 6)).granted, false)
    })

    test('buckets fill up again', async () => {
      const store = fresh()
      const bucket = { rate: 1000 / SHORT, burst: 1 }
      assert.equal((await store.take('k', bucket, 1)).granted, true)
      await passed()
      const again = await store.take('k', bucket, 1)
      assert.equal(again.granted, true)
    })

    test('tallies are the sum over their holders, the dead ones left out', async () => {
      const store = fresh()
      assert.equal(await store.tally('k', 'a', 3, LONG), 3)
      assert.equal(await store.tally('k', 'b', 2, SHORT), 5)
      assert.equal(await store.tally('k', 'a', 4, LONG), 6)
      await passed()
      assert.equal(await store.tally('k', 'c', 1, LONG), 5)
      assert.equal(await store.tally('k', 'a', 0, LONG), 1)
      assert.equal(await store.tally('k', 'c', 0, LONG), 0)
    })

    test('a value, a counter, a bucket and a tally may share a key', async () => {
      const store = fresh()
      await store.set('k', 'v', LONG)
      assert.equal(await store.add('k', 1, LONG), 1)
      assert.equal((await store.take('k', { rate: 1, burst: 2 }, 1)).granted, true)
      assert.equal(await store.tally('k', 'h', 1, LONG), 1)
      assert.equal(await store.get('k'), 'v')
      await store.delete('k')
      assert.equal(await store.get('k'), undefined)
      assert.equal(await store.add('k', 0, LONG), 0)
      assert.equal(await store.tally('k', 'h', 0, LONG), 0)
    })

    test('keys and values may be anything that a peer sent', async () => {
      const store = fresh()
      const odd = fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.constantFrom('__proto__', '{', '}', '{}', 'a{b}c', "'; DROP TABLE value; --", 'x'.repeat(5000), 'é', '\r\n', ''),
      )
      await fc.assert(
        fc.asyncProperty(odd, odd, async (key, value) => {
          await store.set(key, value, LONG)
          assert.equal(await store.get(key), value)
          assert.equal(await store.compareAndSet(key, value, 'next', LONG), true)
          await store.delete(key)
          assert.equal(await store.get(key), undefined)
        }),
        { numRuns: 60 },
      )
    })
  })
}
