/**
 * The promise of the spool: at every step of a random life the machine is stopped, by SIGKILL or by a power cut, the spool
 * is opened again, and the books are compared.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../kit/clock.ts'
import { type Account, type Life, live, openModel } from './crash-script.ts'
import { ModelFs, type Plan, randomFrom } from './model-fs.ts'

type Stop = 'kill' | 'powerCut'
const LENGTH = 60

interface Found {
  readonly content: Buffer
  readonly done: ReadonlySet<number>
  readonly attempts: number
  readonly hold: boolean
}

/** Opens the spool again and reads all of it. */
async function recover(fs: ModelFs, life: Life): Promise<Map<string, Found>> {
  const { spool, recovered } = await openModel(fs, fakeClock(life.clock.now() + 1000), 2, life.events)
  const found = new Map<string, Found>()
  for await (const batch of recovered) {
    for (const { id, hold } of batch) {
      assert.ok(!found.has(id), `${id} comes back once`)
      const message = await spool.read(id)
      assert.ok(message !== undefined, `${id} can be read`)
      const { recipients, attempts } = message.envelope
      const done = new Set(recipients.flatMap((recipient, index) => (recipient.done === true ? [index] : [])))
      found.set(id, {
        content: Buffer.concat(await Array.fromAsync(message.content.chunks())),
        done,
        attempts: attempts ?? 0,
        hold,
      })
    }
  }
  await spool.close()
  assert.equal(fs.openFiles, 0, 'no file stays open')
  assert.deepEqual(
    fs.paths().filter((path) => path.includes('/incoming/')),
    [],
    'nothing unfinished stays',
  )
  return found
}

function judge(account: Account, found: Found | undefined, stop: Stop, hadFaults: boolean): void {
  const { id, told, envelope } = account
  const certain = stop === 'kill' && !hadFaults ? account.sure : account.settled
  if (account.state === 'refused') assert.ok(found === undefined, `${id} was refused and must not come back`)
  if (account.state === 'removed' && (account.isSettled || (stop === 'kill' && !hadFaults)))
    assert.ok(found === undefined, `${id} was removed`)
  if (account.state === 'promised' && told.size < envelope.recipients.length)
    assert.ok(found !== undefined, `${id} was promised and is gone`)
  if (account.state === 'promised' && certain.size === envelope.recipients.length)
    assert.ok(found === undefined, `${id} was finished for all recipients`)
  if (found === undefined) return
  assert.ok(found.content.equals(account.content), `${id}: content`)
  for (const index of certain) assert.ok(found.done.has(index), `${id}: recipient ${index} was finished`)
  for (const index of found.done) assert.ok(told.has(index), `${id}: recipient ${index} was never finished`)
  assert.ok(found.attempts <= account.askedAttempts)
  if (stop === 'kill' && account.state === 'promised')
    assert.ok(found.attempts >= account.keptAttempts, `${id}: state that was kept`)
  if (account.hold !== undefined && account.state === 'promised') assert.equal(found.hold, account.hold, `${id}: hold`)
}

async function stopAndJudge(seed: number, plan: Plan, stop: Stop): Promise<ModelFs> {
  const random = randomFrom(seed)
  const fs = new ModelFs(plan, randomFrom(seed * 7 + (plan.crashAt ?? 0)))
  const life = await live(fs, random, LENGTH)
  if (life.wrong !== undefined) throw life.wrong
  const hadFaults = plan.faults !== undefined
  const after = fs.after(stop)
  const found = await recover(after, life)
  for (const account of life.accounts) judge(account, found.get(account.id), stop, hadFaults)
  const known = new Set(life.accounts.map(({ id }) => id))
  for (const id of found.keys()) assert.ok(known.has(id), `${id} was never stored`)
  if (stop === 'kill' && !hadFaults)
    assert.deepEqual(
      life.events.filter(({ type }) => type === 'fault'),
      [],
    )
  // Recovery itself may be stopped, and has to come to the same.
  const again = await recover(after.after('kill'), life)
  assert.deepEqual([...again.keys()].sort(), [...found.keys()].sort())
  return fs
}

async function everyStep(seed: number, stop: Stop): Promise<void> {
  const { steps } = await stopAndJudge(seed, {}, stop)
  assert.ok(steps > 100, `the life is long enough: ${steps}`)
  for (let crashAt = 1; crashAt <= steps; crashAt++) {
    try {
      await stopAndJudge(seed, { crashAt }, stop)
    } catch (error) {
      throw new Error(`seed ${seed}, ${stop} at step ${crashAt} of ${steps}: ${(error as Error).message}`, { cause: error })
    }
  }
}

/** Writes and syncs fail for a while, at a time that differs from run to run. */
async function faults(seed: number, code: string, stop: Stop): Promise<void> {
  for (let run = 0; run < 15; run++) {
    const random = randomFrom(seed * 1000 + run)
    const from = 30 + Math.floor(random() * 100)
    const plan = { faults: [{ from, to: from + Math.floor(random() ** 2 * 30), code }] }
    try {
      await stopAndJudge(seed * 1000 + run, plan, stop)
    } catch (error) {
      const { from: first, to } = plan.faults[0] ?? {}
      throw new Error(`seed ${seed}, ${code} from ${first} to ${to}, ${stop}: ${(error as Error).message}`, { cause: error })
    }
  }
}

/** More with `SEEDS=1,2,3,4,5 node --test test/queue`. */
const SEEDS = (process.env.SEEDS ?? '1').split(',').map(Number)

for (const seed of SEEDS)
  for (const stop of ['kill', 'powerCut'] as const) {
    test(`${stop} at every step of life ${seed}`, () => everyStep(seed, stop))
    for (const code of ['ENOSPC', 'EIO'])
      test(`${code} for a while in life ${seed}, then ${stop}`, () => faults(seed, code, stop))
  }
