/** Octets and commands at random, all at once: every answer is a reply, and the connection ends in order. */
import assert from 'node:assert/strict'
import { chance } from '../../crash/chance.ts'
import type { Attack } from '../arena.ts'

const KILO = 1024
const REPLY = /^[2-5]\d\d[ -][\t -~]*(?:\|[2-5]\d\d[ -][\t -~]*)*$/

const PIECES = [
  ...[
    'EHLO a',
    'HELO',
    'MAIL FROM:<a@b>',
    'RCPT TO:<x@good.test>',
    'RCPT TO:<a@[',
    'DATA',
    'BDAT 3',
    'BDAT -1',
    'BDAT 9e9',
    'RSET',
    'VRFY \xff',
  ],
  ...[
    'NOOP',
    'HELP',
    'ETRN #',
    'AUTH PLAIN AAA',
    'STARTTLS',
    'XCLIENT A=',
    'XFORWARD',
    'XVERP',
    'MAIL FROM:<',
    '.',
    '..',
    '\0',
    '',
    ' ',
  ],
  ...[
    'MAIL FROM:<a@b> SIZE=99999999999999999999',
    'RCPT TO:<"\\',
    `RCPT TO:<${'@'.repeat(900)}>`,
    `MAIL FROM:<${'('.repeat(1800)}`,
  ],
  ...['x'.repeat(5000), '\x1b[2J', '\x85\xa0', '__proto__', 'constructor', 'MAIL FROM:<a@b> __proto__=1', 'Subject: hello'],
]
const ENDS = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\0\r\n']

/** Commands and pieces of them. */
function commands(random: () => number, count: number): Buffer {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? ''
  return Buffer.from(Array.from({ length: count }, () => pick(PIECES) + pick(ENDS)).join(''), 'latin1')
}

function octets(random: () => number, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)))
}

function isOrderly(replies: readonly string[]): void {
  for (const reply of replies) assert.match(reply, REPLY)
}

export const GARBAGE: readonly Attack[] = [
  {
    name: 'octets at random',
    connections: 200,
    budget: 96 * KILO,
    async run(arena, connections) {
      const seed = Date.now() % 1_000_000
      const random = chance(seed)
      const all = await arena.greeted(connections)
      for (const each of all) {
        each.write(octets(random, 4 * KILO))
        each.write('\r\n')
        each.halfClose()
      }
      await arena.othersAreServed()
      for (const replies of await Promise.all(all.map((each) => each.rest()))) isOrderly(replies)
    },
  },
  {
    name: 'commands at random, pipelined',
    connections: 100,
    budget: 256 * KILO,
    async run(arena, connections) {
      const random = chance(Date.now() % 1_000_000)
      const all = [...(await arena.greeted(connections / 2)), ...(await arena.greeted(connections / 2, 'lax'))]
      for (const each of all) {
        each.write(commands(random, 300))
        each.halfClose()
      }
      await arena.othersAreServed()
      for (const replies of await Promise.all(all.map((each) => each.rest()))) isOrderly(replies)
    },
  },
  {
    name: 'errors until it is enough',
    connections: 50,
    budget: 96 * KILO,
    async run(arena, connections) {
      const all = await arena.greeted(connections)
      for (const each of all) each.write('WHAT\r\n'.repeat(200))
      await arena.othersAreServed()
      for (const replies of await Promise.all(all.map((each) => each.rest()))) {
        assert.ok(replies.length <= 21, `${replies.length} replies`)
        for (const reply of replies.slice(0, 20)) assert.equal(reply, '500 5.5.2 Error: command not recognized')
        // Unread input makes the kernel reset the connection; the last words may be lost with it.
        if (replies.length > 20) assert.equal(replies.at(-1), '421 4.7.0 mx.hostile.test Error: too many errors')
      }
    },
  },
  {
    name: 'attributes of XCLIENT and XFORWARD that are too large',
    connections: 50,
    budget: 128 * KILO,
    async run(arena, connections) {
      const all = await arena.greeted(connections, 'upstream')
      const ask = async (line: string, wanted: RegExp): Promise<void> => {
        for (const reply of await Promise.all(all.map((each) => each.say(line)))) assert.match(reply, wanted)
      }
      await ask('EHLO up.test', /\|250-XCLIENT .*\|250-XFORWARD /)
      await ask(`XCLIENT NAME=${'n'.repeat(256)}`, /^501 5\.5\.4 Error: attribute value too long$/)
      await ask(`XFORWARD HELO=${'+41'.repeat(600)}`, /^501 5\.5\.4 Error: attribute value too long$/)
      await ask(`XFORWARD ${'NAME=a '.repeat(280)}`, /^250 2\.0\.0 Ok$/)
      await ask(`XFORWARD ${'NAME=a+0D+0ARSET '.repeat(100)}`, /^501 5\.5\.4 Bad NAME syntax: a\S*RSET$/)
      await ask(`XCLIENT ${'__proto__=x '.repeat(10)}`, /^501 5\.5\.4 Bad XCLIENT attribute name: __proto__$/)
      await arena.othersAreServed()
    },
  },
]
