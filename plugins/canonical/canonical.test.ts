import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HeaderAddressRequest, IntakeRequest } from '../../core/plugin.ts'
import { mount, type World } from '../../test/kit/mount.ts'
import plugin from './index.ts'

const ENTRIES = {
  'old@a.test': 'new@a.test',
  'first@a.test': 'second@a.test',
  'second@a.test': 'third@a.test',
  'loop@a.test': 'pool@a.test',
  'pool@a.test': 'loop@a.test',
  'case@a.test': 'CASE@a.test',
  'two@a.test': 'x@a.test, y@a.test',
  'ext@a.test': 'extended@a.test',
  '@old.test': '@new.test',
  user: 'first.last@a.test',
  'quoted@a.test': '"q q"@a.test',
  '""': 'null@a.test',
}
const REQUEST: IntakeRequest = { queueId: 'Q1', session: undefined, transaction: undefined, refuse: () => undefined }
const inHeader = (kind: 'sender' | 'recipient'): HeaderAddressRequest => ({ ...REQUEST, header: 'X', kind })
const DEFAULTS = { myorigin: 'o.test', mydestination: 'o.test', recipient_delimiter: '+' }

function mounted(parameters: Record<string, string>, world: World = {}) {
  return mount(
    plugin,
    {},
    {
      tables: {
        'fake:c': ENTRIES,
        'fake:s': { 'x@a.test': 's@a.test', 's@a.test': 's@a.test' },
        'fake:r': { 'x@a.test': 'r@a.test' },
        'fake:down': { 'x@a.test': new Error('down') },
      },
      ...world,
      parameters: { ...DEFAULTS, ...parameters },
    },
  )
}

/** One address in each place: envelope sender and recipient, header sender and recipient. */
async function everywhere(address: string, parameters: Record<string, string>): Promise<string[]> {
  const plugged = await mounted(parameters)
  const [one] = await plugged.shape('cleanup.recipients', [{ address, original: address }], REQUEST)
  return [
    await plugged.shape('cleanup.sender', address, REQUEST),
    one?.address ?? '',
    await plugged.shape('cleanup.header_address', address, inHeader('sender')),
    await plugged.shape('cleanup.header_address', address, inHeader('recipient')),
  ]
}

describe('canonical', () => {
  const addresses: [string, string][] = [
    ['old@a.test', 'new@a.test'],
    ['none@a.test', 'none@a.test'],
    ['first@a.test', 'third@a.test'],
    ['case@a.test', 'CASE@a.test'],
    ['two@a.test', 'x@a.test'],
    ['ext+tag@a.test', 'extended+tag@a.test'],
    ['u+tag@old.test', 'u+tag@new.test'],
    ['user', 'first.last@a.test'],
    ['user@o.test', 'first.last@a.test'],
    ['quoted+tag@a.test', 'q q+tag@a.test'],
    ['', 'null@a.test'],
  ]
  for (const [address, expected] of addresses)
    it(`${address || 'the null sender'} becomes ${expected}`, async () => {
      const plugged = await mounted({ canonical_maps: 'fake:c' })
      assert.equal(await plugged.shape('cleanup.sender', address, REQUEST), expected)
    })

  it('gives up after ten times, and says so; more than one result is told too', async () => {
    const plugged = await mounted({ canonical_maps: 'fake:c' })
    assert.equal(await plugged.shape('cleanup.sender', 'loop@a.test', REQUEST), 'loop@a.test')
    await plugged.shape('cleanup.sender', 'two@a.test', REQUEST)
    assert.deepEqual(
      plugged.events.map((event) => event.type === 'warning' && event.message),
      [
        'Q1: unreasonable canonical_maps map nesting for loop@a.test -- message not accepted, try again later',
        'Q1: multi-valued canonical_maps entry for two@a.test',
      ],
    )
  })

  const places: [string, Record<string, string>, string[]][] = [
    ['its own tables for each', { sender_canonical_maps: 'fake:s', recipient_canonical_maps: 'fake:r' }, ['s', 'r', 's', 'r']],
    ['common tables everywhere', { canonical_maps: 'fake:s' }, ['s', 's', 's', 's']],
    ['own ones first', { sender_canonical_maps: 'fake:s', canonical_maps: 'fake:r' }, ['s', 'r', 's', 'r']],
    ['classes of senders', { sender_canonical_maps: 'fake:s', sender_canonical_classes: 'header_sender' }, ['x', 'x', 's', 'x']],
    [
      'classes of recipients',
      { recipient_canonical_maps: 'fake:r', recipient_canonical_classes: 'envelope_recipient' },
      ['x', 'r', 'x', 'x'],
    ],
    [
      'classes of all',
      { canonical_maps: 'fake:s', canonical_classes: 'envelope_sender, header_recipient' },
      ['s', 'x', 'x', 's'],
    ],
  ]
  for (const [what, parameters, expected] of places)
    it(what, async () => {
      assert.deepEqual(
        await everywhere('x@a.test', parameters),
        expected.map((user) => `${user}@a.test`),
      )
    })

  const hidden: [string, string][] = [
    ['u@h.Masq.test', 'u@masq.test'],
    ['u@h.keep.masq.test', 'u@h.keep.masq.test'],
    ['u@masq.test', 'u@masq.test'],
    ['u@xmasq.test', 'u@xmasq.test'],
    ['ROOT@h.masq.test', 'ROOT@h.masq.test'],
    ['plain', 'plain'],
    ['u@h.twice.test', 'u@twice.test'],
  ]
  for (const [address, expected] of hidden)
    it(`masquerade: ${address} becomes ${expected}`, async () => {
      const parameters = { masquerade_domains: '!keep.masq.test Masq.test !!twice.test !', masquerade_exceptions: 'root' }
      assert.deepEqual(await everywhere(address, parameters), [expected, address, expected, expected])
    })

  it('masquerade_classes says where', async () => {
    const parameters = { masquerade_domains: 'masq.test', masquerade_classes: 'envelope_recipient' }
    const [whole, masked] = ['u@h.masq.test', 'u@masq.test']
    assert.deepEqual(await everywhere(whole, parameters), [whole, masked, whole, whole])
  })

  it('a class that there is not stops the start', async () => {
    await assert.rejects(
      async () => mounted({ canonical_maps: 'fake:c', canonical_classes: 'envelope' }),
      /there is no class "envelope": it is one of envelope_sender/,
    )
  })

  it('a table that fails is an outage', async () => {
    const plugged = await mounted({ canonical_maps: 'fake:down' })
    await assert.rejects(Promise.resolve(plugged.shape('cleanup.sender', 'x@a.test', REQUEST)))
  })

  it('does nothing without tables', async () => {
    const plugged = await mounted({})
    for (const hook of ['cleanup.sender', 'cleanup.recipients', 'cleanup.header_address'] as const)
      assert.equal(plugged.hooks[hook].isUsed(), false)
  })
})
