import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, mount } from '../../test/kit/index.ts'
import heloSyntax from './index.ts'

async function answer(name: string, facts: AccessFacts, parameters: Record<string, string> = {}) {
  const mounted = await mount(heloSyntax, undefined, { stage: 'rcpt', parameters, restriction: { name } })
  const verdict = await mounted.access('rcpt', facts)
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}`
}

/** HELO, and what both checks say, the first that speaks; as recorded from Postfix. */
const names: [string, string][] = [
  ['good.test', 'dunno'],
  ['good.test.', 'dunno'],
  ['a_b.test', 'dunno'],
  ['a.123', 'dunno'],
  ['[192.0.2.1]', 'dunno'],
  ['[IPv6:2001:db8::1]', 'dunno'],
  ['a..b', '501 5.5.2 <a..b>: Helo command rejected: Invalid name'],
  ['-a.test', '501 5.5.2 <-a.test>: Helo command rejected: Invalid name'],
  ['(x)', '501 5.5.2 <(x)>: Helo command rejected: Invalid name'],
  ['12345', '501 5.5.2 <12345>: Helo command rejected: Invalid name'],
  [`${'a'.repeat(70)}.test`, `501 5.5.2 <${'a'.repeat(70)}.test>: Helo command rejected: Invalid name`],
  ['[192.0.2.999]', '501 5.5.2 <[192.0.2.999]>: Helo command rejected: invalid ip address'],
  ['[junk]', '501 5.5.2 <[junk]>: Helo command rejected: invalid ip address'],
  ['[2001:db8::1]', '501 5.5.2 <[2001:db8::1]>: Helo command rejected: invalid ip address'],
  ['jürgen.test', '501 5.5.2 <jürgen.test>: Helo command rejected: Invalid name'],
  ['192.0.2.1', '504 5.5.2 <192.0.2.1>: Helo command rejected: need fully-qualified hostname'],
  ['2001:db8::1', '504 5.5.2 <2001:db8::1>: Helo command rejected: need fully-qualified hostname'],
  ['short', '504 5.5.2 <short>: Helo command rejected: need fully-qualified hostname'],
]
for (const [helo, expected] of names) {
  test(`HELO ${helo.slice(0, 20)} gets ${expected.slice(0, 60)}`, async () => {
    const first = await answer('reject_invalid_helo_hostname', { helo })
    assert.equal(first === 'dunno' ? await answer('reject_non_fqdn_helo_hostname', { helo }) : first, expected)
  })
}

test('before HELO there is nothing to judge', async () => {
  for (const name of ['reject_invalid_hostname', 'reject_non_fqdn_hostname'])
    assert.equal(await answer(name, { helo: null }), 'dunno')
})

test('addresses want a domain with a dot', async () => {
  const sender = (text: string) => answer('reject_non_fqdn_sender', { sender: text })
  assert.equal(await sender('a'), '504 5.5.2 <a>: Sender address rejected: need fully-qualified address')
  assert.equal(await sender('a@short'), '504 5.5.2 <a@short>: Sender address rejected: need fully-qualified address')
  for (const fine of ['', 'a@b.c', 'a@[192.0.2.5]']) assert.equal(await sender(fine), 'dunno')
  const reply = await answer('reject_non_fqdn_recipient', { recipient: 'b@short' }, { non_fqdn_reject_code: '450' })
  assert.equal(reply, '450 4.5.2 <b@short>: Recipient address rejected: need fully-qualified address')
})

test('permit_naked_ip_address', async () => {
  const naked = (helo: string) => answer('permit_naked_ip_address', { helo })
  assert.equal(await naked('192.0.2.1'), 'permit')
  for (const other of ['2001:db8::1', '[192.0.2.1]', 'c.example']) assert.equal(await naked(other), 'dunno')
  assert.equal(await naked('1.2.3'), '501 5.5.2 <1.2.3>: Helo command rejected: invalid ip address')
})
