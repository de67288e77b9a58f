import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { Guard } from './guard.ts'
import { StateHouse } from './house.ts'
import { SharedPresence } from './presence.ts'
import type { Answer, Engine, Op } from './types.ts'
import { StateError } from './types.ts'
import { Use } from './uses.ts'

type Mode = 'well' | 'fails' | 'hangs'

/** An engine that does as it is told. Keys that begin with a digit are in the lane of that digit. */
function anEngine() {
  const health: { mode: Mode; lanes: Map<number, Mode>; asked: number; renewed: number } = {
    mode: 'well',
    lanes: new Map(),
    asked: 0,
    renewed: 0,
  }
  const lane = (key: string): number => Number(/^\d/.exec(key)?.[0] ?? 0)
  const engine: Engine = {
    name: 'redis',
    lane,
    run(op: Op): Promise<Answer> {
      health.asked++
      const mode = health.lanes.get(lane(op.key)) ?? health.mode
      if (mode === 'hangs') return new Promise(() => {})
      return mode === 'fails' ? Promise.reject(new Error('no connection')) : Promise.resolve('answer')
    },
    renew: () => void health.renewed++,
    ready: async () => {},
    close: async () => {},
  }
  return { engine, health }
}

const get = (key = 'k'): Op => ({ op: 'get', key })

describe('guard', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }))
  afterEach(() => mock.timers.reset())

  function aGuard() {
    const { engine, health } = anEngine()
    const changes: string[] = []
    const guard = new Guard(engine, {
      timeout: 100,
      now: () => Date.now(),
      onChange: (isAvailable, reason) => changes.push(isAvailable ? 'back' : reason),
    })
    const outcome = (op = get()): Promise<string> => guard.run(op).then(String, (error: Error) => error.message)
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await Promise.resolve()
    }
    const pass = async (milliseconds: number): Promise<void> => {
      await settled()
      mock.timers.tick(milliseconds)
      await settled()
    }
    return { guard, health, changes, outcome, pass }
  }

  test('answers pass through', async () => {
    const { outcome, guard } = aGuard()
    assert.equal(await outcome(), 'answer')
    assert.deepEqual(guard.report(), { engine: 'redis', isAvailable: true, operations: 1, failures: 0, skipped: 0 })
  })

  test('an answer that does not come in time is a failure', async () => {
    const { outcome, health, pass } = aGuard()
    health.mode = 'hangs'
    const waiting = [outcome(), outcome()]
    await pass(100)
    const late = 'redis did not answer within 100 ms'
    assert.deepEqual(await Promise.all(waiting), [late, late])
  })

  test('after three failures in a row nobody waits, until a look says that it is back', async () => {
    const { guard, outcome, health, changes, pass } = aGuard()
    health.mode = 'hangs'
    const waiting = [outcome(), outcome(), outcome()]
    await pass(100)
    await Promise.all(waiting)
    assert.deepEqual(changes, ['redis did not answer within 100 ms'])
    assert.equal(health.renewed, 1)
    const before = health.asked
    assert.equal(await outcome(), 'redis is not available')
    assert.equal(health.asked, before)
    await pass(500)
    assert.equal(health.asked, before + 1)
    await pass(100)
    assert.equal(await outcome(), 'redis is not available')
    health.mode = 'well'
    await pass(999)
    assert.equal(await outcome(), 'redis is not available')
    await pass(1)
    assert.equal(await outcome(), 'answer')
    assert.equal(changes.at(-1), 'back')
    assert.deepEqual(guard.report(), { engine: 'redis', isAvailable: true, operations: 4, failures: 3, skipped: 3 })
  })

  test('a failure now and then changes nothing', async () => {
    const { outcome, health, changes } = aGuard()
    for (let i = 0; i < 5; i++) {
      health.mode = 'fails'
      assert.equal(await outcome(), 'no connection')
      assert.equal(await outcome(), 'no connection')
      health.mode = 'well'
      assert.equal(await outcome(), 'answer')
    }
    assert.deepEqual(changes, [])
  })

  test('a lane that fails leaves the others alone', async () => {
    const { outcome, health, changes, pass } = aGuard()
    health.lanes.set(1, 'fails')
    for (let i = 0; i < 3; i++) await outcome(get('1'))
    assert.equal(await outcome(get('1')), 'redis is not available')
    assert.equal(await outcome(get('2')), 'answer')
    health.lanes.clear()
    await pass(500)
    assert.equal(await outcome(get('1')), 'answer')
    assert.deepEqual(changes, ['no connection', 'back'])
  })

  test('to close it ends what waits', async () => {
    const { guard, outcome, health } = aGuard()
    health.mode = 'hangs'
    const waiting = outcome()
    guard.close()
    assert.equal(await waiting, 'closed')
  })
})

