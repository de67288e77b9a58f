/** Next hops that are hostile themselves: mail for others goes out as ever, and that for them waits. */
import assert from 'node:assert/strict'
import type { Attack } from '../arena.ts'

export const OUTWARD: readonly Attack[] = [
  {
    name: 'servers that answer without end',
    connections: 5,
    budget: 4 * 1024 * 1024,
    async run(arena) {
      const all = await arena.sending(5, (i) => `to@flood-${i}.test`)
      for (const each of all) assert.match(await each.say('Subject: out\r\n\r\nhello\r\n.'), /^250 2\.0\.0 Ok: queued as /)
      await arena.othersAreServed()
      for (let i = 0; i < 5; i++) {
        const outcome = new RegExp(` to=<to@flood-${i}\\.test>.* status=(?:deferred|bounced) `)
        await arena.until(() => arena.log().find((line) => outcome.test(line)), `an outcome at the server ${i}`)
      }
    },
  },
]
