import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mount } from '../../test/kit/index.ts'
import relayRules from './index.ts'

const ZONE = [
  'prim.in.test A 203.0.113.200',
  'prim.out.test A 203.0.113.20',
  'our.proxy.test A 192.0.2.77',
  'bad.softa.test SERVFAIL',
  'both.in.test A 203.0.113.201',
  'both.in.test A 203.0.113.20',
  ...['in', 'out', 'proxy', 'two', 'both'].map((name) => `${name}.test MX 10 prim.${name === 'out' ? 'out' : 'in'}.test`),
  ...['in', 'out', 'two', 'both'].map((name) => `${name}.test MX 20 gw.example.test`),
  'both.test MX 10 both.in.test',
  'two.test MX 10 prim.out.test',
  'proxy.test MX 20 our.proxy.test',
  'alone.test MX 10 gw.example.test',
  'equal.test MX 10 gw.example.test',
  'equal.test MX 10 prim.in.test',
  'notus.test MX 10 prim.in.test',
  'notus.test MX 20 prim.out.test',
  'nomx.test A 192.0.2.1',
  'null.test MX 0 .',
  'softmx.test SERVFAIL MX',
  'softa.test MX 10 bad.softa.test',
  'softa.test MX 20 gw.example.test',
  'softb.test MX 10 prim.in.test',
  'softb.test MX 20 bad.softa.test',
  'softb.test MX 30 gw.example.test',
  'gone.test MX 10 gone.in.test',
  'gone.test MX 20 gw.example.test',
  'single.test MX 10 gone.in.test',
  'lost.test MX 10 prim.in.test',
  'lost.test MX 20 gone.in.test',
  'routed.test MX 10 prim.in.test',
  'routed.test MX 20 gw.example.test',
]
const PARAMETERS = {
  myhostname: 'gw.example.test',
  mydestination: 'gw.example.test, example.test',
  inet_interfaces: '192.0.2.1',
  proxy_interfaces: '192.0.2.77',
  relay_domains: 'relay.test',
  inet_protocols: 'ipv4',
}

async function answer(recipient: string, networks: string) {
  const parameters = { ...PARAMETERS, permit_mx_backup_networks: networks }
  const restriction = { name: 'permit_mx_backup' }
  const mounted = await mount(relayRules, undefined, { stage: 'relay', parameters, dns: ZONE, restriction })
  const verdict = await mounted.access('relay', { recipient })
  const held = mounted.recorded.deferIfReject
  await mounted.stop()
  if (held !== undefined && held.kind !== 'discard') return `${held.code} ${held.status} ${held.text}`
  return verdict?.kind ?? 'dunno'
}

const failed = (recipient: string, what: string) =>
  `450 4.4.4 <${recipient}>: Recipient address rejected: Unable to look up mail exchanger ${what}`
const AGAIN = 'host bad.softa.test: Temporary failure in name resolution'
const UNKNOWN = 'host gone.in.test: Name or service not known'

/** Recipient, answer with permit_mx_backup_networks, answer without: as recorded from Postfix. */
const cases: [string, string, string][] = [
  ['x@in.test', 'permit', 'permit'],
  ['x@out.test', 'dunno', 'permit'],
  ['x@proxy.test', 'permit', 'permit'],
  ['x@alone.test', 'dunno', 'dunno'],
  ['x@equal.test', 'dunno', 'dunno'],
  ['x@notus.test', 'dunno', 'dunno'],
  ['x@nomx.test', 'dunno', 'dunno'],
  ['x@null.test', 'dunno', 'dunno'],
  ['x@two.test', 'dunno', 'permit'],
  ['x@both.test', 'dunno', 'permit'],
  ['x@nowhere.test', 'dunno', 'dunno'],
  ['x@softmx.test', ...twice(failed('x@softmx.test', 'information: Host not found, try again'))],
  ['x@softa.test', failed('x@softa.test', AGAIN), 'permit'],
  ['x@softb.test', 'permit', 'permit'],
  ['x@gone.test', failed('x@gone.test', UNKNOWN), 'permit'],
  ['x@single.test', ...twice(failed('x@single.test', UNKNOWN))],
  ['x@lost.test', ...twice(failed('x@lost.test', UNKNOWN))],
  ['x%in.test@routed.test', 'dunno', 'dunno'],
  ['"x@in.test"@routed.test', 'dunno', 'dunno'],
  ['in.test!x@routed.test', 'dunno', 'dunno'],
  ['x@[192.0.2.1]', 'permit', 'permit'],
  ['x@[203.0.113.200]', 'dunno', 'dunno'],
  ['x@relay.test', 'permit', 'permit'],
  ['x', 'permit', 'permit'],
]

function twice(text: string): [string, string] {
  return [text, text]
}

test('networks that can not be asked make a later refusal temporary', async () => {
  const text = '450 4.4.4 <x@in.test>: Recipient address rejected: Unable to verify host prim.in.test as mail exchanger'
  assert.equal(await answer('x@in.test', 'fail:x'), text)
})

for (const [recipient, restricted, open] of cases) {
  test(`permit_mx_backup: <${recipient}>`, async () => {
    assert.equal(await answer(recipient, '203.0.113.128/25, 192.0.2.0/24'), restricted)
    assert.equal(await answer(recipient, ''), open)
  })
}
