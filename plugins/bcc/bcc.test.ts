import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CopiesRequest, type NewRecipient, NOTIFY } from '../../core/plugin.ts'
import { mount } from '../../test/kit/mount.ts'
import plugin from './index.ts'

const TABLES = {
  'fake:s': { 's@a.test': 'sender-copy@b.test', 'down@a.test': new Error('down') },
  'fake:r': { 'r@a.test': ' copy@b.test ', '@dom.test': 'domain@b.test', user: 'user-copy' },
}
const PARAMETERS = {
  always_bcc: 'all@b.test',
  sender_bcc_maps: 'fake:s',
  recipient_bcc_maps: 'fake:r',
  myorigin: 'o.test',
  recipient_delimiter: '+',
}
const recipient = (address: string): NewRecipient => ({ address, original: address })
const copy = (address: string): NewRecipient => ({ address, original: address, notify: NOTIFY.NEVER, copy: true })
const from = (sender: string): CopiesRequest => ({
  queueId: 'Q1',
  session: undefined,
  transaction: undefined,
  refuse: () => undefined,
  sender,
})

describe('bcc', () => {
  const mounted = (parameters: Record<string, string> = PARAMETERS) => mount(plugin, {}, { parameters, tables: TABLES })

  it('copies by sender, by recipient, and always', async () => {
    const plugged = await mounted()
    const out = await plugged.shape('cleanup.copies', [recipient('r+x@a.test'), recipient('u@dom.test')], from('s@a.test'))
    assert.deepEqual(out, [
      copy('sender-copy@b.test'),
      recipient('r+x@a.test'),
      copy('copy@b.test'),
      recipient('u@dom.test'),
      copy('domain@b.test'),
      copy('all@b.test'),
    ])
  })

  it('copies no copies, and not by the null sender', async () => {
    const plugged = await mounted({ ...PARAMETERS, always_bcc: '' })
    const given = [copy('r@a.test'), recipient('user@o.test'), recipient('other@a.test')]
    assert.deepEqual(await plugged.shape('cleanup.copies', given, from('')), [given[0], given[1], copy('user-copy'), given[2]])
  })

  it('takes options too, and does nothing without any', async () => {
    const plugged = await mount(plugin, { always_bcc: 'a@b.test' })
    assert.deepEqual(await plugged.shape('cleanup.copies', [], from('')), [copy('a@b.test')])
    assert.equal((await mount(plugin, {})).hooks['cleanup.copies'].isUsed(), false)
  })

  it('a table that fails is an outage', async () => {
    const plugged = await mounted()
    await assert.rejects(Promise.resolve(plugged.shape('cleanup.copies', [], from('down@a.test'))))
  })
})
