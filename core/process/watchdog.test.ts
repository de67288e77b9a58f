/** A worker that hangs is found and replaced; one that is busy, dying or asleep with the whole machine is left alone. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, PosternProcess } from '../../test/kit/process.ts'
import { beat, intervalOf } from './watchdog.ts'

const PATIENCE = 20_000

/** Two workers, of which those in `deaf` never answer. */
function bench(deaf: ReadonlySet<number>, limit: number) {
  const [killed, hung, asked]: number[][] = [[], [], []]
  const serving = new Set([0, 1])
  const silence = new Map<number, number>()
  const workers = {
    size: 2,
    isServing: (index: number) => serving.has(index),
    askNow: (index: number) => {
      asked?.push(index)
      return deaf.has(index) ? new Promise(() => {}) : Promise.reject(new Error('any answer is one'))
    },
    killOne: (index: number) => void killed?.push(index),
  }
  const options = { workers, limit: () => limit, onHang: (index: number) => void hung?.push(index) }
  const beats = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      beat(options, silence, limit)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { beats, serving, killed, hung, asked }
}

test('who owes an answer for as many beats as the limit has is killed, once', async () => {
  const { beats, killed, hung, asked } = bench(new Set([1]), 10_000)
  await beats(10)
  assert.deepEqual(killed, [])
  await beats(1)
  assert.deepEqual([killed, hung], [[1], [1]])
  assert.equal(asked?.filter((index) => index === 0).length, 11)
  assert.equal(asked?.filter((index) => index === 1).length, 1)
})

test('who does not serve owes nothing', async () => {
  const { beats, serving, killed } = bench(new Set([1]), 10_000)
  await beats(9)
  serving.delete(1)
  await beats(5)
  serving.add(1)
  await beats(10)
  assert.deepEqual(killed, [])
})

test('beats are neither too many nor too few', () => {
  assert.deepEqual([0, 10, 1000, 60_000, 18_000_000].map(intervalOf), [30_000, 50, 100, 6000, 30_000])
})

test('daemon_timeout: a worker that hangs is replaced, and that is said', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-dog-'))
  const yaml = `workers: 2
parameters: { myhostname: gw.test, mydestination: '', mynetworks: [127.0.0.0/8], relayhost: '[127.0.0.1]:9', daemon_timeout: 2s }
pipeline: { relay: [permit_mynetworks, reject_unauth_destination] }
`
  const gateway = new PosternProcess({ directory, port: await freePort(), yaml })
  try {
    await gateway.start()
    const [stuck] = gateway.workers()
    assert.ok(stuck)
    process.kill(stuck, 'SIGSTOP')
    const end = performance.now() + PATIENCE
    while (gateway.workers().includes(stuck) || gateway.workers().length < 2) {
      if (performance.now() > end) assert.fail(`never replaced:\n${gateway.log().join('\n')}`)
      await sleep(50)
    }
    const log = gateway.log().join('\n')
    assert.match(log, /worker \d gave no sign of life for 2 s: watchdog timeout/)
    assert.match(log, new RegExp(`process ${stuck} \\(worker \\d\\) ended: SIGKILL`))
  } finally {
    await gateway.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
