import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anAccessRequest, fakeTable, mount } from '../../test/kit/index.ts'
import recipientClasses from './index.ts'

const OURS = {
  myhostname: 'gw.example',
  mydestination: 'local.test',
  local_recipient_maps: 'inline:{u=x, full@local.test=x}',
  relay_domains: 'relay.test',
  relay_recipient_maps: 'inline:{r@relay.test=x, @sub.relay.test=x, bare=x}',
  virtual_alias_domains: 'alias.test',
  virtual_alias_maps: 'inline:{known@alias.test=b@relay.test, loc=u}',
  virtual_mailbox_domains: 'box.test',
  virtual_mailbox_maps: 'inline:{known@box.test=x}',
  canonical_maps: 'inline:{canon@relay.test=y}',
  recipient_canonical_maps: 'inline:{rcanon@relay.test=y}',
  sender_canonical_maps: 'inline:{scanon@relay.test=y}',
  recipient_delimiter: '+',
}

/** What is said of an address by the parameters alone. */
async function said(
  which: 'recipient' | 'sender',
  address: string,
  parameters: Record<string, string> = {},
  tables = {},
): Promise<string> {
  const mounted = await mount(recipientClasses, {}, { stage: 'use', parameters: { ...OURS, ...parameters }, tables })
  const request = anAccessRequest(which === 'sender' ? 'mail' : 'rcpt', { [which]: address })
  const verdict = await mounted.ask(`listed.${which}`, request)
  await mounted.stop()
  return verdict === undefined || verdict.kind === 'discard' ? 'known' : `${verdict.code} ${verdict.status} ${verdict.text}`
}

const KNOWN = `u@local.test U+x@LOCAL.test. full@local.test postmaster@local.test mailer-daemon Double-Bounce@local.test loc@local.test
  r@relay.test canon@relay.test rcanon@relay.test any@sub.relay.test known@alias.test known+x@box.test anyone@elsewhere.test
  r%relay.test@local.test`

const UNKNOWN: [string, string][] = [
  ['nobody', 'local recipient'],
  ['nobody@local.test', 'local recipient'],
  ['postmaster@relay.test', 'relay recipient'],
  ['bare@relay.test', 'relay recipient'],
  ['loc@relay.test', 'relay recipient'],
  ['scanon@relay.test', 'relay recipient'],
  ['x@alias.test', 'virtual alias'],
  ['x@box.test', 'virtual mailbox'],
]

test('smtpd_reject_unlisted_recipient: who is known in the class of the domain', async () => {
  for (const address of KNOWN.split(/\s+/))
    assert.equal(await said('recipient', address, { myorigin: 'local.test' }), 'known', address)
  for (const [address, table] of UNKNOWN)
    assert.equal(
      await said('recipient', address, { myorigin: 'local.test' }),
      `550 5.1.1 <${address}>: Recipient address rejected: User unknown in ${table} table`,
    )
})

test('smtpd_reject_unlisted_sender, and the null sender', async () => {
  const yes = { smtpd_reject_unlisted_sender: 'yes' }
  const rejected = 'Sender address rejected: User unknown in'
  assert.equal(await said('sender', 'x@relay.test', yes), `550 5.1.0 <x@relay.test>: ${rejected} relay recipient table`)
  assert.equal(await said('sender', 'x@alias.test', yes), `550 5.1.7 <x@alias.test>: ${rejected} virtual alias table`)
  for (const known of ['', 'scanon@relay.test', 'rcanon@relay.test', 'x@elsewhere.test'])
    assert.equal(await said('sender', known, yes), 'known')
  assert.equal(await said('sender', 'x@relay.test'), 'known')
})

test('nothing is asked when the parameter says no, and without tables all are known but aliases', async () => {
  assert.equal(await said('recipient', 'x@relay.test', { smtpd_reject_unlisted_recipient: 'no' }), 'known')
  const none = { local_recipient_maps: '', relay_recipient_maps: '', virtual_alias_maps: '', virtual_mailbox_maps: '' }
  for (const address of ['x@local.test', 'x@relay.test', 'x@box.test'])
    assert.equal(await said('recipient', address, none), 'known')
  assert.match(await said('recipient', 'x@alias.test', none), /virtual alias table/)
})

test('receive_override_options = no_unknown_recipient_checks: nobody is asked about, not by a restriction either', async () => {
  const off = { receive_override_options: 'no_milters, no_unknown_recipient_checks', smtpd_reject_unlisted_sender: 'yes' }
  assert.equal(await said('recipient', 'x@relay.test', off), 'known')
  assert.equal(await said('sender', 'x@relay.test', off), 'known')
  const restriction = { name: 'reject_unlisted_recipient' }
  const mounted = await mount(recipientClasses, {}, { stage: 'rcpt', restriction, parameters: { ...OURS, ...off } })
  assert.equal(await mounted.access('rcpt', { recipient: 'x@relay.test' }), undefined)
  await mounted.stop()
})

test('codes of each class, and show_user_unknown_table_name', async () => {
  const codes = {
    unknown_local_recipient_reject_code: '450',
    unknown_relay_recipient_reject_code: '551',
    unknown_virtual_alias_reject_code: '552',
    unknown_virtual_mailbox_reject_code: '553',
    show_user_unknown_table_name: 'no',
  }
  const expected = ['450 4.1.1', '551 5.1.1', '552 5.1.1', '553 5.1.1']
  for (const [i, domain] of ['local', 'relay', 'alias', 'box'].entries())
    assert.equal(
      await said('recipient', `x@${domain}.test`, codes),
      `${expected[i]} <x@${domain}.test>: Recipient address rejected: User unknown`,
    )
})

