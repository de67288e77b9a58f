import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type IntakeRequest, type NewRecipient, NOTIFY, type Refusal } from '../../core/plugin.ts'
import { mount, type World } from '../../test/kit/mount.ts'
import plugin from './index.ts'

const ENTRIES = {
  'one@a.test': 'one@x.test',
  'many@a.test': 'm1@x.test, "m 2"@x.test, Name <m3@x.test>',
  'chain@a.test': 'many@a.test, last@x.test',
  'loop@a.test': 'pool@a.test',
  'pool@a.test': 'loop@a.test',
  'self@a.test': 'SELF@a.test, other@x.test',
  'ext@a.test': 'ext@x.test',
  'ext+known@a.test': 'known@x.test',
  '@a.test': 'catch@x.test',
  '@moved.test': '@there.test',
  user: 'local@x.test',
  'bare@a.test': 'bare',
  'six@a.test': '1@x 2@x 3@x 4@x 5@x 6@x',
  'long@a.test': 'a-long-local-part-that-is-refused@x.test',
  'null@a.test': '<>',
  'nothing@a.test': ',',
  'empty@a.test': '',
}

function asked() {
  const refusals: Refusal[] = []
  const request: IntakeRequest = {
    queueId: 'Q1',
    session: undefined,
    transaction: undefined,
    refuse: (refusal) => void refusals.push(refusal),
  }
  return { refusals, request }
}

const recipient = (address: string, more: Partial<NewRecipient> = {}): NewRecipient => ({ address, original: address, ...more })

function mounted(world: World = {}) {
  return mount(
    plugin,
    {},
    {
      tables: { 'fake:v': ENTRIES },
      ...world,
      parameters: {
        virtual_alias_maps: 'fake:v',
        myorigin: 'o.test',
        mydestination: 'local.test',
        recipient_delimiter: '+',
        virtual_alias_expansion_limit: '5',
        virtual_alias_recursion_limit: '4',
        virtual_alias_address_length_limit: '30',
        ...world.parameters,
      },
    },
  )
}

async function expanded(address: string, world?: World): Promise<string[]> {
  const plugged = await mounted(world)
  const out = await plugged.shape('cleanup.aliases', [recipient(address)], asked().request)
  return out.map((one) => one.address)
}

describe('virtual-alias', () => {
  const cases: [string, string[]][] = [
    ['one@a.test', ['one@x.test']],
    ['none@x.test', ['none@x.test']],
    ['many@a.test', ['m1@x.test', 'm 2@x.test', 'm3@x.test']],
    ['chain@a.test', ['m1@x.test', 'last@x.test', 'm 2@x.test', 'm3@x.test']],
    ['self@a.test', ['SELF@a.test', 'other@x.test']],
    ['ext+tag@a.test', ['ext+tag@x.test']],
    ['ext+known@a.test', ['known@x.test']],
    ['any+tag@a.test', ['catch@x.test']],
    ['u+tag@moved.test', ['u+tag@there.test']],
    ['user', ['local@x.test']],
    ['user+tag@o.test', ['local+tag@x.test']],
    ['user@local.test', ['local@x.test']],
    ['user@elsewhere.test', ['user@elsewhere.test']],
    ['bare@a.test', ['bare@o.test']],
    ['null@a.test', ['']],
  ]
  for (const [address, expected] of cases)
    it(`${address} becomes ${expected.join(', ') || 'the null address'}`, async () => {
      assert.deepEqual(await expanded(address), expected)
    })

  it('keeps no extension when it shall not', async () => {
    const world = { parameters: { propagate_unmatched_extensions: 'canonical' } }
    assert.deepEqual(await expanded('ext+tag@a.test', world), ['ext@x.test'])
  })

  for (const [address, text] of [
    ['six@a.test', 'map expansion size for six@a.test'],
    ['loop@a.test', 'map nesting for loop@a.test'],
    ['long@a.test', 'result a-long-local-part-that-is-refused@x.test...'],
  ] as const)
    it(`refuses ${address} for now`, async () => {
      const plugged = await mounted()
      const { request, refusals } = asked()
      await plugged.shape('cleanup.aliases', [recipient(address)], request)
      assert.deepEqual(refusals, [{ kind: 'defer', code: 451, status: '4.6.0', text: 'Alias expansion error', told: true }])
      const [event] = plugged.events
      const message = `Q1: unreasonable virtual_alias_maps ${text} -- message not accepted, try again later`
      assert.deepEqual(event, { type: 'warning', where: 'cleanup', message })
    })

  it('a table that fails, or gives what is no address, is an outage', async () => {
    const down = await mounted({ tables: { 'fake:v': { 'one@a.test': new Error('down') } } })
    await assert.rejects(Promise.resolve(down.shape('cleanup.aliases', [recipient('one@a.test')], asked().request)))
    for (const address of ['nothing@a.test', 'empty@a.test'])
      await assert.rejects(async () => (await mounted()).shape('cleanup.aliases', [recipient(address)], asked().request))
  })

  it('answers the wish to hear of success, and passes the rest on (RFC 3461)', async () => {
    const plugged = await mounted()
    const wishes = [
      [NOTIFY.SUCCESS, NOTIFY.NEVER],
      [NOTIFY.SUCCESS | NOTIFY.FAILURE, NOTIFY.FAILURE],
    ] as const
    for (const [notify, left] of wishes) {
      const one = recipient('one@a.test', { notify, orcpt: 'rfc822;list@o.test' })
      const out = await plugged.shape('cleanup.aliases', [one, recipient('none@x.test', { notify })], asked().request)
      assert.deepEqual(out, [
        { ...one, expanded: true },
        { ...one, address: 'one@x.test', notify: left },
        recipient('none@x.test', { notify }),
      ])
    }
  })

  it('does nothing without tables', async () => {
    const plugged = await mount(plugin, {})
    assert.equal(plugged.hooks['cleanup.aliases'].isUsed(), false)
  })
})
