/** Clients by the thousand that say a few octets at a time, or nothing, or close half of the connection. */
import assert from 'node:assert/strict'
import type { Arena, Attack } from '../arena.ts'
import type { Attacker } from '../attacker.ts'

const KILO = 1024

/** Says a line in so many pieces to each, round after round; resolves with the replies of those that got it whole. */
async function slowly(all: readonly Attacker[], text: (i: number) => string, pieces = 4): Promise<string[]> {
  for (let piece = 0; piece < pieces; piece++) {
    const written = all.map((each, i) => {
      const whole = text(i)
      const size = Math.ceil(whole.length / pieces)
      return each.written(whole.slice(piece * size, (piece + 1) * size))
    })
    await Promise.all(written)
  }
  return Promise.all(all.map((each) => each.reply()))
}

function allMatch(replies: readonly string[], wanted: RegExp): void {
  for (const reply of replies) assert.match(reply, wanted)
}

/** A third stays silent, a third stops in a command, a third in the content; then all go on to the end. */
async function slowClients(arena: Arena, connections: number): Promise<void> {
  const all = await arena.greeted(connections)
  const third = Math.ceil(connections / 3)
  const [silent, talking, sending] = [all.slice(0, third), all.slice(third, 2 * third), all.slice(2 * third)]
  allMatch(await slowly(sending, () => 'EHLO slow.test\r\n'), /^250-/)
  allMatch(await slowly(sending, () => 'MAIL FROM:<slow@far.test>\r\n'), /^250 /)
  allMatch(await slowly(sending, (i) => `RCPT TO:<slow-${i}@good.test>\r\n`), /^250 /)
  allMatch(await slowly(sending, () => 'DATA\r\n'), /^354 /)
  for (const each of talking) each.write('EHLO sl')
  for (const each of sending) each.write('Subject: sl')
  await arena.othersAreServed()
  for (const each of sending) each.write('ow\r\n\r\nat l')
  await arena.othersAreServed()
  allMatch(await slowly(talking, () => 'ow.test\r\n'), /^250-/)
  allMatch(await slowly(silent, () => 'QUIT\r\n', 2), /^221 2\.0\.0 Bye$/)
  allMatch(await slowly(sending, () => 'ast\r\n.\r\n', 3), /^250 2\.0\.0 Ok: queued as /)
  for (let i = 0; i < sending.length; i++) await arena.delivered(`slow-${i}@good.test`)
}

export const SLOW: readonly Attack[] = [
  { name: 'slow clients by the thousand', connections: 2400, budget: 48 * KILO, run: slowClients },
  {
    name: 'clients that dribble past their deadline',
    connections: 50,
    budget: 64 * KILO,
    async run(arena, connections) {
      const commands = await arena.greeted(connections, 'deadline')
      const contents = await arena.sending(connections, () => 'late@good.test', 'deadline')
      const ends = Promise.all([...commands, ...contents].map((each) => each.rest()))
      const dribble = setInterval(() => {
        for (const each of commands) each.write('N')
        for (const each of contents) each.write('x')
      }, 50)
      try {
        await arena.othersAreServed()
        for (const replies of await ends) assert.deepEqual(replies, ['421 4.4.2 mx.hostile.test Error: timeout exceeded'])
      } finally {
        clearInterval(dribble)
      }
    },
  },
  {
    name: 'connections closed by half',
    connections: 240,
    budget: 64 * KILO,
    async run(arena, connections) {
      const atOnce = Array.from({ length: connections / 4 }, () => arena.attacker())
      for (const each of atOnce) each.halfClose()
      const inCommand = await arena.greeted(connections / 4)
      const afterCommand = await arena.greeted(connections / 4)
      const inContent = await arena.sending(connections / 4, () => 'half@good.test')
      for (const each of inCommand) each.write('EHLO ha')
      for (const each of afterCommand) each.write('EHLO half.test\r\n')
      for (const each of inContent) each.write('Subject: half\r\n')
      for (const each of [...inCommand, ...afterCommand, ...inContent]) each.halfClose()
      await arena.othersAreServed()
      const count = async (all: readonly Attacker[]): Promise<number[]> => [
        ...new Set((await Promise.all(all.map((each) => each.rest()))).map((replies) => replies.length)),
      ]
      assert.deepEqual(await count(atOnce), [1], 'the greeting')
      assert.deepEqual(await count(inCommand), [0])
      assert.deepEqual(await count(afterCommand), [1], 'the answer to EHLO')
      assert.deepEqual(await count(inContent), [0])
    },
  },
]
