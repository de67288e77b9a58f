/**
 * The attacks in their long form: `node test/hostile/run.ts [--scale 10] [--rounds 3] [--only WORD]`. More connections, again and again on the
 * same gateway, so that what is not given back adds up.
 */
import { parseArgs } from 'node:util'
import { Arena, mega } from './arena.ts'
import { ATTACKS } from './attacks.ts'

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
})
const arena = new Arena()
let failed = 0
let passed = 0
try {
  await arena.start()
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const attack of ATTACKS.filter(({ name }) => name.includes(values.only))) {
      const began = performance.now()
      try {
        const { connections, grown, allowed } = await arena.bear(attack, Number(values.scale))
        const seconds = ((performance.now() - began) / 1000).toFixed(1)
        console.log(`${round}: ${attack.name}: ${connections} connections took ${mega(grown)} of ${mega(allowed)}, ${seconds} s`)
        passed++
      } catch (error) {
        failed++
        console.log(`FAILED ${round}: ${attack.name}: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
} finally {
  await arena.stop()
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
