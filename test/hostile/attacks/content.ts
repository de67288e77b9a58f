/** Messages that are dear to look at: heads of nothing but headers, parts in parts, folds without end, recipients by the thousand. */
import assert from 'node:assert/strict'
import type { Attack } from '../arena.ts'

const KILO = 1024
const MEGA = 1024 * KILO
const QUEUED = /^250 2\.0\.0 Ok: queued as /

/** Sends the same content from all connections at once, serves others meanwhile, and gives the replies. */
function sameContent(name: string, content: string, connections: number, budget: number, wanted: RegExp): Attack {
  const slug = name.replaceAll(/[^a-z]+/g, '-')
  const bytes = Buffer.from(`${content}\r\n.\r\n`, 'latin1')
  return {
    name,
    connections,
    budget,
    async run(arena, count) {
      const all = await arena.sending(count, (i) => `${slug}-${i}@good.test`)
      for (const each of all) each.write(bytes)
      await arena.othersAreServed()
      for (const reply of await Promise.all(all.map((each) => each.reply()))) assert.match(reply, wanted)
      if (wanted === QUEUED) for (let i = 0; i < count; i++) await arena.delivered(`${slug}-${i}@good.test`)
    },
  }
}

/** `multipart` in `multipart`, so deep. */
function nested(depth: number): string {
  let text = 'Content-Type: multipart/mixed; boundary=b0\r\n\r\n'
  for (let i = 1; i < depth; i++) text += `--b${i - 1}\r\nContent-Type: multipart/mixed; boundary=b${i}\r\n\r\n`
  return `${text}--never\r\n`.concat('--b\r\n'.repeat(10_000))
}

const times = (text: string, bytes: number): string => text.repeat(Math.floor(bytes / text.length))

export const CONTENT: readonly Attack[] = [
  sameContent(
    'a head larger than is held',
    times('X-Many: a\r\n', 1.2 * MEGA),
    8,
    4 * MEGA,
    /^552 5\.3\.4 Message header size exceeds/,
  ),
  sameContent('a head of headers that are dropped', times('Bcc: a@b\r\n', 0.9 * MEGA), 2, 16 * MEGA, QUEUED),
  sameContent('a head of headers that a table drops', times('X-Gone: a\r\n', 0.9 * MEGA), 2, 16 * MEGA, QUEUED),
  sameContent('a head of headers without a name to speak of', times('a:\r\n', 0.9 * MEGA), 2, 24 * MEGA, QUEUED),
  sameContent('one header of many folds', `Subject: a${times('\r\n b', 0.9 * MEGA)}`, 4, 8 * MEGA, QUEUED),
  sameContent('addresses in a header without end', `To: ${times('a@b, ', 0.9 * MEGA)}x@y`, 4, 16 * MEGA, QUEUED),
  sameContent(
    'comments in comments',
    `To: ${times('(', 0.09 * MEGA)}\r\nFrom: ${times('"\\', 0.05 * MEGA)}`,
    10,
    4 * MEGA,
    QUEUED,
  ),
  sameContent('parts in parts in parts', nested(5000), 20, 4 * MEGA, /^550 5\.6\.0 MIME nesting exceeds safety limit$/),
  sameContent('parts in parts, as deep as is allowed', nested(100), 20, 4 * MEGA, QUEUED),
  sameContent(
    'a part whose header does not end',
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a${times('\r\n b', 1.5 * MEGA)}\r\n\r\n`,
    8,
    2 * MEGA,
    QUEUED,
  ),
  sameContent('one line without end', `Subject: long\r\n\r\n${times('x', 1.9 * MEGA)}`, 10, 4 * MEGA, QUEUED),
  {
    name: 'recipients by the thousand',
    connections: 12,
    budget: 4 * MEGA,
    async run(arena, connections) {
      const all = await arena.sending(connections, () => 'first@good.test', 'smtp', 'RCPT')
      const filler = 'r'.repeat(600)
      const batch = Array.from({ length: 2100 }, (_, i) => `RCPT TO:<${filler}-${i}@good.test>\r\n`).join('')
      for (const each of all) each.write(batch)
      await arena.othersAreServed()
      for (const replies of await Promise.all(all.map((each) => each.rest()))) {
        assert.equal(replies.filter((reply) => reply === '250 2.1.5 Ok').length, 999)
        const refused = replies.slice(999)
        assert.ok(refused.length >= 1000, `${refused.length} refusals`)
        for (const reply of refused.slice(0, 1000)) assert.equal(reply, '452 4.5.3 Error: too many recipients')
      }
    },
  },
]
