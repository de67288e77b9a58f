import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, mount } from '../../test/kit/index.ts'
import unknownNames from './index.ts'

const ZONE = [
  'odd.test MX 10 -odd.test',
  'good.test A 203.0.113.9',
  'mxonly.test MX 10 mx.example.org',
  'nullmx.test MX 0 .',
  'empty.test EMPTY',
  'tempfail.test SERVFAIL',
  'v6.test AAAA 2001:db8::9',
  'mxtemp.test SERVFAIL MX',
  'mxtemp.test A 203.0.113.9',
]

async function answer(name: string, facts: AccessFacts, more: Record<string, string> = {}) {
  const parameters = {
    myhostname: 'gw.test',
    mydestination: 'gw.test',
    relay_domains: 'empty.test',
    inet_interfaces: '127.0.0.1',
    ...more,
  }
  const mounted = await mount(unknownNames, undefined, { stage: 'rcpt', parameters, dns: ZONE, restriction: { name } })
  const verdict = (await mounted.access('rcpt', facts)) ?? mounted.recorded.deferIfPermit
  const held = mounted.recorded.deferIfPermit === undefined ? '' : ' (if permitted)'
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}${held}`
}

const NO_NAME = 'Client host rejected: cannot find your hostname, [192.0.2.1]'
const NO_REVERSE = 'Client host rejected: cannot find your reverse hostname, [192.0.2.1]'
/** Restriction, request, answer: as recorded from Postfix. */
const cases: [string, AccessFacts, string][] = [
  ['reject_unknown_client_hostname', { client: 'ok.test[192.0.2.1]' }, 'dunno'],
  ['reject_unknown_client_hostname', { client: '192.0.2.1' }, `450 4.7.25 ${NO_NAME}`],
  ['reject_unknown_client', { client: { nameStatus: 'forged', reverseName: 'x.test' } }, `450 4.7.25 ${NO_NAME}`],
  ['reject_unknown_reverse_client_hostname', { client: '192.0.2.1' }, `450 4.7.1 ${NO_REVERSE}`],
  ['reject_unknown_reverse_client_hostname', { client: { reverseName: 'x.test' } }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: 'good.test' }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: 'mxonly.test' }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: 'nullmx.test' }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: '[192.0.2.1]' }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: null }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: '[IPv6:::1]' }, 'dunno'],
  ['reject_unknown_helo_hostname', { helo: '[x]' }, '501 5.5.2 <[x]>: Helo command rejected: invalid ip address'],
  ['reject_unknown_helo_hostname', { helo: 'good.test.' }, '450 4.7.1 <good.test.>: Helo command rejected: Host not found'],
  ['reject_unknown_helo_hostname', { helo: '192.0.2.9' }, '450 4.7.1 <192.0.2.9>: Helo command rejected: Host not found'],
  ['reject_unknown_address', { sender: 'a@no.invalid' }, '450 4.1.8 <a@no.invalid>: Sender address rejected: Domain not found'],
  [
    'reject_unknown_sender_domain',
    { sender: 'a@odd.test' },
    '450 4.1.8 <a@odd.test>: Sender address rejected: Malformed DNS server reply',
  ],
  ['reject_unknown_helo_hostname', { helo: 'odd.test' }, '450 4.7.1 <odd.test>: Helo command rejected: Host not found'],
  ['reject_unknown_helo_hostname', { helo: 'empty.test' }, '450 4.7.1 <empty.test>: Helo command rejected: Host not found'],
  ['reject_unknown_hostname', { helo: 'no.invalid' }, '450 4.7.1 <no.invalid>: Helo command rejected: Host not found'],
  [
    'reject_unknown_helo_hostname',
    { helo: 'tempfail.test' },
    '450 4.7.1 <tempfail.test>: Helo command rejected: Host not found (if permitted)',
  ],
  ['reject_unknown_sender_domain', { sender: 'a@good.test' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: 'a@v6.test.' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: 'a@mxtemp.test' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: 'a@gw.test' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: 'a' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: '' }, 'dunno'],
  ['reject_unknown_sender_domain', { sender: 'a@[192.0.2.5]' }, 'dunno'],
  [
    'reject_unknown_sender_domain',
    { sender: 'a@no.invalid' },
    '450 4.1.8 <a@no.invalid>: Sender address rejected: Domain not found',
  ],
  [
    'reject_unknown_sender_domain',
    { sender: 'a@nullmx.test' },
    '550 5.7.27 <a@nullmx.test>: Sender address rejected: Domain nullmx.test does not accept mail (nullMX)',
  ],
  [
    'reject_unknown_sender_domain',
    { sender: 'a@tempfail.test' },
    '450 4.1.8 <a@tempfail.test>: Sender address rejected: Domain not found (if permitted)',
  ],
  [
    'reject_unknown_recipient_domain',
    { recipient: 'b@empty.test' },
    '450 4.1.2 <b@empty.test>: Recipient address rejected: Domain not found',
  ],
  [
    'reject_unknown_recipient_domain',
    { recipient: 'b@nullmx.test' },
    '556 5.1.10 <b@nullmx.test>: Recipient address rejected: Domain nullmx.test does not accept mail (nullMX)',
  ],
]
for (const [name, facts, expected] of cases) {
  test(`${name} for ${JSON.stringify(facts)} says ${expected}`, async () => {
    assert.equal(await answer(name, facts), expected)
  })
}

test('codes and what a failure means are parameters', async () => {
  const codes = { unknown_client_reject_code: '550', unknown_hostname_reject_code: '551', unknown_address_reject_code: '552' }
  assert.equal(await answer('reject_unknown_client', { client: '192.0.2.1' }, codes), `550 5.7.25 ${NO_NAME}`)
  const unsure: AccessFacts = { client: { nameStatus: 'temporary' } }
  assert.equal(await answer('reject_unknown_client', unsure, codes), `450 4.7.25 ${NO_NAME}`)
  const helo = await answer('reject_unknown_helo_hostname', { helo: 'no.invalid' }, codes)
  assert.equal(helo, '551 5.7.1 <no.invalid>: Helo command rejected: Host not found')
  const deferred = { ...codes, reject_tempfail_action: 'defer' }
  const sender = await answer('reject_unknown_sender_domain', { sender: 'a@tempfail.test' }, deferred)
  assert.equal(sender, '450 4.1.8 <a@tempfail.test>: Sender address rejected: Domain not found')
})

test('what smtpd_dns_reply_filter hides is neither known nor unknown', async () => {
  const filter = { smtpd_dns_reply_filter: 'regexp:{{/^good\\.test\\. /i IGNORE}}' }
  assert.equal(await answer('reject_unknown_helo_hostname', { helo: 'good.test' }, filter), 'dunno')
  assert.equal(await answer('reject_unknown_sender_domain', { sender: 'a@good.test' }, filter), 'dunno')
})

test('domains that can not be told apart are a temporary failure', async () => {
  const reply = await answer('reject_unknown_sender_domain', { sender: 'a@good.test' }, { relay_domains: 'fail:x' })
  assert.equal(reply, '451 4.3.0 <a@good.test>: Temporary lookup failure')
})
