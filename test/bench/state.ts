/**
 * How fast shared state is: `node test/bench/state.ts [memory|sqlite|redis://host:port] [--entries N] [--seconds N] [--processes N]`.
 * Fills the engine with a greylist of N triplets (default a million), then lets processes decide about known and new ones, and
 * prints decisions per second, how long one takes, and what the event loop of a decider lost. See README.md.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { StateHouse } from '../../core/state/house.ts'
import { SqliteStore } from '../../core/state/sqlite-store.ts'
import type { Op, StateConfig, Store } from '../../core/state/types.ts'
import { GreylistMemory } from '../../plugins/greylist/memory.ts'

const DAY = 86_400_000
const RULES = { delay: 300_000, maxAge: 35 * DAY, retryWindow: 2 * DAY, autoWhitelist: 5 }
/** Questions of one process that are under way at the same time, as sessions would have them. */
const AT_ONCE = 50
/** Of a hundred decisions, those about triplets that nobody has seen. */
const NEW = 30

interface Task {
  readonly config: StateConfig
  readonly entries: number
  readonly milliseconds: number
}
interface Result {
  readonly decisions: number
  /** Milliseconds of one decision: median, 99th percentile, longest. */
  readonly took: readonly [number, number, number]
  /** Milliseconds that the event loop was late: 99th percentile, longest. */
  readonly late: readonly [number, number]
}

const triplet = (i: number): string =>
  `${i % 223}.${(i >> 8) & 255}.${i & 255}.0/24 <sender-${i}@bulk-${i % 9973}.example> <user-${i % 7919}@example.org>`

/** Answers its parent's task. */
async function decide({ config, entries, milliseconds }: Task): Promise<Result> {
  const state = new StateHouse().open(config)
  const store = state.use('greylist', { onFailure: 'closed' })
  await state.ready()
  // Memory belongs to one process.
  if (config.engine === 'memory') await fillStore(store, entries)
  const memory = new GreylistMemory(store, RULES)
  const took: number[] = []
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const end = performance.now() + milliseconds
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const isNew = Math.random() * 100 < NEW
      const i = Math.floor(Math.random() * entries)
      const began = performance.now()
      await memory.judge(`client-${i % 50_000}`, isNew ? `${triplet(i)} ${Math.random()}` : triplet(i), Date.now())
      took.push(performance.now() - began)
    }
  }
  await store.get('none')
  delay.enable()
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  delay.disable()
  await state.close()
  took.sort((a, b) => a - b)
  const at = (part: number): number => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0
  return { decisions: took.length, took: [at(0.5), at(0.99), at(1)], late: [delay.percentile(99) / 1e6, delay.max / 1e6] }
}

async function fill(config: StateConfig, entries: number): Promise<void> {
  const value = `known ${Date.now()}`
  const opOf = (i: number): Op => ({ op: 'set', key: `greylist:triplet ${triplet(i)}`, value, lifetime: RULES.maxAge })
  if (config.engine === 'sqlite') {
    const store = new SqliteStore(config.file)
    for (let i = 0; i < entries; i += 1000) store.run(Array.from({ length: Math.min(1000, entries - i) }, (_, k) => opOf(i + k)))
    store.close()
    return
  }
  const state = new StateHouse().open({ ...config, timeout: 10_000 })
  await fillStore(state.use('greylist', { onFailure: 'closed' }), entries)
  await state.close()
}

async function fillStore(store: Store, entries: number): Promise<void> {
  const value = `known ${Date.now()}`
  for (let i = 0; i < entries; i += 500) {
    const some = Array.from({ length: Math.min(500, entries - i) }, (_, k) => `triplet ${triplet(i + k)}`)
    await Promise.all(some.map((key) => store.set(key, value, RULES.maxAge)))
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      entries: { type: 'string', default: '1000000' },
      seconds: { type: 'string', default: '10' },
      processes: { type: 'string', default: '2' },
    },
  })
  const [what = 'sqlite'] = positionals
  const directory = mkdtempSync(join(tmpdir(), 'postern-state-bench-'))
  const entries = Number(values.entries)
  const config: StateConfig = {
    engine: what === 'memory' || what === 'sqlite' ? what : 'redis',
    file: join(directory, 'state.db'),
    maxEntries: 2 * entries + 1_000_000,
    timeout: 2000,
    ...(what.includes('://') ? { redis: { url: what, prefix: 'postern-bench:' } } : {}),
  }
  try {
    const began = performance.now()
    if (config.engine !== 'memory') await fill(config, entries)
    const filled = performance.now() - began
    const task: Task = { config, entries, milliseconds: Number(values.seconds) * 1000 }
    const count = config.engine === 'memory' ? 1 : Number(values.processes)
    const results = await Promise.all(Array.from({ length: count }, () => inProcess(task)))
    const decisions = results.reduce((sum, each) => sum + each.decisions, 0)
    const worst = (pick: (each: Result) => number): string => Math.max(...results.map(pick)).toFixed(2)
    console.log(
      `${config.engine}: ${entries} entries${config.engine === 'memory' ? '' : `, filled in ${(filled / 1000).toFixed(1)} s`}`,
    )
    if (config.engine === 'sqlite') console.log(`database ${(statSync(config.file).size / 2 ** 20).toFixed(0)} MB`)
    console.log(`${count} process(es): ${Math.round((decisions * 1000) / task.milliseconds)} decisions/s`)
    console.log(
      `one decision: median ${worst(({ took }) => took[0])} ms, 99% ${worst(({ took }) => took[1])} ms, longest ${worst(({ took }) => took[2])} ms`,
    )
    console.log(`event loop late: 99% ${worst(({ late }) => late[0])} ms, longest ${worst(({ late }) => late[1])} ms`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function inProcess(task: Task): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['decide'])
    child.once('message', (result) => resolve(result as Result))
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`a process ended with status ${status}`)))
    child.send(task)
  })
}

if (process.argv[2] === 'decide') {
  process.once('message', (task: Task) => {
    void decide(task).then((result) => process.send?.(result, () => process.exit(0)))
  })
} else await main()