test('a table that fails now or later is a temporary failure', async () => {
  const answer = '451 4.3.0 <x@relay.test>: Temporary lookup failure'
  assert.equal(await said('recipient', 'x@relay.test', { relay_recipient_maps: 'fail:x' }), answer)
  const broken = { 'fake:late': fakeTable({ 'x@relay.test': new Error('down') }, { later: true }) }
  assert.equal(await said('recipient', 'x@relay.test', { relay_recipient_maps: 'fake:late' }, broken), answer)
  const late = { 'fake:late': fakeTable({ 'r@relay.test': 'x' }, { later: true }) }
  assert.equal(await said('recipient', 'r@relay.test', { relay_recipient_maps: 'fake:late' }, late), 'known')
  assert.match(await said('recipient', 'y@relay.test', { relay_recipient_maps: 'fake:late' }, late), /User unknown/)
})

test('restrictions ask where they stand', async () => {
  for (const [name, stage, about] of [
    ['reject_unlisted_recipient', 'rcpt', 'Recipient'],
    ['reject_unlisted_sender', 'mail', 'Sender'],
  ] as const) {
    const mounted = await mount(recipientClasses, undefined, { stage, parameters: OURS, restriction: { name } })
    const facts = { sender: 'x@relay.test', recipient: 'x@relay.test' }
    const verdict = await mounted.access(stage, facts)
    assert.ok(verdict?.kind === 'reject')
    assert.match(verdict.text, new RegExp(`${about} address rejected`))
  }
})

test('keys are as tables write them: quoted where that is needed', async () => {
  const quoted = { relay_recipient_maps: 'inline:{{"a b"@relay.test=x}}', local_recipient_maps: 'inline:{{"a b"=x}}' }
  for (const known of ['a b@relay.test', 'a b+c@relay.test', 'a b@local.test'])
    assert.equal(await said('recipient', known, quoted), 'known', known)
})

test('a table of rewriting that fails puts mail off, for postmaster too; one without a value is a mistake', async () => {
  for (const address of ['r@relay.test', 'u@local.test', 'postmaster@local.test', 'known@box.test']) {
    const failing = { recipient_canonical_maps: 'fail:x' }
    assert.equal(await said('recipient', address, failing), `451 4.3.0 <${address}>: Temporary lookup failure`)
    const empty = { recipient_canonical_maps: 'regexp:{{/./}}' }
    assert.equal(await said('recipient', address, empty), '451 4.3.5 Server configuration error')
  }
  const relay = { relay_recipient_maps: 'regexp:{{/./}}' }
  assert.equal(await said('recipient', 'x@relay.test', relay), '451 4.3.5 Server configuration error')
  assert.equal(await said('recipient', 'x@elsewhere.test', relay), 'known')
})

test('what routing gives to the error and retry transports is refused in their words, unless it is rewritten first', async () => {
  const routes = {
    transport_maps: `inline:{{err.test=error:5.1.2 no such place}, {err0.test=error:mail not accepted}, {retry.test=retry:4.3.0 wait please},
      {any.test=error:5.0.0 none}, {other.test=retry:2.1.5 odd},
      {x@relay.test=error:closed}, {canon@relay.test=error:closed}, {alias.test=error:closed}}`,
    sender_dependent_default_transport_maps: 'inline:{{bad@sender.test=error:5.7.1 you may not}}',
  }
  const rejected = 'Recipient address rejected:'
  assert.equal(await said('recipient', 'x@err.test', routes), `550 5.1.2 <x@err.test>: ${rejected} no such place`)
  assert.equal(await said('recipient', 'x@err0.test', routes), `550 5.1.1 <x@err0.test>: ${rejected} mail not accepted`)
  assert.equal(await said('recipient', 'x@retry.test', routes), `450 4.3.0 <x@retry.test>: ${rejected} wait please`)
  assert.equal(await said('recipient', 'x@any.test', routes), `550 5.0.0 <x@any.test>: ${rejected} none`)
  assert.equal(await said('recipient', 'x@other.test', routes), `450 4.1.5 <x@other.test>: ${rejected} odd`)
  assert.equal(await said('recipient', 'x@relay.test', routes), `550 5.1.1 <x@relay.test>: ${rejected} closed`)
  assert.match(await said('recipient', 'x@alias.test', routes), /virtual alias table/)
  for (const known of ['canon@relay.test', 'known@alias.test', 'x@elsewhere.test'])
    assert.equal(await said('recipient', known, routes), 'known', known)
  const yes = { ...routes, smtpd_reject_unlisted_sender: 'yes' }
  assert.equal(await said('sender', 'x@err0.test', yes), '550 5.1.0 <x@err0.test>: Sender address rejected: mail not accepted')
  const mounted = await mount(recipientClasses, {}, { stage: 'use', parameters: { ...OURS, ...routes } })
  const verdict = await mounted.ask(
    'listed.recipient',
    anAccessRequest('rcpt', { sender: 'bad@sender.test', recipient: 'a@b.test' }),
  )
  assert.equal(verdict?.kind === 'reject' && `${verdict.status} ${verdict.text}`, `5.7.1 <a@b.test>: ${rejected} you may not`)
  await mounted.stop()
})
