/** Shared concurrency: over all workers never more than the limit, all of it usable, and nothing lost when a worker dies. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { LeaseLedger } from './lease-ledger.ts'
import { createLeases } from './leases.ts'

const KEY = 'smtp:example.org'

/** Workers with a ledger; messages between them arrive when `settle` is awaited. */
function machine(count: number) {
  const workers: ReturnType<typeof createLeases>[] = []
  const asked: number[] = Array.from({ length: count }, () => 0)
  const ledger = new LeaseLedger(count, (worker, key) => queueMicrotask(() => workers[worker]?.freed(key)))
  const worker = (index: number) =>
    createLeases(count, {
      acquire: async (key, limit) => {
        asked[index] = (asked[index] ?? 0) + 1
        return ledger.acquire(index, key, limit)
      },
      release: (key) => ledger.release(index, key),
    })
  for (let index = 0; index < count; index++) workers.push(worker(index))
  return { workers, ledger, asked, revive: (index: number) => (workers[index] = worker(index)) }
}

test('a worker alone has the whole limit and asks nobody', async () => {
  const { workers, asked } = machine(1)
  const [only] = workers
  for (let i = 0; i < 20; i++) assert.equal(only?.acquire(KEY, 20), true)
  assert.equal(await only?.acquire(KEY, 20), false)
  assert.deepEqual(asked, [0])
})

test('shares cost no message; only the remainder is asked for', async () => {
  const { workers, asked } = machine(3)
  for (const worker of workers) for (let i = 0; i < 6; i++) assert.equal(worker.acquire(KEY, 20), true)
  assert.deepEqual(asked, [0, 0, 0])
  assert.equal(await workers[0]?.acquire(KEY, 20), true)
  assert.equal(await workers[0]?.acquire(KEY, 20), true)
  assert.equal(await workers[1]?.acquire(KEY, 20), false)
  assert.deepEqual(asked, [2, 1, 0])
})

test('a refused worker asks again only when it is told that there is room', async () => {
  const { workers, asked } = machine(2)
  const [a, b] = workers
  const freed: string[] = []
  b?.onFreed((key) => freed.push(key))
  assert.equal(await a?.acquire(KEY, 1), true)
  assert.equal(await b?.acquire(KEY, 1), false)
  assert.equal(b?.acquire(KEY, 1), false)
  assert.deepEqual(asked, [1, 1])
  a?.release(KEY)
  await Promise.resolve()
  assert.deepEqual(freed, [KEY])
  assert.equal(await b?.acquire(KEY, 1), true)
})

test('room that a worker frees itself is told to its own waiter', () => {
  const { workers } = machine(1)
  const [only] = workers
  const freed: string[] = []
  only?.onFreed((key) => freed.push(key))
  assert.equal(only?.acquire(KEY, 1), true)
  assert.equal(only?.acquire(KEY, 1), false)
  only?.release(KEY)
  assert.deepEqual(freed, [KEY])
})

test('what a dead worker held comes back, and who waits is told', async () => {
  const { workers, ledger } = machine(2)
  const [a, b] = workers
  const freed: string[] = []
  b?.onFreed((key) => freed.push(key))
  assert.equal(await a?.acquire(KEY, 1), true)
  assert.equal(await b?.acquire(KEY, 1), false)
  ledger.forget(0)
  await Promise.resolve()
  assert.deepEqual(freed, [KEY])
  assert.equal(await b?.acquire(KEY, 1), true)
  b?.release(KEY)
  assert.equal(ledger.size, 0)
})

test('never more than the limit, and nothing is left when all is released', async () => {
  const step = fc.record({ worker: fc.nat(3), what: fc.constantFrom('acquire', 'acquire', 'release', 'die') })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 11 }),
      fc.array(step),
      async (count, limit, steps) => {
        const { workers, ledger, revive } = machine(count)
        const held = workers.map(() => 0)
        for (const { worker, what } of steps) {
          const index = worker % count
          const mine = held[index] ?? 0
          if (what === 'acquire' && (await workers[index]?.acquire(KEY, limit)) === true) held[index] = mine + 1
          if (what === 'release' && mine > 0) {
            workers[index]?.release(KEY)
            held[index] = mine - 1
          }
          if (what === 'die') {
            ledger.forget(index)
            revive(index)
            held[index] = 0
          }
          await Promise.resolve()
          assert.ok(held.reduce((sum, n) => sum + n, 0) <= limit)
        }
        for (const [index, n] of held.entries()) for (let i = 0; i < n; i++) workers[index]?.release(KEY)
        for (let index = 0; index < count; index++) ledger.forget(index)
        assert.equal(ledger.size, 0)
      },
    ),
    { numRuns: 200 },
  )
})
