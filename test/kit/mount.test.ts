/** A plugin mounted by the kit behaves as it does in a pipeline. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { definePlugin, permit, reject } from '../../core/plugin.ts'
import { fakeClock } from './clock.ts'
import { mount } from './mount.ts'

interface Options {
  readonly forbidden: readonly string[]
  readonly reply: string
}
const wordy = definePlugin<Options>({
  name: 'wordy',
  stages: ['helo', 'rcpt', 'deliver'],
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['forbidden'],
    properties: {
      forbidden: { type: 'array', items: { type: 'string' }, description: 'Words.' },
      reply: { type: 'string', default: 'No such word', description: 'Text.' },
    },
  },
  restrictions: { reject_word: (argument) => ({ forbidden: [argument], reply: 'By restriction' }) },
  setup({ forbidden, reply }, { dns, tables, clock, log, parameters }) {
    return {
      async access({ helo = '', recipient, edit }) {
        if (helo === 'broken') throw new Error('out of order')
        if (helo === 'slow') await clock.sleep(1000)
        if (helo === 'named') return reject(550, '5.7.1', parameters.text('myhostname') ?? '')
        if (helo === 'dns' && (await dns.resolve('listed.example', 'A')).status === 'found') return reject(554, '5.7.1', 'listed')
        if (helo === 'table') return (await (await tables.open('hash:/x')).lookup('key')) === 'OK' ? permit() : undefined
        if (recipient?.local === 'copy') edit({ kind: 'bcc', address: 'archive@x.example' })
        log.info(`asked about ${helo}`)
        return forbidden.includes(helo) ? reject(550, '5.7.1', reply) : undefined
      },
      'smtp.envelope': (envelope) => ({ ...envelope, sender: `by-${envelope.sender}` }),
    }
  },
})

describe('mount', () => {
  test('fills in defaults, and asks at any of its stages', async () => {
    const mounted = await mount(wordy, { forbidden: ['spam'] })
    assert.deepEqual(await mounted.access('helo', { helo: 'spam' }), {
      kind: 'reject',
      code: 550,
      status: '5.7.1',
      text: 'No such word',
      step: 'wordy',
    })
    assert.equal(await mounted.access('rcpt', { helo: 'ham', recipient: 'copy@x.example' }), undefined)
    assert.deepEqual(mounted.edits, [{ kind: 'bcc', address: 'archive@x.example' }])
    assert.deepEqual(mounted.log, ['info: asked about spam', 'info: asked about ham'])
    await assert.rejects(mounted.access('data'), /wordy can not stand in data/)
  })

  test('refuses options that the schema refuses', async () => {
    await assert.rejects(mount(wordy, {}), /forbidden is missing/)
    await assert.rejects(mount(wordy, { forbiden: [] } as never), /forbiden.*did you mean "forbidden"/)
  })

  test('serves parameters, DNS and tables of the test', async () => {
    const world = {
      parameters: { myhostname: 'gw.example' },
      dns: ['listed.example A 127.0.0.2'],
      tables: { 'hash:/x': { key: 'OK' } },
    }
    const mounted = await mount(wordy, { forbidden: [] }, world)
    assert.equal((await mounted.access('helo', { helo: 'named' }))?.kind, 'reject')
    assert.deepEqual(await mounted.access('helo', { helo: 'named' }).then((v) => v?.kind === 'reject' && v.text), 'gw.example')
    assert.equal((await mounted.access('helo', { helo: 'dns' }))?.kind, 'reject')
    assert.deepEqual(await mounted.access('helo', { helo: 'table' }), permit())
  })

  test('keeps core policies: errors, time limits, warn mode', async () => {
    const mounted = await mount(wordy, { forbidden: [] })
    assert.deepEqual(await mounted.access('helo', { helo: 'broken' }), {
      kind: 'defer',
      code: 451,
      status: '4.3.0',
      text: 'Temporary lookup failure',
      step: 'wordy',
      cause: 'out of order',
    })
    assert.equal(mounted.events[0]?.type, 'fault')
    const skipping = await mount(wordy, { forbidden: [] }, { onError: 'skip', timeout: 20, clock: fakeClock() })
    assert.equal(await skipping.access('helo', { helo: 'slow' }), undefined)
    const warning = await mount(wordy, { forbidden: ['spam'] }, { mode: 'warn' })
    assert.equal(await warning.access('helo', { helo: 'spam' }), undefined)
    assert.equal(warning.events[0]?.type, 'noted')
  })

  test('mounts by restriction name, and asks other hooks', async () => {
    const mounted = await mount(wordy, undefined, { restriction: { name: 'reject_word', argument: 'spam' } })
    const verdict = await mounted.access('helo', { helo: 'spam' })
    assert.equal(verdict?.kind === 'reject' && verdict.text, 'By restriction')
    const context = { destination: { transport: 'smtp', nexthop: 'x', domain: 'x' } } as never
    assert.deepEqual(await mounted.shape('smtp.envelope', { sender: 'a@b', recipients: [] }, context), {
      sender: 'by-a@b',
      recipients: [],
    })
    await mounted.stop()
  })
})
