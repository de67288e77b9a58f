import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, fakeTable, mount, type World } from '../../test/kit/index.ts'
import accessMaps from './index.ts'

const PARAMETERS = { mydestination: 'gw.test', myhostname: 'gw.test', inet_interfaces: '127.0.0.1', recipient_delimiter: '+' }

async function answer(name: string, table: NonNullable<World['tables']>[string], facts: AccessFacts, spec = 'hash:/t') {
  const mounted = await mount(accessMaps, undefined, {
    stage: 'rcpt',
    parameters: PARAMETERS,
    tables: { [spec]: table },
    restriction: { name, argument: spec },
  })
  const verdict = await mounted.access('rcpt', facts)
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}`
}

/** Restriction, table, request, answer: as recorded from Postfix. */
const cases: [string, Record<string, string>, AccessFacts, string][] = [
  [
    'check_client_access',
    { 'bad.test': 'REJECT your domain is bad' },
    { client: 'host.sub.bad.test[192.0.2.11]' },
    '554 5.7.1 <host.sub.bad.test[192.0.2.11]>: Client host rejected: your domain is bad',
  ],
  ['check_client_access', { 'h.test': 'OK', '192.0.2.12': 'REJECT' }, { client: 'h.test[192.0.2.12]' }, 'permit'],
  ['check_client_access', { unknown: 'OK', '192.0.2': 'REJECT' }, { client: '192.0.2.3' }, 'permit'],
  [
    'check_client_access',
    { '10': 'DEFER ten net' },
    { client: '10.1.2.3' },
    '450 4.7.1 <unknown[10.1.2.3]>: Client host rejected: ten net',
  ],
  [
    'check_client_access',
    { '2001:db8:c': '450 v6 prefix' },
    { client: '2001:db8:c::7' },
    '450 4.7.1 <unknown[2001:db8:c::7]>: Client host rejected: v6 prefix',
  ],
  [
    'check_client_access',
    { '192.0.2.1': '550 2.1.0 mismatched class' },
    { client: '192.0.2.1' },
    '550 5.0.0 <unknown[192.0.2.1]>: Client host rejected: mismatched class',
  ],
  [
    'check_reverse_client_hostname_access',
    { 'rev.example': 'REJECT reverse a' },
    { client: { reverseName: 'ra.rev.example' } },
    '554 5.7.1 <ra.rev.example>: Unverified Client host rejected: reverse a',
  ],
  [
    'check_helo_access',
    { '[192.0.2.9]': 'REJECT literal' },
    { helo: '[192.0.2.9]' },
    '554 5.7.1 <[192.0.2.9]>: Helo command rejected: literal',
  ],
  ['check_helo_access', { 'bad.example': 'REJECT' }, { helo: 'BAD.EXAMPLE.' }, 'dunno'],
  ['check_helo_access', { x: 'REJECT' }, { helo: null }, 'dunno'],
  [
    'check_sender_access',
    { '<>': '550 5.7.3 null sender key' },
    { sender: '' },
    '550 5.7.3 <>: Sender address rejected: null sender key',
  ],
  [
    'check_sender_access',
    { 'full@sender.test': 'REJECT full' },
    { sender: 'FULL+zzz@Sender.TEST.' },
    '554 5.7.1 <FULL+zzz@Sender.TEST.>: Sender address rejected: full',
  ],
  ['check_sender_access', { 'sender.test': 'DUNNO', 'user@': 'REJECT' }, { sender: 'user@sender.test' }, 'dunno'],
  ['check_sender_access', { 'gw.test': 'REJECT ours' }, { sender: 'user' }, '554 5.7.1 <user>: Sender address rejected: ours'],
  [
    'check_recipient_access',
    { '"quo ted"@relay.test': '557 quoted' },
    { recipient: 'quo ted@relay.test' },
    '557 5.7.1 <quo ted@relay.test>: Recipient address rejected: quoted',
  ],
  [
    'check_recipient_access',
    { 'c@relay.test': 'reject_unauth_destination' },
    { recipient: 'c@relay.test' },
    '554 5.7.1 <c@relay.test>: Relay access denied',
  ],
  [
    'check_recipient_access',
    { 'c@relay.test': 'no_such_restriction' },
    { recipient: 'c@relay.test' },
    '451 4.3.5 Server configuration error',
  ],
]
for (const [name, table, facts, expected] of cases) {
  test(`${name} ${JSON.stringify(table)} ${JSON.stringify(facts)}`, async () => {
    const folded = Object.fromEntries(Object.entries(table).map(([key, value]) => [key.toLowerCase(), value]))
    const folding = { ...fakeTable({}), lookup: (key: string) => folded[key.toLowerCase()] }
    assert.equal(await answer(name, folding, facts), expected)
    const later = { ...folding, lookup: async (key: string) => folded[key.toLowerCase()] }
    assert.equal(await answer(name, later, facts), expected)
  })
}

test('a table that fails is told in the reply, generically, and in the log', async () => {
  for (const later of [false, true]) {
    const table = fakeTable({ 'a@sender.test': new Error('server gone') }, { later })
    const mounted = await mount(
      accessMaps,
      { subject: 'sender', table: 'fake:table' },
      { stage: 'rcpt', parameters: PARAMETERS, tables: { 'fake:table': table } },
    )
    assert.deepEqual(await mounted.access('rcpt', { sender: 'a@sender.test' }), {
      kind: 'defer',
      code: 451,
      status: '4.3.5',
      text: '<a@sender.test>: Sender address rejected: Server configuration error',
      step: 'access-maps',
    })
    assert.deepEqual(mounted.log, ['warn: fake:table: fake:table: server gone'])
  }
})

test('restrictions that a table names speak of what was looked up', async () => {
  const reply = await answer('check_client_access', { '192.0.2.1': 'sleep 0, reject' }, { client: '192.0.2.1' })
  assert.equal(reply, '554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied')
  const mounted = await mount(
    accessMaps,
    { subject: 'client', table: 'static:{defer_if_permit, permit_mynetworks}' },
    { stage: 'rcpt', parameters: PARAMETERS },
  )
  assert.equal(await mounted.access('rcpt', { client: '192.0.2.1' }), undefined)
  const { text } = mounted.recorded.deferIfPermit as { text: string }
  assert.equal(text, '<unknown[192.0.2.1]>: Client host rejected: defer_if_permit requested')
})

test('a restriction wants a table', async () => {
  await assert.rejects(
    mount(accessMaps, undefined, { restriction: { name: 'check_client_access', argument: 'x' } }),
    /^Error: expected type:name, found "x"/,
  )
})

test('a name that a stranger chose permits nothing', async () => {
  const client = { reverseName: 'x.test', address: '192.0.2.1' }
  for (const value of ['OK', '1', 'RELAY', 'permit'])
    assert.equal(
      await answer('check_reverse_client_hostname_access', { 'x.test': value }, { client }),
      '451 4.3.5 Server configuration error',
    )
  assert.equal(await answer('check_reverse_client_hostname_access', { 'x.test': 'DUNNO' }, { client }), 'dunno')
})

test('check_etrn_access is for ETRN alone', async () => {
  const world = { stage: 'etrn' as const, parameters: PARAMETERS, tables: { 'hash:/t': { '.sub.test': 'REJECT no etrn' } } }
  const rules = { ...PARAMETERS, parent_domain_matches_subdomains: '' }
  const restriction = { name: 'check_etrn_access', argument: 'hash:/t' }
  const mounted = await mount(accessMaps, undefined, { ...world, parameters: rules, restriction })
  const verdict = await mounted.access('etrn', { argument: 'a.sub.test' })
  assert.equal(verdict?.kind === 'reject' && verdict.text, '<a.sub.test>: Etrn command rejected: no etrn')
  assert.equal(await mounted.access('rcpt', { argument: 'a.sub.test' }), undefined)
})

const TLS = {
  protocol: 'TLSv1.3',
  cipher: 'x',
  bits: 256,
  subject: 'c.example',
  fingerprint: 'AA:BB',
  publicKeyFingerprint: 'CC:DD',
}

/** Argument, table, answer. */
const certificates: [string, Record<string, string>, string][] = [
  ['hash:/t', { 'AA:BB': 'REJECT by certificate', 'CC:DD': 'REJECT by key' }, 'by certificate'],
  ['hash:/t', { 'CC:DD': 'REJECT by key' }, 'by key'],
  [
    '{ hash:/t, { search_order = pubkey_fingerprint, cert_fingerprint } }',
    { 'AA:BB': 'REJECT by certificate', 'CC:DD': 'REJECT by key' },
    'by key',
  ],
  ['{ hash:/t { search_order = cert_fingerprint } }', { 'CC:DD': 'REJECT by key' }, ''],
]
for (const [argument, table, expected] of certificates) {
  test(`check_ccert_access ${argument} ${JSON.stringify(table)}`, async () => {
    const restriction = { name: 'check_ccert_access', argument }
    const world = { stage: 'rcpt' as const, parameters: PARAMETERS, tables: { 'hash:/t': table }, restriction }
    const mounted = await mount(accessMaps, undefined, world)
    const verdict = await mounted.access('rcpt', { session: { tls: TLS } })
    const text = expected === '' ? undefined : `<c.example>: Client certificate rejected: ${expected}`
    assert.equal(verdict?.kind === 'reject' ? verdict.text : undefined, text)
    assert.equal(await mounted.access('rcpt', {}), undefined)
  })
}

test('check_ccert_access tells what is wrong with its argument', async () => {
  const wrong: [string, RegExp][] = [
    ['{ hash:/t, { search_order = name } }', /no search_order "name"/],
    ['{ hash:/t, { order = x } }', /unknown setting "order"/],
    ['{ nothing }', /expected type:name/],
  ]
  for (const [argument, message] of wrong)
    await assert.rejects(mount(accessMaps, undefined, { restriction: { name: 'check_ccert_access', argument } }), message)
})

test('check_sasl_access', async () => {
  const session = { sasl: { method: 'PLAIN', username: 'alice' } }
  const reply = await answer('check_sasl_access', { alice: 'REJECT not now' }, { session })
  assert.equal(reply, '554 5.7.1 <alice>: SASL login name rejected: not now')
  assert.equal(await answer('check_sasl_access', { alice: 'REJECT' }, {}), 'dunno')
})
