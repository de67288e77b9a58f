/** Ends of data that one server sees and another does not: nothing is smuggled in, and nothing goes out that could be. */
import assert from 'node:assert/strict'
import type { Arena, Attack } from '../arena.ts'

/** What some server or other has taken for the end of data. */
const ENDS = [
  ...['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\n.\r', '\r.\n', '\n\n.\n\n', '\r\r\n.\r\r\n'],
  ...[
    '\r\n\0.\r\n',
    '\n\0.\r\n',
    '\0\n.\n',
    '\r\n .\r\n',
    '\r\n.\0\r\n',
    '\n.\r\r\n',
    '\r\n\r.\r\n',
    '\x85.\x85',
    '\x0b.\x0b',
    '\x0c.\x0c',
  ],
]

/** A lone dot between what anyone could take for line ends. */
const LONE_DOT = /(?<=^|[\r\n])\.(?=[\r\n])/g

function innocent(end: string, i: number, how: string): string {
  const inner = `MAIL FROM:<root@good.test>\r\nRCPT TO:<smuggled-${how}-${i}@good.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nhere\r\n`
  return `Subject: ${how} ${i}\r\n\r\nfirst${end}${inner}`
}

/** The message as it went over the wire holds one end of data, whoever reads it. */
async function wentOutWhole(arena: Arena, recipient: string): Promise<void> {
  const wire = await arena.onTheWire(recipient)
  assert.doesNotMatch(wire, /(?<!\r)\n|\r(?!\n)/, 'bare CR or LF')
  assert.equal(wire.match(LONE_DOT)?.length, 1, JSON.stringify(wire))
  assert.match(wire, /here/)
}

export const SMUGGLING: readonly Attack[] = [
  {
    name: 'ends of data that are none',
    connections: ENDS.length,
    budget: 64 * 1024,
    async run(arena) {
      const all = await arena.sending(ENDS.length, (i) => `dots-${i}@wire.test`)
      for (const [i, each] of all.entries()) each.write(Buffer.from(`${innocent(ENDS[i] ?? '', i, 'dots')}.\r\n`, 'latin1'))
      await arena.othersAreServed()
      for (const each of all) {
        assert.match(await each.reply(), /^250 2\.0\.0 Ok: queued as /)
        assert.equal(await each.say('QUIT'), '221 2.0.0 Bye')
        assert.equal(await each.reply(), 'closed')
      }
      for (let i = 0; i < ENDS.length; i++) await wentOutWhole(arena, `dots-${i}@wire.test`)
    },
  },
  {
    name: 'ends of data in chunks, which have none',
    connections: ENDS.length + 1,
    budget: 64 * 1024,
    async run(arena) {
      const ends = [...ENDS, '\r\n.\r\n']
      const all = await arena.sending(ends.length, (i) => `bdat-${i}@wire.test`, 'smtp', 'BDAT')
      for (const [i, each] of all.entries()) {
        const content = Buffer.from(innocent(ends[i] ?? '', i, 'bdat'), 'latin1')
        each.write(Buffer.concat([Buffer.from(`BDAT ${content.length} LAST\r\n`), content]))
      }
      await arena.othersAreServed()
      for (const each of all) assert.match(await each.reply(), /^250 2\.0\.0 Ok: \d+ bytes queued as /)
      for (let i = 0; i < ends.length; i++) await wentOutWhole(arena, `bdat-${i}@wire.test`)
    },
  },
]
