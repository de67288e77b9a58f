import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeaderBlock, rawText } from '../../core/message/headers.ts'
import type { OutgoingContext } from '../../core/plugin.ts'
import { mount, type World } from '../../test/kit/mount.ts'
import { fakeTable } from '../../test/kit/table.ts'
import plugin from './index.ts'

const NOWHERE = {} as OutgoingContext
const ENTRIES = {
  'a@int.test': 'out-a@pub.test',
  'b@int.test': 'out-b',
  '@int.test': '@pub.test',
  'e@int.test': 'catch@pub.test',
  '@sub.int.test': 'sub@pub.test',
  '"q q"@sub.int.test': '"out q"@pub.test',
  plain: 'localised@pub.test',
  'ext@sender.test': 'extpub@example.com',
  'short@int.test': 'x@host',
  'ü@int.test': 'ö@pub.test',
  'gone@int.test': '<>',
}

function mounted(entries: Record<string, string> = ENTRIES, world: World = {}) {
  return mount(
    plugin,
    { smtp_generic_maps: 'fake:g' },
    {
      ...world,
      tables: { 'fake:g': entries },
      parameters: { myorigin: 'example.test', mydomain: 'example.test', recipient_delimiter: '+', ...world.parameters },
    },
  )
}

/** A header through the plugin; line ends as LF. */
async function header(raw: string, world?: World): Promise<string> {
  const plugged = await mounted(ENTRIES, world)
  const bytes = Buffer.from(`${rawText(raw.replaceAll('\n', '\r\n'))}\r\n\r\n`, 'latin1')
  const headers = new HeaderBlock(bytes)
  await plugged.shape('smtp.message', { headers, body: undefined, facts: {} as never }, NOWHERE)
  return headers.toBuffer().toString('utf8').replaceAll('\r\n', '\n').trimEnd()
}

describe('generic', () => {
  const addresses: [string, string, World?][] = [
    ['a@int.test', 'out-a@pub.test'],
    ['b@int.test', 'out-b@example.test'],
    ['c@int.test', 'c@pub.test'],
    ['e+x@int.test', 'catch@pub.test'],
    ['g@sub.int.test', 'sub@pub.test'],
    ['q q@int.test', 'q q@pub.test'],
    ['q q@sub.int.test', 'out q@pub.test'],
    ['plain@example.test', 'localised@pub.test'],
    ['plain', 'localised@pub.test'],
    ['plain@other.test', 'plain@other.test'],
    ['outside@ext.test', 'outside@ext.test'],
    ['ü@int.test', 'ö@pub.test'],
    ['', ''],
    ['ext+tag@sender.test', 'extpub+tag@example.com', { parameters: { propagate_unmatched_extensions: 'generic' } }],
    ['ext+tag@sender.test', 'extpub@example.com', { parameters: { propagate_unmatched_extensions: 'canonical' } }],
    ['c+tag@int.test', 'c+tag@pub.test', { parameters: { propagate_unmatched_extensions: 'generic' } }],
    ['short@int.test', 'x@host.example.test', { parameters: { append_dot_mydomain: 'yes' } }],
    ['short@int.test', 'x@host'],
  ]
  for (const [address, expected, world] of addresses)
    it(`envelope: ${address || 'the null sender'} is ${expected || 'kept'}`, async () => {
      const plugged = await mounted(ENTRIES, world)
      const envelope = await plugged.shape('smtp.envelope', { sender: address, recipients: ['x@ext.test', address] }, NOWHERE)
      assert.deepEqual(envelope, { sender: expected, recipients: ['x@ext.test', expected] })
    })

  const headers: [string, string][] = [
    ['From: "A B" <a@int.test>', 'From: "A B" <out-a@pub.test>'],
    ['Sender: b@int.test (comment)', 'Sender: out-b@example.test (comment)'],
    [
      'To: c@int.test, Group: d@int.test, <e+x@int.test>;, "q q"@int.test',
      'To: c@pub.test, Group: d@pub.test, <catch@pub.test>;, "q q"@pub.test',
    ],
    ['Cc: outside@ext.test,\n f@int.test', 'Cc: outside@ext.test, f@pub.test'],
    ['Reply-To: g@sub.int.test', 'Reply-To: sub@pub.test'],
    ['Resent-From: a@int.test', 'Resent-From: out-a@pub.test'],
    ['Errors-To: b@int.test', 'Errors-To: out-b@example.test'],
    ['Return-Receipt-To: a@int.test', 'Return-Receipt-To: out-a@pub.test'],
    ['Message-ID: <id@int.test>', 'Message-ID: <id@int.test>'],
    ['In-Reply-To: <a@int.test>', 'In-Reply-To: <a@int.test>'],
    ['X-Other: a@int.test', 'X-Other: a@int.test'],
    ['From: plain', 'From: localised@pub.test'],
    ['From: <>', 'From: <>'],
    ['To: undisclosed:;', 'To: undisclosed:;'],
    [
      'To: <@r1.test,@r2.test:a@ext.test>, "x"@ext.test, <a@int.test>',
      'To: <@r1.test, @r2.test:a@ext.test>, x@ext.test, <out-a@pub.test>',
    ],
    ['Reply-To: gone@int.test, a@int.test', 'Reply-To: "", out-a@pub.test'],
    ['To:  x@ext.test ,\n\ty@ext.test', 'To:  x@ext.test ,\n\ty@ext.test'],
    ['From: Ä <ü@int.test>', 'From: Ä <ö@pub.test>'],
    [
      'To: first.long.recipient@ext.test, second.long.recipient@ext.test, a@int.test',
      'To: first.long.recipient@ext.test, second.long.recipient@ext.test,\n\tout-a@pub.test',
    ],
  ]
  for (const [raw, expected] of headers)
    it(`header: ${raw.replaceAll('\n', '\\n')}`, async () => {
      assert.equal(await header(raw), expected)
    })

  it('uses the parameter when no option is given, and nothing without either', async () => {
    const world = { tables: { 'fake:g': ENTRIES }, parameters: { smtp_generic_maps: 'fake:g' } }
    const plugged = await mount(plugin, {}, world)
    const envelope = { sender: 'a@int.test', recipients: [] }
    assert.equal((await plugged.shape('smtp.envelope', envelope, NOWHERE)).sender, 'out-a@pub.test')
    const idle = await mount(plugin, {})
    assert.equal(await idle.shape('smtp.envelope', envelope, NOWHERE), envelope)
  })

  it('asks tables of patterns for the whole address only', async () => {
    const table = fakeTable({ '@int.test': 'never@x' }, { wholeKeys: true })
    const plugged = await mount(plugin, { smtp_generic_maps: 'fake:g' }, { tables: { 'fake:g': table } })
    await plugged.shape('smtp.envelope', { sender: 'a@int.test', recipients: [] }, NOWHERE)
    assert.deepEqual(table.asked, ['a@int.test'])
  })

  it('a failing table stops the delivery', async () => {
    const plugged = await mounted({ 'a@int.test': new Error('down') as unknown as string })
    await assert.rejects(plugged.shape('smtp.envelope', { sender: 'a@int.test', recipients: [] }, NOWHERE))
  })
})
