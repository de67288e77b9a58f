import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HeaderBlock } from '../../core/message/headers.ts'
import type { OutgoingContext } from '../../core/plugin.ts'
import { mount, type World } from '../../test/kit/mount.ts'
import { fakeTable } from '../../test/kit/table.ts'
import plugin from './index.ts'

const PLACE = { destination: { transport: 'smtp' }, envelope: { id: 'Q1' } } as OutgoingContext

interface Result {
  readonly text: string
  readonly notes: readonly string[]
  readonly log: readonly string[]
}

/** Mail through a transport; line ends are LF. `chunk`: the body comes in pieces of so many bytes. */
async function sent(source: string, world: World, options: Record<string, string> = {}, chunk = 1000): Promise<Result> {
  const mounted = await mount(plugin, options, { stage: 'deliver', ...world })
  const bytes = Buffer.from(source.replaceAll('\n', '\r\n'))
  const end = bytes.indexOf('\r\n\r\n') + 4
  const pieces: Buffer[] = []
  for (let at = end; at < bytes.length; at += chunk) pieces.push(bytes.subarray(at, at + chunk))
  const given = { headers: new HeaderBlock(bytes.subarray(0, end)), body: undefined, stored: () => pieces, facts: {} as never }
  const message = await mounted.shape('smtp.message', given, PLACE)
  const out = [message.headers.toBuffer()]
  for await (const piece of message.body ?? pieces) out.push(piece)
  const notes = mounted.events.flatMap((event) => (event.type === 'peer' ? [event.message] : []))
  return { text: Buffer.concat(out).toString().replaceAll('\r\n', '\n'), notes, log: mounted.log }
}

const PARTS = `Subject: x
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

far
--b
Content-Type: message/rfc822

Subject: inner

near
--b--
`

test('smtp_header_checks and the others: each table has its headers or lines', async () => {
  const world = {
    parameters: {
      smtp_header_checks: 'pcre:{{/^Subject: (.*)/ REPLACE X-Subject: $$1}}',
      smtp_mime_header_checks: 'pcre:{{/^Content-Type: text/ PREPEND X-Part: yes}}',
      smtp_nested_header_checks: 'pcre:{{/^Subject:/ IGNORE}}',
      smtp_body_checks: 'pcre:{{/^far/ REPLACE gone}, {/^near/ STRIP why}, {/^--b--/ PREPEND last}}',
    },
  }
  const expected = PARTS.replace('Subject: x', 'X-Subject: x')
    .replace('Content-Type: text', 'X-Part: yes\nContent-Type: text')
    .replace('Subject: inner\n', '')
    .replace('far', 'gone')
    .replace('near\n', '')
    .replace('--b--', 'last\n--b--')
  const notes = [
    'replace: header Subject: x: X-Subject: x',
    'prepend: header Content-Type: text/plain: X-Part: yes',
    'replace: body far: gone',
    'strip: body near: why',
    'prepend: body --b--: last',
  ]
  for (const chunk of [1, 7, 1000]) {
    const { text, notes: told } = await sent(PARTS, world, {}, chunk)
    assert.equal(text, expected)
    assert.deepEqual(told, notes)
  }
})

test('actions that decide about mail are not for mail on its way out', async () => {
  const source = 'X-A: 1\nX-B: 1\n\nx\n'
  const tables = { 'fake:h': { 'X-A: 1': 'REJECT no', 'X-B: 1': 'WARN seen' }, 'fake:b': { x: 'DISCARD' } }
  const { text, notes, log } = await sent(source, {
    tables,
    parameters: { smtp_header_checks: 'fake:h', smtp_body_checks: 'fake:b' },
  })
  assert.equal(text, source)
  assert.deepEqual(notes, ['warning: header X-B: 1: seen'])
  assert.deepEqual(log, [
    'warn: unsupported command in smtp_header_checks map: REJECT no',
    'warn: unsupported command in smtp_body_checks map: DISCARD',
  ])
})

test('lmtp_header_checks, lmtp_mime_header_checks, lmtp_nested_header_checks, lmtp_body_checks for the agent lmtp', async () => {
  const parameters = {
    process_name: 'lmtp',
    smtp_header_checks: 'pcre:{{/^/ IGNORE}}',
    lmtp_header_checks: 'pcre:{{/^Subject: x/ IGNORE}}',
    lmtp_mime_header_checks: 'pcre:{{/text/ IGNORE}}',
    lmtp_nested_header_checks: 'pcre:{{/inner/ IGNORE}}',
    lmtp_body_checks: 'pcre:{{/far/ IGNORE}}',
  }
  const { text } = await sent(PARTS, { parameters })
  const expected = PARTS.replace('Subject: x\n', '').replace('Content-Type: text/plain\n', '')
  assert.equal(text, expected.replace('Subject: inner\n', '').replace('far\n', ''))
})

test('a step that names tables of its own has no use for the parameters', async () => {
  const world = { parameters: { smtp_header_checks: 'pcre:{{/^/ IGNORE}}' } }
  const { text } = await sent('X-A: 1\n\nx\n', world, { body_checks: 'pcre:{{/x/ REPLACE y}}' })
  assert.equal(text, 'X-A: 1\n\ny\n')
})

test('a body that no table concerns is not touched; a table that fails stops the delivery', async () => {
  const mounted = await mount(plugin, {}, { stage: 'deliver', parameters: { smtp_header_checks: 'pcre:{{/^X/ IGNORE}}' } })
  const headers = new HeaderBlock(Buffer.from('X-A: 1\r\n\r\n'))
  const stored = () => assert.fail('the body was read')
  const message = await mounted.shape('smtp.message', { headers, body: undefined, stored, facts: {} as never }, PLACE)
  assert.deepEqual([message.body, headers.length], [undefined, 0])
  const bad = { 'fake:x': { 'X-A: 1': new Error('down'), x: new Error('down') } }
  await assert.rejects(sent('X-A: 1\n\nx\n', { tables: bad, parameters: { smtp_header_checks: 'fake:x' } }))
  await assert.rejects(sent('X-A: 1\n\nx\n', { tables: bad, parameters: { smtp_body_checks: 'fake:x' } }))
})

test('any splitting of the body, and tables that take their time, give the same', async () => {
  const line = fc.oneof(
    fc.constantFrom('far', 'near', '', '--b', '--b--', 'Content-Type: message/rfc822', 'Subject: inner', ' fold', 'Subject: y'),
    fc.integer({ min: 2040, max: 2060 }).map((length) => `${'x'.repeat(length)}far`),
  )
  const entries = {
    far: 'REPLACE gone',
    near: 'IGNORE',
    '': 'PREPEND empty',
    'Subject: inner': 'IGNORE',
    'Subject: y': 'REPLACE X-Y: z',
  }
  const parameters = { smtp_nested_header_checks: 'fake:x', smtp_body_checks: 'fake:x', smtp_mime_header_checks: 'fake:x' }
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
      async (lines, chunk, later) => {
        const source = `Content-Type: multipart/mixed; boundary=b\n\n${lines.join('\n')}`
        const whole = await sent(source, { tables: { 'fake:x': entries }, parameters }, {}, 100_000)
        const pieces = await sent(source, { tables: { 'fake:x': fakeTable(entries, { later }) }, parameters }, {}, chunk)
        assert.deepEqual([pieces.text, pieces.notes], [whole.text, whole.notes])
      },
    ),
    { numRuns: 60 },
  )
})
