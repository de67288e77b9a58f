/** When a worker gives memory back, on measurements made up here, and that this runtime has the means. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { isBuiltin } from 'node:module'
import { test } from 'node:test'
import { Memory } from './memory.ts'

const MB = 1 << 20

/** A worker that says of itself what it is told to. @param freed what it can give back */
function aWorker(resident: number, freed = 60 * MB) {
  const state = { busy: 0, resident, done: [] as string[] }
  const memory = new Memory({
    busy: () => state.busy,
    resident: () => state.resident,
    collect: () => void state.done.push('collect'),
    trim: () => {
      state.done.push('trim')
      state.resident -= freed
    },
  })
  return { state, memory }
}

test('a calm worker that has grown collects, and then hands free pages to the system', () => {
  const { state, memory } = aWorker(80 * MB)
  assert.equal(memory.look(), false, 'nothing has happened yet')
  state.resident = 160 * MB
  assert.equal(memory.look(), true)
  memory.release()
  assert.deepEqual(state.done, ['collect', 'trim'])
  assert.equal(memory.look(), false, 'what is left is what it needs')
})

test('a busy worker is left alone until it is calm', () => {
  const { state, memory } = aWorker(80 * MB)
  Object.assign(state, { busy: 0.2, resident: 160 * MB })
  assert.equal(memory.look(), false)
  state.busy = 0.01
  assert.equal(memory.look(), true)
})

test('growth counts from the least that it ever had', () => {
  const { state, memory } = aWorker(100 * MB)
  state.resident = 70 * MB
  assert.equal(memory.look(), false)
  state.resident = 90 * MB
  assert.equal(memory.look(), true)
})

test('memory that can not be given back is not asked for again', () => {
  const { state, memory } = aWorker(80 * MB, 0)
  state.resident = 160 * MB
  memory.look()
  memory.release()
  state.done.length = 0
  assert.equal(memory.look(), false)
  assert.deepEqual(state.done, [])
})

test('a process with 100 MB of small pieces between others gives most of them back', { skip: !hasTrim() }, () => {
  const program = `
    const { memoryTools } = await import('./core/process/memory.ts')
    const tools = memoryTools()
    const kept = []
    for (let i = 0; i < 100_000; i++) kept.push(Buffer.allocUnsafeSlow(1000))
    const full = tools.resident()
    for (let i = 0; i < kept.length; i++) if (i % 100 !== 0) kept[i] = undefined
    // All of it: what a minor collection frees depends on when the last ones were.
    gc()
    const freed = () => process.memoryUsage().arrayBuffers < 10e6
    const timer = setInterval(() => {
      gc()
      if (!freed()) return
      clearInterval(timer)
      tools.trim()
      console.log(full - tools.resident(), kept.length)
    }, 20)
  `
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
  const out = execFileSync(process.execPath, flags, { cwd: new URL('../..', import.meta.url), encoding: 'utf8' })
  assert.ok(Number.parseInt(out, 10) > 40 * MB, out)
})

/** glibc, and a Node that can call it. */
function hasTrim(): boolean {
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime !== undefined && isBuiltin('node:ffi')
}
