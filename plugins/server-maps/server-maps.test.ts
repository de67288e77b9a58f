import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, mount, type World } from '../../test/kit/index.ts'
import serverMaps from './index.ts'

const ZONE = [
  'aname.test A 192.0.2.3',
  'mxname.test A 192.0.2.3',
  'mx1.test MX 10 mxhost.mx1.test',
  'mx2o.test MX 10 a.b.mx2.test',
  'six.test MX 10 h.six.test',
  'h.six.test AAAA 2001:db8:99::1',
  'six2.test AAAA 2001:db8:98::7',
  'test NS ns.tldns.test',
  'y.nsx1.test NS ns.nsx.test',
  'ns.nsx.test A 192.0.2.3',
  'broken.test MX 10 gone.broken.test',
  'soft.test MX 10 softh.soft.test',
  'softh.soft.test SERVFAIL',
  'dn.test MX 10 h.dunno.test',
  'h.dunno.test A 203.0.113.80',
  'two.test MX 20 h80.two.test',
  'two.test MX 10 nothing.two.test',
  'nothing.two.test A 192.0.2.3',
  'h80.two.test A 203.0.113.80',
  'nsfail.test SERVFAIL NS',
  'null.test MX 0 .',
  'ok.test A 192.0.2.99',
]
const TABLE = {
  'aname.test': 'REJECT a by name',
  'mxname.test': 'REJECT mx by name',
  'mxhost.mx1.test': 'REJECT mx host',
  'mx2.test': 'REJECT mx parent',
  '2001:db8:99::1': 'REJECT v6',
  '2001:db8:98': 'REJECT v6 net',
  'tldns.test': 'REJECT tld ns',
  'nsx.test': 'REJECT nsx',
  '192.0.2.31': 'REJECT literal',
  '203.0.113': 'REJECT net',
  'dunno.test': 'DUNNO',
  '192.0.2.99': 'OK',
}

async function answer(restriction: string, facts: AccessFacts, table: NonNullable<World['tables']>[string] = TABLE) {
  const parameters = { mydestination: 'gw.test', myhostname: 'gw.test', inet_interfaces: '127.0.0.1' }
  const world = { stage: 'rcpt' as const, parameters, dns: ZONE, tables: { 'hash:/t': table } }
  const mounted = await mount(serverMaps, undefined, { ...world, restriction: { name: restriction, argument: 'hash:/t' } })
  const verdict = await mounted.access('rcpt', facts)
  const reply =
    verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
      ? (verdict?.kind ?? 'dunno')
      : `${verdict.code} ${verdict.status} ${verdict.text}`
  await mounted.stop()
  return { reply, log: mounted.log }
}

/** Type, sender, answer: as recorded from Postfix. */
const senders: [string, string, string][] = [
  ['a', 'x@aname.test', 'dunno'],
  ['a', 'x@six2.test', '554 5.7.1 <x@six2.test>: Sender address rejected: v6 net'],
  ['a', 'x@[192.0.2.31]', '554 5.7.1 <x@[192.0.2.31]>: Sender address rejected: literal'],
  ['a', 'x@[IPv6:2001:db8:99::1]', '554 5.7.1 <x@[IPv6:2001:db8:99::1]>: Sender address rejected: v6'],
  ['a', 'user', 'dunno'],
  ['a', '', 'dunno'],
  ['a', 'x@ok.test', '451 4.3.5 Server configuration error'],
  ['mx', 'x@mxname.test', '554 5.7.1 <x@mxname.test>: Sender address rejected: mx by name'],
  ['mx', 'x@MX1.test', '554 5.7.1 <x@MX1.test>: Sender address rejected: mx host'],
  ['mx', 'x@mx2o.test', '554 5.7.1 <x@mx2o.test>: Sender address rejected: mx parent'],
  ['mx', 'x@six.test', '554 5.7.1 <x@six.test>: Sender address rejected: v6'],
  ['mx', 'x@broken.test', 'dunno'],
  ['mx', 'x@soft.test', 'dunno'],
  ['mx', 'x@softh.soft.test', 'dunno'],
  ['mx', 'x@dn.test', 'dunno'],
  ['mx', 'x@null.test', 'dunno'],
  ['mx', 'x@two.test', '554 5.7.1 <x@two.test>: Sender address rejected: net'],
  ['mx', 'x@[192.0.2.31]', '554 5.7.1 <x@[192.0.2.31]>: Sender address rejected: literal'],
  ['ns', 'x@foo.bar.test', '554 5.7.1 <x@foo.bar.test>: Sender address rejected: tld ns'],
  ['ns', 'x@a.y.nsx1.test', '554 5.7.1 <x@a.y.nsx1.test>: Sender address rejected: nsx'],
  ['ns', 'x@nsfail.test', 'dunno'],
  ['ns', 'x@[192.0.2.31]', 'dunno'],
  ['ns', 'x@nsx1.test.', 'dunno'],
]

for (const [type, sender, expected] of senders) {
  test(`check_sender_${type}_access: <${sender}>`, async () => {
    assert.equal((await answer(`check_sender_${type}_access`, { sender })).reply, expected)
  })
}

test('clients, HELO names and recipients', async () => {
  const cases: [string, AccessFacts, string][] = [
    [
      'check_client_mx_access',
      { client: 'mx1.test[192.0.2.7]' },
      '554 5.7.1 <mx1.test[192.0.2.7]>: Client host rejected: mx host',
    ],
    [
      'check_reverse_client_hostname_ns_access',
      { client: { reverseName: 'y.nsx1.test' } },
      '554 5.7.1 <y.nsx1.test>: Unverified Client host rejected: nsx',
    ],
    ['check_client_ns_access', { client: '192.0.2.7' }, 'dunno'],
    ['check_helo_a_access', { helo: '[192.0.2.31]' }, '554 5.7.1 <[192.0.2.31]>: Helo command rejected: literal'],
    ['check_helo_a_access', { helo: '192.0.2.31' }, '554 5.7.1 <192.0.2.31>: Helo command rejected: literal'],
    ['check_helo_mx_access', { helo: 'mxname.test' }, '554 5.7.1 <mxname.test>: Helo command rejected: mx by name'],
    ['check_recipient_mx_access', { recipient: 'b@mx1.test' }, '554 5.7.1 <b@mx1.test>: Recipient address rejected: mx host'],
  ]
  for (const [restriction, facts, expected] of cases) assert.equal((await answer(restriction, facts)).reply, expected)
})

test('what DNS can not say is warned about, once for each host', async () => {
  const { log } = await answer('check_sender_mx_access', { sender: 'x@broken.test' })
  assert.deepEqual(log, [
    'warn: Unable to look up MX host gone.broken.test for Sender address x@broken.test: Name or service not known',
  ])
  const failed = await answer('check_sender_ns_access', { sender: 'x@nsfail.test' })
  assert.match(failed.log.join(), /^warn: Unable to look up NS host for Sender address x@nsfail\.test: .*try again$/)
})

test('a table that can not be asked is a configuration error', async () => {
  const { reply } = await answer('check_sender_mx_access', { sender: 'x@mx1.test' }, { 'mxhost.mx1.test': new Error('gone') })
  assert.equal(reply, '451 4.3.5 <x@mx1.test>: Sender address rejected: Server configuration error')
})

test('an argument that is no table is refused at start', async () => {
  await assert.rejects(answerWith('nothing'), /expected type:name/)
})

function answerWith(argument: string) {
  return mount(serverMaps, undefined, { stage: 'rcpt', restriction: { name: 'check_sender_mx_access', argument } })
}
