/**
 * `npm test` and its parts: `node test/run.ts [lint types generate unit dialogs fuzz real ...]`. Without names it runs all that is quick
 * and needs nothing but npm. Ends with one line, `N passed, N failed`, and fails when anything did.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tally } from './reporter.ts'

const ROOT = join(import.meta.dirname, '..')
const NODE = process.execPath
const binary = (name: string): string => join(ROOT, 'node_modules/.bin', name)

/** A part of the tests: a command that counts as one test, or files for node:test, which counts by itself. */
interface Part {
  readonly command?: readonly string[]
  readonly files?: readonly string[]
  /** How many files at once. */
  readonly concurrency?: number
}

const UNIT = ['core/**/*.test.ts', 'plugins/**/*.test.ts', 'examples/**/*.test.ts', 'test/{kit,structure,config}/**/*.test.ts']

const PARTS: Readonly<Record<string, Part>> = {
  lint: { command: [binary('biome'), 'check', '--diagnostic-level=error', '.'] },
  types: { command: [binary('tsc'), '-p', '.tsconfig.json'] },
  generate: { command: [NODE, 'schemas/generate.ts', '--check'] },
  unit: { files: UNIT, concurrency: 3 },
  dialogs: { files: ['test/dialogs/*.test.ts'] },
  hostile: { files: ['test/hostile/*.test.ts'], concurrency: 1 },
  fuzz: { command: [NODE, 'test/fuzz/run.ts', '--seconds', '10'] },
  crash: { files: ['test/crash/*.test.ts'], concurrency: 1 },
  real: { files: ['test/real/*.test.ts'], concurrency: 1 },
}
const QUICK = ['lint', 'types', 'generate', 'unit', 'dialogs', 'hostile', 'fuzz']

const scratch = mkdtempSync(join(tmpdir(), 'postern-test-'))
const total: Tally = { passed: 0, failed: 0, skipped: 0 }

/** Runs a command with our output; resolves with its exit status. */
function run(command: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    })
    child.on('error', (error) => {
      console.error(error.message)
      resolve(127)
    })
    child.on('exit', (status) => resolve(status ?? 1))
  })
}

async function runFiles(part: Part, filters: readonly string[]): Promise<void> {
  const files = (part.files ?? []).flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort()
  const wanted = filters.length === 0 ? files : files.filter((file) => filters.some((word) => file.includes(word)))
  const tallyFile = join(scratch, `tally-${total.passed}-${Math.random()}`)
  const reporter = join(import.meta.dirname, 'reporter.ts')
  const flags = [`--test-concurrency=${part.concurrency ?? 2}`, `--test-reporter=${reporter}`, '--test-timeout=120000']
  const status = wanted.length === 0 ? 0 : await run([NODE, '--test', ...flags, ...wanted], { TALLY: tallyFile })
  const lines = existsSync(tallyFile) ? readFileSync(tallyFile, 'utf8').trim().split('\n') : []
  const tallies = lines.map((line) => JSON.parse(line) as Tally)
  for (const tally of tallies) {
    total.passed += tally.passed
    total.failed += tally.failed
    total.skipped += tally.skipped
  }
  if (status !== 0 && tallies.every((tally) => tally.failed === 0)) total.failed++
}

async function runPart(name: string, filters: readonly string[]): Promise<void> {
  const part = PARTS[name]
  if (part === undefined) throw new Error(`no such part: ${name}; there are ${Object.keys(PARTS).join(', ')}`)
  const began = performance.now()
  console.log(`== ${name}`)
  if (part.command === undefined) await runFiles(part, filters)
  else if ((await run(part.command)) === 0) total.passed++
  else {
    total.failed++
    console.log(`FAILED ${name}`)
  }
  console.log(`== ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

try {
  const words = process.argv.slice(2)
  const names = words.filter((word) => word in PARTS)
  const filters = words.filter((word) => !(word in PARTS))
  for (const name of names.length === 0 ? QUICK : names) await runPart(name, filters)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const skipped = total.skipped === 0 ? '' : `, ${total.skipped} skipped`
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed === 0 ? 0 : 1
