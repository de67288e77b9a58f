/**
 * `npm run fuzz -- [--seconds 60] [--seed N] [--only WORD]`: shares the time among all targets of test/fuzz/*.fuzz.ts. What breaks one is
 * added to test/fuzz/corpus/, to be committed with the mend; what stands there is tried first, always.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { keep, keptFor } from './corpus.ts'
import type { Target } from './target.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, only: { type: 'string', default: '' } },
})
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed)

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
  for (const { why, input } of keptFor(name)) {
    const again = await failure(() => check(input))
    if (again !== undefined)
      return { runs: 1, found: `${name}, again (${why})\n  input: ${fc.stringify(input)}\n  ${indented(again)}` }
  }
  const result = await fc.check(property, {
    seed,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: milliseconds,
    markInterruptAsFailure: false,
  })
  return { runs: result.numRuns, ...(result.failed ? { found: described(name, result) } : {}) }
}

/** What a check throws, in words; undefined when it holds. */
async function failure(work: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function described(name: string, result: fc.RunDetails<[unknown]>): string {
  const error = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance)
  const [input] = result.counterexample ?? []
  const isNew = keep(name, error.split('\n')[0] ?? '', input)
  const kept = isNew ? 'it is in the corpus now' : 'it was in the corpus'
  return `${name}\n  input: ${fc.stringify(input)}\n  ${indented(error)}\n  ${kept}; seed ${result.seed}, path ${result.counterexamplePath}`
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ')
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