test('failures carry what their use declares', async () => {
  const broken = (): Promise<Answer> => Promise.reject(new Error('down'))
  const throwing = (): Answer => {
    throw new Error('down')
  }
  for (const run of [broken, throwing]) {
    for (const onFailure of ['open', 'closed'] as const) {
      const store = new Use(run, 'greylist', onFailure)
      await assert.rejects(
        async () => store.get('k'),
        (error) => error instanceof StateError && error.onFailure === onFailure && error.message === 'state of greylist: down',
      )
    }
  }
})

describe('house', () => {
  const config = { engine: 'memory', file: '', maxEntries: 1000, timeout: 100 } as const

  test('one configuration is one engine, until its last user has closed it', async () => {
    const house = new StateHouse()
    const [one, two] = [house.open(config), house.open({ ...config })]
    await one.use('u', { onFailure: 'open' }).set('k', 'v', 1000)
    await one.close()
    await one.close()
    assert.equal(await two.use('u', { onFailure: 'open' }).get('k'), 'v')
    await two.close()
    const three = house.open(config)
    assert.equal(await three.use('u', { onFailure: 'open' }).get('k'), undefined)
    await three.close()
  })

  test('memory that processes share is asked in batches, and guarded', async () => {
    const asked: number[] = []
    let isThere = true
    const changes: boolean[] = []
    const house = new StateHouse({
      sharedMemory: async (ops) => {
        asked.push(ops.length)
        if (!isThere) throw new Error('gone')
        return ops.map(() => 7)
      },
      onChange: (_engine, isAvailable) => changes.push(isAvailable),
    })
    const state = house.open(config)
    const store = state.use('u', { onFailure: 'closed' })
    assert.deepEqual(await Promise.all([store.add('a', 1, 1), store.add('b', 1, 1)]), [7, 7])
    assert.deepEqual(asked, [2])
    isThere = false
    for (let i = 0; i < 4; i++) await assert.rejects(async () => store.add('a', 1, 1))
    assert.deepEqual(changes, [false])
    assert.equal(house.reports()[0]?.skipped, 1)
    await state.close()
  })

  test('nothing is opened before something uses it', async () => {
    const state = new StateHouse().open({ ...config, engine: 'sqlite', file: '/nowhere/at/all' })
    await state.ready()
    assert.equal(state.report(), undefined)
    await state.close()
  })
})

test('presence of many machines falls back on this one', async () => {
  const told: number[] = []
  let total = 5
  const store = new Use(
    async (op) => {
      if (op.op !== 'tally') throw new Error('another operation')
      told.push(op.held)
      if (total < 0) throw new Error('down')
      return total
    },
    '+presence',
    'open',
  )
  const local = { enter: () => 1, leave: () => undefined }
  const presence = new SharedPresence(store, local)
  assert.equal(await presence.enter('k', 10), 5)
  assert.equal(await presence.enter('k', 10), 5)
  presence.leave('k')
  assert.deepEqual(told, [1, 2, 1])
  total = -1
  assert.equal(await presence.enter('k', 10), 1)
  presence.close()
})
