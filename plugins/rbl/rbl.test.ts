import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AccessFacts, fakeDns, mount } from '../../test/kit/index.ts'
import rbl from './index.ts'
import { parseList, reversedAddress } from './lists.ts'

const ZONE = [
  '70.2.0.192.a.bl.test A 127.0.0.2',
  '70.2.0.192.a.bl.test TXT listed for spam',
  '71.2.0.192.a.bl.test A 127.0.0.2',
  '73.2.0.192.b.bl.test A 127.0.0.3',
  '73.2.0.192.b.bl.test A 127.0.0.4',
  '72.2.0.192.b.bl.test A 127.0.0.3',
  '79.2.0.192.a.bl.test SERVFAIL',
  '81.2.0.192.a.bl.test TXT only text',
  '0.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.0.0.0.8.b.d.0.1.0.0.2.a.bl.test A 127.0.0.2',
  'host.bad.test.rhs.test A 127.0.0.2',
  'senderbad.test.rhs.test A 127.0.0.2',
  'senderbad.test.rhs.test TXT sender domain is bad',
  'good.example.rhs.test A 127.0.0.1',
]

async function answer(name: string, argument: string, facts: AccessFacts, parameters: Record<string, string> = {}) {
  const tables = {
    'hash:/replies': {
      'b.bl.test=127.0.0.4': '450 4.7.3 filtered for $client',
      'rhs.test': '$rbl_code $rbl_what on $rbl_domain',
    },
  }
  const mounted = await mount(rbl, undefined, { stage: 'rcpt', parameters, dns: ZONE, tables, restriction: { name, argument } })
  const verdict = await mounted.access('rcpt', facts)
  const reply =
    verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
      ? (verdict?.kind ?? 'dunno')
      : `${verdict.code} ${verdict.status} ${verdict.text}`
  return { reply, mounted }
}

const BLOCKED = '554 5.7.1 Service unavailable;'
/** Restriction, list, request, answer: as recorded from Postfix. */
const cases: [string, string, AccessFacts, string][] = [
  [
    'reject_rbl_client',
    'a.bl.test',
    { client: '192.0.2.70' },
    `${BLOCKED} Client host [192.0.2.70] blocked using a.bl.test; listed for spam`,
  ],
  ['reject_rbl_client', 'a.bl.test', { client: '192.0.2.71' }, `${BLOCKED} Client host [192.0.2.71] blocked using a.bl.test`],
  ['reject_rbl', 'a.bl.test', { client: '192.0.2.71' }, `${BLOCKED} Client host [192.0.2.71] blocked using a.bl.test`],
  ['reject_rbl_client', 'a.bl.test', { client: '192.0.2.99' }, 'dunno'],
  ['reject_rbl_client', 'a.bl.test', { client: '192.0.2.81' }, 'dunno'],
  ['reject_rbl_client', 'a.bl.test', { client: '192.0.2.79' }, 'dunno'],
  ['reject_rbl_client', 'b.bl.test=127.0.0.4', { client: '192.0.2.72' }, 'dunno'],
  [
    'reject_rbl_client',
    'b.bl.test=127.0.0.4',
    { client: '192.0.2.73' },
    `${BLOCKED} Client host [192.0.2.73] blocked using b.bl.test`,
  ],
  [
    'reject_rbl_client',
    'A.bl.test.',
    { client: '2001:db8:c::70' },
    `${BLOCKED} Client host [2001:db8:c::70] blocked using A.bl.test`,
  ],
  [
    'reject_rhsbl_client',
    'rhs.test',
    { client: 'host.bad.test[192.0.2.1]' },
    `${BLOCKED} Client host [host.bad.test] blocked using rhs.test`,
  ],
  ['reject_rhsbl_client', 'rhs.test', { client: '192.0.2.1' }, 'dunno'],
  [
    'reject_rhsbl_reverse_client',
    'rhs.test',
    { client: { reverseName: 'host.bad.test' } },
    `${BLOCKED} Unverified Client host [host.bad.test] blocked using rhs.test`,
  ],
  ['reject_rhsbl_helo', 'rhs.test', { helo: 'host.bad.test' }, `${BLOCKED} Helo command [host.bad.test] blocked using rhs.test`],
  ['reject_rhsbl_helo', 'rhs.test', { helo: '[192.0.2.1]' }, 'dunno'],
  ['reject_rhsbl_helo', 'rhs.test', { helo: null }, 'dunno'],
  [
    'reject_rhsbl_sender',
    'rhs.test',
    { sender: 'u@senderbad.test' },
    `${BLOCKED} Sender address [u@senderbad.test] blocked using rhs.test; sender domain is bad`,
  ],
  ['reject_rhsbl_sender', 'rhs.test', { sender: '' }, 'dunno'],
  ['reject_rhsbl_sender', 'rhs.test', { sender: 'u@sub.senderbad.test' }, 'dunno'],
  [
    'reject_rhsbl_recipient',
    'rhs.test',
    { recipient: 'u@host.bad.test' },
    `${BLOCKED} Recipient address [u@host.bad.test] blocked using rhs.test`,
  ],
  ['permit_dnswl_client', 'a.bl.test=127.0.0.[2..5]', { client: '192.0.2.71' }, 'permit'],
  ['permit_dnswl_client', 'a.bl.test=127.0.0.[3..5]', { client: '192.0.2.71' }, 'dunno'],
  ['permit_rhswl_client', 'rhs.test', { client: 'good.example[192.0.2.1]' }, 'permit'],
]
for (const [name, list, facts, expected] of cases) {
  test(`${name} ${list} for ${JSON.stringify(facts)} says ${expected}`, async () => {
    assert.equal((await answer(name, list, facts)).reply, expected)
  })
}

