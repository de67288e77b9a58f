import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, mount } from '../../test/kit/index.ts'
import relayRules from './index.ts'

const PARAMETERS = {
  mynetworks: '127.0.0.0/8, !10.0.0.5, 10.0.0.0/8, friends.example',
  relay_domains: 'relay.test, fail.test',
  mydestination: 'local.test',
  myhostname: 'gw.test',
  inet_interfaces: '127.0.0.1',
}

async function answer(rule: string, facts: AccessFacts, more: Record<string, string> = {}) {
  const parameters = { ...PARAMETERS, ...more }
  const mounted = await mount(relayRules, undefined, { stage: 'rcpt', parameters, restriction: { name: rule } })
  const verdict = await mounted.access('rcpt', facts)
  await mounted.stop()
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}`
}

const tls = { protocol: 'TLSv1.3', cipher: 'x', bits: 256, fingerprint: 'AA:BB' }
const trusted = { ...tls, isTrusted: true }
const sasl = { method: 'PLAIN', username: 'user' }
/** Rule, request, answer. */
const cases: [string, AccessFacts, string][] = [
  ['permit_mynetworks', { client: '10.1.2.3' }, 'permit'],
  ['permit_mynetworks', { client: '10.0.0.5' }, 'dunno'],
  ['permit_mynetworks', { client: 'a.friends.example[192.0.2.1]' }, 'permit'],
  ['permit_mynetworks', { client: '192.0.2.1' }, 'dunno'],
  ['permit_inet_interfaces', { client: '127.0.0.1' }, 'permit'],
  ['permit_inet_interfaces', { client: '127.0.0.2' }, 'dunno'],
  ['permit_sasl_authenticated', {}, 'dunno'],
  ['permit_sasl_authenticated', { session: { sasl } }, 'permit'],
  ['permit_tls_clientcerts', {}, 'dunno'],
  ['permit_tls_clientcerts', { session: { tls } }, 'permit'],
  ['permit_tls_clientcerts', { session: { tls: { ...tls, fingerprint: 'CC' } } }, 'dunno'],
  ['permit_tls_all_clientcerts', { session: { tls } }, 'dunno'],
  ['permit_tls_all_clientcerts', { session: { tls: trusted } }, 'permit'],
  ['check_relay_domains', { client: 'c.relay.test[192.0.2.1]', recipient: 'b@elsewhere.test' }, 'permit'],
  ['check_relay_domains', { client: '127.0.0.1', recipient: 'b@relay.test' }, 'permit'],
  [
    'check_relay_domains',
    { client: '127.0.0.1', recipient: 'b@elsewhere.test' },
    '554 5.7.1 <b@elsewhere.test>: Recipient address rejected: Relay access denied',
  ],
  ['permit_auth_destination', { recipient: 'b@sub.relay.test' }, 'permit'],
  ['permit_auth_destination', { recipient: 'b@elsewhere.test' }, 'dunno'],
  ['permit_auth_destination', { recipient: 'b@[127.0.0.1]' }, 'permit'],
  ['reject_unauth_destination', { recipient: 'b@relay.test' }, 'dunno'],
  ['reject_unauth_destination', { recipient: 'b@local.test' }, 'dunno'],
  ['reject_unauth_destination', { recipient: 'b' }, 'dunno'],
  ['reject_unauth_destination', { recipient: 'b@elsewhere.test' }, '554 5.7.1 <b@elsewhere.test>: Relay access denied'],
  ['reject_unauth_destination', { recipient: 'b%x.test@relay.test' }, '554 5.7.1 <b%x.test@relay.test>: Relay access denied'],
  ['defer_unauth_destination', { recipient: 'b@elsewhere.test' }, '454 4.7.1 <b@elsewhere.test>: Relay access denied'],
]
for (const [rule, facts, expected] of cases) {
  test(`${rule} for ${JSON.stringify(facts)} says ${expected}`, async () => {
    const myself = rule.startsWith('reject_unauth') && facts.recipient === 'b' ? { mydestination: '$myhostname' } : {}
    assert.equal(await answer(rule, facts, { relay_clientcerts: 'inline:{aa:bb=x}', ...myself }), expected)
  })
}

test('permits say what they are about', async () => {
  const parameters = PARAMETERS
  const mounted = await mount(relayRules, { rule: 'permit_mynetworks' }, { stage: 'rcpt', parameters })
  assert.deepEqual(await mounted.access('rcpt', { client: '10.1.2.3' }), {
    kind: 'permit',
    action: 'permit_mynetworks',
    about: { name: 'unknown[10.1.2.3]', class: 'Client host' },
  })
})

test('the code of a refusal is a parameter', async () => {
  const reply = await answer('reject_unauth_destination', { recipient: 'b@e.test' }, { relay_domains_reject_code: '550' })
  assert.equal(reply, '550 5.7.1 <b@e.test>: Relay access denied')
})

test('names match subdomains only where parents do', async () => {
  const facts = { client: 'a.friends.example[192.0.2.1]' }
  assert.equal(await answer('permit_mynetworks', facts, { parent_domain_matches_subdomains: '' }), 'dunno')
})

test('without a recipient there is nothing to say', async () => {
  for (const rule of ['permit_auth_destination', 'reject_unauth_destination'] as const) {
    const mounted = await mount(relayRules, { rule }, { parameters: PARAMETERS })
    assert.equal(await mounted.access('connect'), undefined)
  }
})

test('a table that fails defers', async () => {
  const reply = await answer('reject_unauth_destination', { recipient: 'b@e.test' }, { relay_domains: 'fail:x' })
  assert.equal(reply, '451 4.3.0 <b@e.test>: Temporary lookup failure')
  const client = await answer('permit_mynetworks', { recipient: 'b@e.test' }, { mynetworks: 'fail:x' })
  assert.equal(client, '451 4.3.0 <b@e.test>: Temporary lookup failure')
})

test('a bad network stops the start', async () => {
  await assert.rejects(answer('permit_mynetworks', {}, { mynetworks: '10.0.0.1/8' }), /non-null host address bits/)
})
