/** `npm run test:crash -- [--rounds 300] [--seed N] [--keep]`: the crash test in its long form. */
import { parseArgs } from 'node:util'
import { crash, describe, isClean } from './crash.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
  },
})
console.log(`crash test: ${values.rounds} kills, seed ${values.seed}`)
const result = await crash({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  keep: values.keep,
  say: (text) => console.log(`  ${text}`),
})
console.log(describe(result))
process.exitCode = isClean(result) ? 0 : 1
