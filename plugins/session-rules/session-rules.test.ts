import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessFacts, mount } from '../../test/kit/index.ts'
import sessionRules from './index.ts'

type Stage = 'connect' | 'mail' | 'rcpt' | 'data' | 'end_of_data'
type Facts = AccessFacts

async function answer(name: string, stage: Stage, facts: Facts, parameters: Record<string, string> = {}) {
  const mounted = await mount(sessionRules, undefined, { stage, parameters, restriction: { name } })
  const verdict = await mounted.access(stage, facts)
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}`
}

const TLS = { protocol: 'TLSv1.3', cipher: 'X', bits: 256 }

test('reject_plaintext_session', async () => {
  const name = 'reject_plaintext_session'
  assert.equal(await answer(name, 'mail', {}), '450 4.7.1 Session encryption is required')
  assert.equal(await answer(name, 'mail', {}, { plaintext_reject_code: '530' }), '530 5.7.1 Session encryption is required')
  assert.equal(await answer(name, 'mail', { session: { tls: TLS } }), 'dunno')
})

test('reject_unauth_pipelining', async () => {
  const name = 'reject_unauth_pipelining'
  const session = { pipelinedEarly: true }
  assert.equal(await answer(name, 'data', {}), 'dunno')
  assert.equal(
    await answer(name, 'data', { session }),
    '503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining',
  )
  assert.equal(
    await answer(name, 'rcpt', { session, recipient: 'b@x.test' }),
    '503 5.5.0 <b@x.test>: Recipient address rejected: Improper use of SMTP command pipelining',
  )
})

/** Sender, accepted recipients, stage, is it refused? */
const bounces: [string, readonly string[], Stage, boolean][] = [
  ['', [], 'rcpt', false],
  ['', ['a@x.test'], 'rcpt', true],
  ['', ['a@x.test'], 'data', false],
  ['', ['a@x.test', 'b@x.test'], 'data', true],
  ['', ['a@x.test'], 'end_of_data', false],
  ['', ['a@x.test', 'b@x.test'], 'end_of_data', true],
  ['s@x.test', ['a@x.test', 'b@x.test'], 'data', false],
]

for (const [sender, recipients, stage, isRefused] of bounces) {
  test(`reject_multi_recipient_bounce: <${sender}> to ${recipients.length} at ${stage}`, async () => {
    const transaction = { recipients }
    const facts = { sender, transaction, ...(stage === 'rcpt' ? { recipient: 'c@x.test' } : {}) }
    const reply = await answer('reject_multi_recipient_bounce', stage, facts)
    assert.equal(/^550 5\.5\.3 .*rejected: Multi-recipient bounce$/.test(reply), isRefused, reply)
  })
}

test('at MAIL nobody has said how many there will be', async () => {
  assert.equal(await answer('reject_multi_recipient_bounce', 'mail', { sender: '' }), 'dunno')
})