test('an allow list that fails makes later refusals temporary, a block list that fails is told', async () => {
  const allow = await answer('permit_dnswl_client', 'a.bl.test', { client: '192.0.2.79' })
  assert.equal(allow.reply, 'dunno')
  assert.deepEqual(allow.mounted.recorded.deferIfReject, {
    kind: 'defer',
    code: 450,
    status: '4.7.1',
    text: '<192.0.2.79>: Client host rejected: Service unavailable',
  })
  const block = await answer('reject_rbl_client', 'a.bl.test', { client: '192.0.2.79' })
  assert.equal(block.mounted.recorded.deferIfReject, undefined)
  assert.match(
    block.mounted.log[0] ?? '',
    /^warn: 79\.2\.0\.192\.a\.bl\.test: RBL lookup error: Host or domain name not found\. /,
  )
})

test('replies are templates, of all lists or of one', async () => {
  const parameters = {
    maps_rbl_reject_code: '571',
    default_rbl_reply: '$rbl_code 5.7.8 <$rbl_what> $rbl_class via $rbl_domain${rbl_reason?: $rbl_reason} from=$sender',
    rbl_reply_maps: 'hash:/replies',
  }
  const one = await answer('reject_rbl_client', 'a.bl.test', { client: '192.0.2.70', sender: 'a@b.c' }, parameters)
  assert.equal(one.reply, '571 5.7.8 <192.0.2.70> Client host via a.bl.test: listed for spam from=a@b.c')
  const helo = await answer('reject_rhsbl_helo', 'rhs.test', { helo: 'host.bad.test' }, parameters)
  assert.equal(helo.reply, '571 5.7.1 host.bad.test on rhs.test')
  const whole = await answer('reject_rbl_client', 'b.bl.test=127.0.0.4', { client: '192.0.2.73' }, parameters)
  assert.equal(whole.reply, '450 4.7.3 filtered for unknown[192.0.2.73]')
  const odd = await answer('reject_rbl_client', 'a.bl.test', { client: '192.0.2.71' }, { default_rbl_reply: 'no code $rbl_txt' })
  assert.equal(odd.reply, '450 4.7.1 Service unavailable')
  const status = { default_rbl_reply: '$rbl_code 5.1.1 $rbl_class' }
  const fitted = await answer('reject_rhsbl_helo', 'rhs.test', { helo: 'host.bad.test' }, status)
  assert.equal(fitted.reply, '554 5.0.0 Helo command')
})

test('characters that are not allowed become underscores in values', async () => {
  const parameters = {
    smtpd_expansion_filter: 'abcdefghijklmnopqrstuvwxyz.@',
    default_rbl_reply: '554 5.7.1 S=$sender A=$client_address T=$rbl_reason',
  }
  const { reply } = await answer(
    'reject_rbl_client',
    'a.bl.test',
    { client: '192.0.2.70', sender: 'a+B_9@Sender.test' },
    parameters,
  )
  assert.equal(reply, '554 5.7.1 S=a____@_ender.test A=___._._.__ T=listed_for_spam')
})

