/** Whatever the bytes and however they are split: the same transcript, no crash, no hang. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Played, play, type TestServerOptions } from '../../test/kit/smtp-server.ts'

/** Pipelining is judged by what has arrived, so that it is left out here. */
const OPTIONS: TestServerOptions = {
  parameters: {
    smtpd_forbid_unauth_pipelining: 'no',
    smtpd_hard_error_limit: '1000',
    line_length_limit: '60',
    message_size_limit: '1000',
  },
}

/** What the client sees, and what the queue got. */
function outcome({ transcript, taken }: Played) {
  return { transcript, taken: taken.map(({ content, facts, sender, recipients }) => ({ content, facts, sender, recipients })) }
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.filter((at) => at > 0 && at < bytes.length), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

const LINES = [
  'EHLO client.test\r\n',
  'HELO a\n',
  'MAIL FROM:<a@x.test>\r\n',
  'mail from:<> BODY=8BITMIME SIZE=10\r\n',
  'RCPT TO:<b@example.test>\r\n',
  'RCPT TO:<c@elsewhere.test>\r\n',
  'RCPT TO:<"b c"@example.test> NOTIFY=NEVER\r\n',
  'DATA\r\n',
  'Subject: x\r\n\r\nline\r\n..dot\r\n.\r\n',
  'bare\nnewline\n.\nx\r\r\n.\r\n',
  'BDAT 6\r\nab\r\nc\r',
  'BDAT 4 LAST\r\n\nxyz',
  'BDAT 0 LAST\r\n',
  'RSET\r\n',
  'NOOP\r\n',
  'VRFY b\xc3\xb6@example.test\r\n',
  'XYZZY \xff\r\n',
  'QUIT\r\n',
  '.\r\n',
  `NOOP ${'x'.repeat(100)}\r\n`,
  '\0\r\n',
  ' ',
] as const

const WHOLE = [
  'EHLO a\r\n',
  ...LINES.slice(2, 3),
  ...LINES.slice(4, 5),
  'DATA\r\n',
  LINES[8],
  LINES[2],
  LINES[4],
  LINES[10],
  LINES[11],
  'QUIT\r\n',
].join('')

test('any splitting of the input gives the same transcript', async () => {
  const input = fc.array(fc.constantFrom(...LINES), { maxLength: 20 }).map((lines) => Buffer.from(lines.join(''), 'latin1'))
  const cuts = fc.array(fc.nat(400), { maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(input, cuts, async (bytes, places) => {
      assert.deepEqual(outcome(await play(cut(bytes, places), OPTIONS)), outcome(await play([bytes], OPTIONS)))
    }),
    { numRuns: 300 },
  )
})

test('one octet at a time', async () => {
  const bytes = Buffer.from(WHOLE, 'latin1')
  const single = await play(
    Array.from(bytes, (octet) => Buffer.from([octet])),
    OPTIONS,
  )
  assert.deepEqual(outcome(single), outcome(await play([bytes], OPTIONS)))
  assert.equal(single.taken.length, 2)
})

test('mutated dialogs neither crash nor hang, and every reply is well formed', async () => {
  const mutation = fc.record({ at: fc.nat(WHOLE.length), octet: fc.nat(255), how: fc.constantFrom('set', 'insert', 'delete') })
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { minLength: 1, maxLength: 10 }),
      fc.array(fc.nat(300), { maxLength: 5 }),
      async (list, places) => {
        const octets = [...Buffer.from(WHOLE, 'latin1')]
        for (const { at, octet, how } of list) octets.splice(at, how === 'insert' ? 0 : 1, ...(how === 'delete' ? [] : [octet]))
        const { transcript, events } = await play(cut(Buffer.from(octets), places), OPTIONS)
        assert.match(transcript, /^(?:[2-5][0-9]{2}[ -][^\r\n\0]*\r\n)+$/)
        assert.deepEqual(
          events.filter(({ type }) => type === 'fault'),
          [],
        )
        assert.equal(events.at(-1)?.type, 'disconnect')
      },
    ),
    { numRuns: 500 },
  )
})

test('any octets at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (octets) => {
      const { transcript, events } = await play([Buffer.from(octets)], OPTIONS)
      assert.match(transcript, /^(?:[2-5][0-9]{2}[ -][^\r\n\0]*\r\n)+$/)
      assert.equal(events.at(-1)?.type, 'disconnect')
    }),
    { numRuns: 300 },
  )
})
