import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { stateContract } from '../../test/kit/state-contract.ts'
import { Batch } from './batch.ts'
import { MemoryEngine } from './memory.ts'
import { hashSlot } from './redis-slot.ts'
import { SqliteEngine } from './sqlite.ts'
import { SqliteStore } from './sqlite-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-state-'))
after(() => rmSync(directory, { recursive: true, force: true }))

let now = 1_800_000_000_000
const pass = (milliseconds: number): void => {
  now += milliseconds
}

stateContract('memory', () => {
  const engine = new MemoryEngine(1000, () => now)
  return { run: (op) => engine.run(op), pass }
})

stateContract('sqlite, the store itself', () => {
  const store = new SqliteStore(join(directory, 'store.db'), () => now)
  return { run: (op) => store.run([op])[0] ?? null, pass, close: () => store.close() }
})

stateContract('sqlite, in its thread', () => {
  const engine = new SqliteEngine(join(directory, 'thread.db'))
  return { run: (op) => engine.run(op), pass: (milliseconds) => sleep(milliseconds), close: () => engine.close() }
})

describe('memory', () => {
  test('keeps so many entries and no more; the oldest go first', () => {
    const engine = new MemoryEngine(3)
    for (const key of 'abcd') engine.run({ op: 'set', key, value: key, lifetime: 1000 })
    assert.equal(engine.size, 3)
    assert.equal(engine.run({ op: 'get', key: 'a' }), null)
    assert.equal(engine.run({ op: 'get', key: 'd' }), 'd')
  })

  test('what has expired goes while others come', () => {
    let time = 0
    const engine = new MemoryEngine(1000, () => time)
    for (let i = 0; i < 100; i++) engine.run({ op: 'add', key: `${i}`, amount: 1, window: 10 })
    time = 20
    for (let i = 0; i < 60; i++) engine.run({ op: 'get', key: 'none' })
    assert.equal(engine.size, 0)
  })
})

describe('sqlite', () => {
  let file: string
  before(() => {
    file = join(directory, 'shared.db')
  })

  test('two processes count in one file', async () => {
    const engines = [new SqliteEngine(file), new SqliteEngine(file)]
    try {
      const each = engines.flatMap((engine) =>
        Array.from({ length: 200 }, () => engine.run({ op: 'add', key: 'k', amount: 1, window: 60_000 })),
      )
      const counts = (await Promise.all(each)) as number[]
      assert.equal(new Set(counts).size, 400)
      assert.equal(Math.max(...counts), 400)
    } finally {
      await Promise.all(engines.map((engine) => engine.close()))
    }
  })

  test('what was known is known after a restart', async () => {
    const one = new SqliteEngine(file)
    await one.run({ op: 'set', key: 'kept', value: 'v', lifetime: 60_000 })
    await one.close()
    const two = new SqliteEngine(file)
    assert.equal(await two.run({ op: 'get', key: 'kept' }), 'v')
    await two.close()
  })

  test('a sweep takes out what has expired', () => {
    let time = 1000
    const store = new SqliteStore(join(directory, 'sweep.db'), () => time)
    for (let i = 0; i < 20; i++) store.run([{ op: 'set', key: `${i}`, value: '', lifetime: i < 10 ? 10 : 1000 }])
    time = 1100
    store.sweep()
    time = 0
    const left = Array.from({ length: 20 }, (_, i) => store.run([{ op: 'get', key: `${i}` }])[0])
    assert.equal(left.filter((value) => value === '').length, 10)
    store.close()
  })

  test('a file that is no database is set aside', () => {
    const damaged = join(directory, 'damaged.db')
    writeFileSync(damaged, 'this is no database, and long enough to be looked at as one'.repeat(100))
    const store = new SqliteStore(damaged)
    assert.deepEqual(store.run([{ op: 'add', key: 'k', amount: 1, window: 1000 }]), [1])
    store.close()
    assert.ok(existsSync(`${damaged}.damaged`))
  })

  test('a place that can not be written to is told', async () => {
    writeFileSync(join(directory, 'file'), '')
    const engine = new SqliteEngine(join(directory, 'file', 'state.db'))
    await assert.rejects(engine.ready(), /ENOTDIR|not a directory|EEXIST/)
    await engine.close()
  })
})

describe('batches', () => {
  test('one turn of the event loop is one batch, in order', async () => {
    const batches: number[] = []
    const batch = new Batch(async (ops) => {
      batches.push(ops.length)
      return ops.map(({ key }) => key)
    })
    const answers = await Promise.all(['a', 'b', 'c'].map((key) => batch.run({ op: 'get', key })))
    assert.deepEqual(answers, ['a', 'b', 'c'])
    assert.deepEqual(batches, [3])
  })

  test('a batch that fails fails all of it', async () => {
    const batch = new Batch(() => Promise.reject(new Error('down')))
    const results = await Promise.allSettled(['a', 'b'].map((key) => batch.run({ op: 'get', key })))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })

  test('an overwhelmed engine is not given more', async () => {
    const batch = new Batch(() => new Promise(() => {}))
    const waiting = Array.from({ length: 20_000 }, () => batch.run({ op: 'get', key: 'k' }))
    await assert.rejects(batch.run({ op: 'get', key: 'k' }), /too many operations/)
    for (const each of waiting) each.catch(() => {})
  })
})

test('hash slots are those of a Redis Cluster', () => {
  // The specification's own example, and what CLUSTER KEYSLOT says.
  assert.equal(hashSlot('123456789'), 0x31c3)
  assert.equal(hashSlot('foo'), 12182)
  assert.equal(hashSlot('{foo}.bar'), 12182)
  assert.equal(hashSlot('x{}foo'), hashSlot('x{}foo'))
})
