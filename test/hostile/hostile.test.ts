/** Attacks on a running gateway, in their short form; `run.ts` is the long one. */
import { after, before, test } from 'node:test'
import { Arena, mega } from './arena.ts'
import { ATTACKS } from './attacks.ts'

const arena = new Arena()
before(() => arena.start())
after(() => arena.stop())

for (const attack of ATTACKS) {
  test(attack.name, { timeout: 120_000 }, async (t) => {
    const { connections, grown, allowed } = await arena.bear(attack, 1)
    t.diagnostic(`${connections} connections took ${mega(grown)} of ${mega(allowed)}`)
  })
}
