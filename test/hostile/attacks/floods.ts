/** Floods without a line end, more than is allowed, and pieces so small that keeping track of them would cost more than they are. */
import assert from 'node:assert/strict'
import type { Attack } from '../arena.ts'
import { LARGEST } from '../configuration.ts'

const KILO = 1024
const MEGA = 1024 * KILO
const NO_END = Buffer.alloc(MEGA, 'x')
/** Lines of a body that is larger than a message may be. */
const TOO_MUCH = Buffer.concat([
  Buffer.from('Subject: much\r\n\r\n'),
  Buffer.from(`${'x'.repeat(70)}\r\n`.repeat((2 * LARGEST) / 72)),
])

export const FLOODS: readonly Attack[] = [
  {
    name: 'commands without end',
    connections: 200,
    budget: 128 * KILO,
    async run(arena, connections) {
      const all = await arena.greeted(connections)
      await Promise.all(all.map((each) => each.written(NO_END)))
      await arena.othersAreServed()
      for (const reply of await Promise.all(all.map((each) => each.say(''))))
        assert.equal(reply, '500 5.5.2 Error: command not recognized')
    },
  },
  {
    name: 'content without a line end',
    connections: 30,
    budget: 2 * MEGA,
    async run(arena, connections) {
      const all = await arena.sending(connections, (i) => `endless-${i}@good.test`)
      await Promise.all(all.map((each) => each.written(NO_END)))
      await arena.othersAreServed()
      for (const [i, each] of all.slice(0, 5).entries()) {
        assert.match(await each.say('\r\n.\r\n'), /^250 2\.0\.0 Ok: queued as /)
        const { content } = await arena.delivered(`endless-${i}@good.test`)
        assert.ok(content.toString('latin1').split('x').length > MEGA)
      }
    },
  },
  {
    name: 'more content than a message may have',
    connections: 10,
    budget: 2 * MEGA,
    async run(arena, connections) {
      const all = await arena.sending(connections, () => 'large@good.test')
      await Promise.all(all.map((each) => each.written(TOO_MUCH)))
      await arena.othersAreServed()
      for (const reply of await Promise.all(all.map((each) => each.say('\r\n.\r\n'))))
        assert.equal(reply, '552 5.3.4 Error: message file too big')
    },
  },
  {
    name: 'chunks without a line end',
    connections: 30,
    budget: 2 * MEGA,
    async run(arena, connections) {
      const all = await arena.sending(connections, () => 'chunk@good.test', 'smtp', 'BDAT')
      await Promise.all(all.map((each) => each.written(`BDAT ${LARGEST}\r\n`)))
      await Promise.all(all.map((each) => each.written(NO_END)))
      await arena.othersAreServed()
      for (const reply of await Promise.all(all.slice(0, 5).map((each) => each.say(`${'x'.repeat(LARGEST - MEGA - 2)}\r\n`))))
        assert.equal(reply, `250 2.0.0 Ok: ${LARGEST} bytes`)
      for (const reply of await Promise.all(all.slice(0, 5).map((each) => each.say('BDAT 2 LAST\r\n\r\n'))))
        assert.match(reply, /^552 5\.3\.4 /)
    },
  },
  {
    name: 'a message in chunks of one octet',
    connections: 6,
    budget: 2 * MEGA,
    async run(arena, connections) {
      const all = await arena.sending(connections, (i) => `octets-${i}@good.test`, 'lax', 'BDAT')
      const batch = 'BDAT 1\r\nx'.repeat(5000)
      for (const each of all) assert.equal(await each.say('BDAT 2\r\n\r\n'), '250 2.0.0 Ok: 2 bytes')
      for (let batches = 0; batches < 12; batches++) {
        await Promise.all(
          all.map(async (each) => {
            each.write(batch)
            for (let i = 0; i < 5000; i++) assert.equal(await each.reply(), '250 2.0.0 Ok: 1 bytes')
          }),
        )
      }
      await arena.othersAreServed()
      for (const [i, each] of all.entries()) {
        assert.match(await each.say('BDAT 0 LAST'), /^250 2\.0\.0 Ok: 60004 bytes queued as /)
        const { content } = await arena.delivered(`octets-${i}@good.test`)
        assert.match(content.toString('latin1').replaceAll(/\r\n ?/g, ''), /x{60000}$/)
      }
    },
  },
  {
    // The postmaster may want to see what was said: that history has an end too.
    name: 'commands that do nothing, without end',
    connections: 4,
    budget: 4 * MEGA,
    async run(arena, connections) {
      const all = await arena.greeted(connections, 'lax')
      const batch = `NOOP ${'x'.repeat(1000)}\r\n`.repeat(2000)
      for (let batches = 0; batches < 25; batches++) {
        await Promise.all(
          all.map(async (each) => {
            each.write(batch)
            for (let i = 0; i < 2000; i++) assert.equal(await each.reply(), '250 2.0.0 Ok')
          }),
        )
      }
      await arena.othersAreServed()
    },
  },
  {
    name: 'headers of proxies without end, and none',
    connections: 300,
    budget: 192 * KILO,
    async run(arena, connections) {
      const all = Array.from({ length: connections }, () => arena.attacker('proxied'))
      const silent = Array.from({ length: connections }, () => arena.attacker('proxied'))
      const headers = [
        'PROXY TCP4 192.0.2.1 '.padEnd(100_000, '9'),
        'x'.repeat(100_000),
        '\r\n\r\n\0\r\nQUIT\n!\xff\xff\xff'.padEnd(100_000, '\xff'),
      ]
      await Promise.all(all.map((each, i) => each.written(Buffer.from(headers[i % headers.length] ?? '', 'latin1'))))
      await arena.othersAreServed()
      const replies = await Promise.all(all.map((each) => each.rest()))
      // What the gateway has not read when it hangs up makes the kernel reset the connection, and with it the reply.
      for (const each of replies)
        assert.ok(each.length === 0 || each[0] === '421 4.3.0 mx.hostile.test Server local error', each.join())
      const honest = arena.attacker('proxied')
      assert.match(await honest.say('PROXY TCP4 192.0.2.1 192.0.2.2 4711 25'), /^220 /)
      for (const each of silent) each.destroy()
    },
  },
  {
    name: 'policy requests without end',
    connections: 100,
    budget: 192 * KILO,
    async run(arena, connections) {
      const all = Array.from({ length: connections }, () => arena.attacker('policy'))
      const floods = ['x'.repeat(500_000), 'a=b\n'.repeat(100_000), `request=${'y'.repeat(8000)}`]
      await Promise.all(all.map((each, i) => each.written(floods[i % floods.length] ?? '')))
      await arena.othersAreServed()
    },
  },
]