test('the lists of one entry are asked at once, and the first in order decides', async () => {
  const dns = fakeDns(ZONE)
  const lists = ['z.test', 'b.bl.test=127.0.0.4', 'a.bl.test']
  const mounted = await mount(rbl, { lists }, { stage: 'rcpt', dns: dns.resolver })
  const verdict = await mounted.access('rcpt', { client: '192.0.2.70' })
  assert.equal(verdict?.kind, 'reject')
  assert.deepEqual(
    dns.asked.slice(0, 3),
    lists.map((list) => `70.2.0.192.${list.split('=')[0]} A`),
  )
})

test('filters count octets', () => {
  const { matches } = parseList('x.test=127.[0;2].[1..3;9].4')
  for (const yes of ['127.0.1.4', '127.2.9.4']) assert.equal(matches(yes), true, yes)
  for (const no of ['127.1.1.4', '127.0.4.4', '127.0.1.5', '128.0.1.4']) assert.equal(matches(no), false, no)
  for (const bad of [
    'x.test=127.0.0',
    'x.test=127.0.0.256',
    'x.test=127.0.0.[3..1]',
    'x.test=127.0.0.1..2',
    'x.test=',
    'bad name',
    '=1.2.3.4',
  ])
    assert.throws(() => parseList(bad), /bad DNS list/, bad)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.[];x=') }), (text) => {
      try {
        parseList(text).matches('127.0.0.1')
      } catch (error) {
        assert.match((error as Error).message, /^bad DNS list/)
      }
    }),
  )
})

test('addresses are reversed as lists have them', () => {
  assert.equal(reversedAddress('192.0.2.9'), '9.2.0.192')
  assert.equal(reversedAddress('::1'), `1.${'0.'.repeat(31)}`.slice(0, -1))
  fc.assert(fc.property(fc.ipV6(), (address) => address.includes('.') || reversedAddress(address).length === 63))
})

test('a list is needed', async () => {
  await assert.rejects(answer('reject_rbl_client', '', {}), /expected the domain name of a DNS list/)
})

test('reject_maps_rbl asks the lists of maps_rbl_domains', async () => {
  const listed = await answer('reject_maps_rbl', '', { client: '192.0.2.71' }, { maps_rbl_domains: 'none.test, a.bl.test' })
  assert.equal(listed.reply, `${BLOCKED} Client host [192.0.2.71] blocked using a.bl.test`)
  assert.equal((await answer('reject_maps_rbl', '', { client: '192.0.2.71' })).reply, 'dunno')
})

test('an allow list says which it is', async () => {
  const mounted = await mount(rbl, undefined, {
    stage: 'rcpt',
    dns: ZONE,
    restriction: { name: 'permit_dnswl_client', argument: 'a.bl.test' },
  })
  assert.deepEqual(await mounted.access('rcpt', { client: '192.0.2.70' }), {
    kind: 'permit',
    action: 'permit_dnswl_client',
    about: { name: 'unknown[192.0.2.70]', class: 'Client host' },
  })
})

test('smtpd_dns_reply_filter: what it hides is not listed, and an allow list has not answered', async () => {
  const filter = { smtpd_dns_reply_filter: 'regexp:{{/ A 127\\.0\\.0\\.2$$/ IGNORE}}' }
  const hidden = await answer('reject_rbl_client', 'a.bl.test', { client: '192.0.2.71' }, filter)
  assert.equal(hidden.reply, 'dunno')
  assert.match(hidden.mounted.log.join(), /RBL lookup error: .* DNS reply filter drops all results/)
  const allowed = await answer('permit_dnswl_client', 'a.bl.test', { client: '192.0.2.71' }, filter)
  assert.equal(allowed.reply, 'dunno')
  assert.equal(allowed.mounted.recorded.deferIfReject?.kind, 'defer')
})

test('a reply that can not be looked up is a configuration error', async () => {
  const { reply } = await answer('reject_rbl_client', 'a.bl.test', { client: '192.0.2.71' }, { rbl_reply_maps: 'fail:x' })
  assert.equal(reply, '451 4.3.5 Server configuration error')
})

test('a failure that is remembered is told once', async () => {
  const dns = fakeDns(ZONE)
  const mounted = await mount(rbl, { lists: ['a.bl.test'] }, { stage: 'rcpt', dns: dns.resolver })
  for (let i = 0; i < 3; i++) assert.equal(await mounted.access('rcpt', { client: '192.0.2.79' }), undefined)
  assert.equal(mounted.log.length, 1)
  assert.deepEqual(dns.asked, ['79.2.0.192.a.bl.test A'])
})
