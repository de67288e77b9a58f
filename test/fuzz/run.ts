/**
 * `npm run fuzz -- [--seconds 60] [--seed N] [--only WORD]`: shares the time among all targets of test/fuzz/*.fuzz.ts. What was found once is
 * kept in test/fuzz/corpus.json by target, and tried first, always.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import type { Target } from './target.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, only: { type: 'string', default: '' } },
})
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed)

/** Counterexamples of the past: seed and path of fast-check reproduce each exactly. */
type Corpus = Readonly<Record<string, readonly { readonly seed: number; readonly path: string; readonly why: string }[]>>
const corpusFile = join(import.meta.dirname, 'corpus.json')
const corpus: Corpus = existsSync(corpusFile) ? (JSON.parse(readFileSync(corpusFile, 'utf8')) as Corpus) : {}

const targets: Target[] = []
for (const file of globSync('*.fuzz.ts', { cwd: import.meta.dirname }).sort()) {
  const module = (await import(join(import.meta.dirname, file))) as { targets: readonly Target[] }
  targets.push(...module.targets.filter(({ name }) => name.includes(values.only)))
}

/** Runs one target; returns what it found, in words. */
async function run({ name, input, check }: Target, milliseconds: number): Promise<{ runs: number; found?: string }> {
  const property = fc.asyncProperty(input, async (value) => {
    await check(value)
  })
  for (const { seed: oldSeed, path } of corpus[name] ?? []) {
    const again = await fc.check(property, { seed: oldSeed, path, numRuns: 1 })
    if (again.failed) return { runs: 1, found: described(name, again) }
  }
  const result = await fc.check(property, {
    seed,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: milliseconds,
    markInterruptAsFailure: false,
  })
  return { runs: result.numRuns, ...(result.failed ? { found: described(name, result) } : {}) }
}

function described(name: string, result: fc.RunDetails<[unknown]>): string {
  const error = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance)
  const entry = JSON.stringify({ seed: result.seed, path: result.counterexamplePath, why: error.split('\n')[0] })
  return `${name}\n  input: ${fc.stringify(result.counterexample)}\n  ${error.replaceAll('\n', '\n  ')}\n  corpus.json: ${entry}`
}

const share = (Number(values.seconds) * 1000) / Math.max(1, targets.length)
let failed = 0
for (const each of targets) {
  const { runs, found } = await run(each, share)
  if (found !== undefined) {
    failed++
    console.log(`FAILED ${found}`)
  } else console.log(`${String(runs).padStart(8)} runs  ${each.name}`)
}
console.log(`fuzz: ${targets.length - failed} targets passed, ${failed} failed, seed ${seed}`)
process.exitCode = failed === 0 ? 0 : 1
