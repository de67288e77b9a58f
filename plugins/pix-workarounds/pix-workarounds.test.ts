import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Envelope, Features, PeerFacts } from '../../core/plugin.ts'
import { fakeClock } from '../../test/kit/clock.ts'
import { mount } from '../../test/kit/mount.ts'
import { fakeTable } from '../../test/kit/table.ts'
import plugin from './index.ts'

const FEATURES: Features = {
  helo: false,
  pipelining: true,
  size: 0,
  eightBitMime: true,
  dsn: true,
  smtputf8: false,
  startTls: false,
  xforward: [],
  auth: [],
  delayDot: 0,
  separateDot: false,
}

function peer(banner: string, arrived: number, ehlo?: readonly string[]): PeerFacts {
  return {
    destination: { transport: 'smtp', nexthop: 'a.test', domain: 'a.test' },
    host: { name: 'mx.test', address: '203.0.113.21', family: 4, port: 25, preference: 0, authenticated: false },
    banner,
    ehlo,
    envelope: { id: 'ID1', arrived } as Envelope,
  }
}

describe('pix-workarounds', () => {
  const banners: [string, boolean][] = [
    ['****************************************', true],
    ['**********2*****2***2**0*00', true],
    ['*200*02 02', true],
    ['***', true],
    ['', true],
    ['mx.test ESMTP ready', false],
    ['**** ESMTP', false],
    ['\t**', false],
  ]
  for (const [banner, isPix] of banners)
    it(`greeting "${banner}": ${isPix ? 'a PIX' : 'none'}`, async () => {
      const clock = fakeClock()
      const mounted = await mount(plugin, {}, { clock })
      const features = mounted.trim('smtp.features', FEATURES, peer(banner, clock.now()))
      assert.equal(features.helo, isPix)
      assert.equal(features.delayDot, 0)
      assert.equal(mounted.events.length, isPix ? 1 : 0)
    })

  it('delays the dot of old messages only, and says so once', async () => {
    const clock = fakeClock()
    const mounted = await mount(plugin, {}, { clock, parameters: { smtp_pix_workaround_threshold_time: '100s' } })
    const old = peer('***', clock.now() - 100_000)
    const features = mounted.trim('smtp.features', FEATURES, old)
    assert.deepEqual([features.helo, features.delayDot, features.separateDot, features.size], [true, 10_000, true, 0])
    mounted.trim('smtp.features', FEATURES, { ...old, ehlo: [] })
    assert.deepEqual(mounted.events, [
      {
        type: 'peer',
        transport: 'smtp',
        queueId: 'ID1',
        message: 'enabling PIX workarounds: disable_esmtp delay_dotcrlf for mx.test[203.0.113.21]:25',
      },
    ])
    assert.equal(mounted.trim('smtp.features', FEATURES, peer('***', clock.now() - 99_000)).delayDot, 0)
  })

  it('asks tables for the server', async () => {
    const parameters = { smtp_pix_workaround_maps: 'fake:x', smtp_pix_workaround_threshold_time: '0' }
    const tables = { 'fake:x': { '203.0.113.21': 'delay_dotcrlf, typo' } }
    const mounted = await mount(plugin, {}, { parameters, tables })
    const features = mounted.trim('smtp.features', FEATURES, peer('***', 0))
    assert.deepEqual([features.helo, features.delayDot], [false, 10_000])
    assert.deepEqual(mounted.log, ['warn: unknown smtp_pix_workaround_maps word: typo'])
    const other = { ...peer('***', 0), host: { ...peer('***', 0).host, address: '203.0.113.22' } }
    assert.equal(mounted.trim('smtp.features', FEATURES, other).helo, true)
  })

  it('does not wait for a table on the network', async () => {
    const tables = { 'fake:x': fakeTable({ '203.0.113.21': 'delay_dotcrlf' }, { later: true }) }
    const mounted = await mount(plugin, {}, { parameters: { smtp_pix_workaround_maps: 'fake:x' }, tables })
    assert.equal(mounted.trim('smtp.features', FEATURES, peer('***', 0)).helo, true)
    assert.match(mounted.log[0] ?? '', /on the network/)
  })
})
