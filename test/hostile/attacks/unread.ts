/** Clients that ask and ask and never read an answer. */
import assert from 'node:assert/strict'
import type { Attack } from '../arena.ts'

const KILO = 1024

export const UNREAD: readonly Attack[] = [
  {
    name: 'large refusals that nobody reads',
    connections: 24,
    budget: 512 * KILO,
    async run(arena, connections) {
      const all = await arena.greeted(connections, 'lax')
      for (const each of all) {
        each.turnDeaf()
        each.write('x\r\n'.repeat(400_000))
      }
      for (let i = 0; i < 3; i++) await arena.othersAreServed()
    },
  },
  {
    name: 'answers to chunks that nobody reads',
    connections: 16,
    budget: 512 * KILO,
    async run(arena, connections) {
      const all = await arena.sending(connections, () => 'unread@good.test', 'lax', 'BDAT')
      for (const each of all) {
        each.turnDeaf()
        each.write('BDAT 0\r\n'.repeat(200_000))
      }
      for (let i = 0; i < 3; i++) await arena.othersAreServed()
    },
  },
  {
    name: 'long answers to a client that is not ready',
    connections: 200,
    budget: 96 * KILO,
    async run(arena, connections) {
      const all = await arena.greeted(connections)
      for (const each of all) {
        each.turnDeaf()
        each.write('VRFY a@good.test\r\n'.repeat(120))
      }
      await arena.othersAreServed()
      assert.ok(all.length > 0)
    },
  },
]
