import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WorkerPresence } from './presence.ts'
import { PresenceLedger } from './presence-ledger.ts'

/** Workers and their ledger, over channels that keep order and take their time. */
function machine(workers: number) {
  let now = 1000
  let messages = 0
  const presences: WorkerPresence[] = []
  const post = (work: () => void): void => {
    messages++
    setImmediate(work)
  }
  const ledger: PresenceLedger = new PresenceLedger({
    workers,
    now: () => now,
    watch: (worker, order) =>
      new Promise((resolve) =>
        post(() => {
          const count = presences[worker]?.watch(order) ?? 0
          post(() => resolve(count))
        }),
      ),
  })
  const begin = (index: number): void => {
    const presence = new WorkerPresence(
      {
        arrive: (key) =>
          new Promise((resolve) => post(() => void ledger.arrive(index, key).then((total) => post(() => resolve(total))))),
        depart: (key) => post(() => ledger.depart(index, key)),
      },
      () => now,
    )
    presence.begin(workers, ledger.watched())
    presences[index] = presence
  }
  for (let i = 0; i < workers; i++) begin(i)
  const at = (index: number): WorkerPresence => presences[index] as WorkerPresence
  return {
    ledger,
    at,
    restart: (index: number): void => {
      ledger.forget(index)
      begin(index)
    },
    pass: (milliseconds: number): void => {
      now += milliseconds
    },
    messages: (): number => messages,
    settled: async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('one worker counts alone', () => {
  const { at, messages } = machine(1)
  assert.deepEqual(
    [1, 2, 3].map(() => at(0).enter('c', 2)),
    [1, 2, 3],
  )
  at(0).leave('c')
  assert.equal(at(0).enter('c', 2), 3)
  assert.equal(messages(), 0)
})

test('up to its share a worker asks nobody', () => {
  const { at, messages } = machine(2)
  for (let i = 1; i <= 25; i++) assert.equal(at(0).enter('c', 50), i)
  for (let i = 1; i <= 25; i++) assert.equal(at(1).enter('c', 50), i)
  assert.equal(messages(), 0)
})

test('all of the limit can be used in one worker, and no more', async () => {
  const { at, ledger } = machine(2)
  const counts: number[] = []
  for (let i = 0; i < 51; i++) counts.push(await at(0).enter('c', 50))
  assert.deepEqual(counts.slice(48), [49, 50, 51])
  assert.equal(await at(1).enter('c', 50), 52)
  ledger.close()
})

test('what a killed worker had is free, and its successor knows what is watched', async () => {
  const { at, restart, ledger } = machine(2)
  for (let i = 0; i < 4; i++) await at(0).enter('c', 4)
  assert.equal(await at(1).enter('c', 4), 5)
  restart(0)
  assert.equal(await at(0).enter('c', 4), 2)
  assert.equal(await at(1).enter('c', 4), 3)
  ledger.close()
})

test('a killed worker that owes an answer holds nobody up', async () => {
  const { at, ledger } = machine(2)
  for (let i = 0; i < 2; i++) at(0).enter('c', 4)
  const waiting = at(0).enter('c', 4)
  ledger.forget(1)
  assert.equal(await waiting, 3)
  ledger.close()
})

test('a key that is no longer used is forgotten, and counted alone again', async () => {
  const { at, ledger, pass, settled, messages } = machine(2)
  for (let i = 0; i < 3; i++) await at(0).enter('c', 4)
  for (let i = 0; i < 3; i++) at(0).leave('c')
  await settled()
  pass(61_000)
  ledger.renew()
  assert.deepEqual(ledger.watched(), [])
  const before = messages()
  assert.equal(at(0).enter('c', 4), 1)
  assert.equal(messages(), before)
  ledger.close()
})

test('a key in use is watched on', async () => {
  const { at, ledger, pass, settled } = machine(2)
  for (let i = 0; i < 3; i++) await at(0).enter('c', 4)
  for (let i = 0; i < 5; i++) {
    pass(20_000)
    ledger.renew()
    await settled()
  }
  assert.equal(await at(1).enter('c', 4), 4)
  assert.equal(await at(1).enter('c', 4), 5)
  ledger.close()
})

test('whatever comes and goes, nobody passes the limit, and the limit can be reached', async () => {
  const step = fc.record({ worker: fc.nat(2), leaves: fc.boolean(), waits: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      const { at, ledger, settled } = machine(3)
      /** Connections that are there, refused ones included until they have gone. */
      const open = [0, 0, 0]
      for (const { worker, leaves, waits } of steps) {
        if (leaves && (open[worker] ?? 0) > 0) {
          at(worker).leave('c')
          open[worker] = (open[worker] ?? 0) - 1
        } else {
          const all = open.reduce((sum, count) => sum + count, 1)
          open[worker] = (open[worker] ?? 0) + 1
          const count = await at(worker).enter('c', limit)
          assert.equal(count > limit, all > limit, `${count} told, ${all} there, limit ${limit}`)
        }
        if (waits) await settled()
        else await new Promise((resolve) => setImmediate(resolve))
      }
      ledger.close()
    }),
    { numRuns: 60 },
  )
})

test('who left one worker and comes to another is counted once, whichever message is read first', async () => {
  const ledger = new PresenceLedger({ workers: 2, watch: async (worker) => (worker === 0 ? 3 : 1) })
  assert.equal(await ledger.arrive(1, 'c'), 4)
  for (let i = 0; i < 20; i++) {
    const [from, to] = [i % 2, (i + 1) % 2]
    const arrived = ledger.arrive(to, 'c')
    ledger.depart(from, 'c')
    assert.equal(await arrived, 4)
  }
  ledger.close()
})
