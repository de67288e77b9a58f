/** What a policy server is told, at every stage. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anAccessRequest, aTransaction } from '../../test/kit/index.ts'
import { renderRequest } from './attributes.ts'

const NAMES =
  'request protocol_state protocol_name client_address client_name client_port reverse_client_name server_address server_port ' +
  'helo_name sender recipient recipient_count queue_id instance size etrn_domain stress sasl_method sasl_username sasl_sender ' +
  'ccert_subject ccert_issuer ccert_fingerprint ccert_pubkey_fingerprint encryption_protocol encryption_cipher ' +
  'encryption_keysize policy_context'

function attributes(...of: Parameters<typeof anAccessRequest>): Map<string, string> {
  const text = renderRequest(anAccessRequest(...of), 'ctx')
  assert.ok(text.endsWith('\n\n'))
  const pairs = text.trimEnd().split('\n')
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

test('a request has the attributes of Postfix 3.7 in its order', () => {
  const all = attributes('rcpt', {
    sender: 'a@b',
    recipient: 'c d@e',
    client: 'n.x[192.0.2.1]',
    transaction: { declaredSize: 100 },
  })
  assert.equal([...all.keys()].join(' '), NAMES)
  const shown = Object.fromEntries(all)
  assert.match(shown.instance ?? '', /^[0-9a-f]+\.S1\.[0-9a-f]+$/)
  assert.partialDeepStrictEqual(shown, {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_name: 'n.x',
    sender: 'a@b',
    recipient: 'c d@e',
    recipient_count: '0',
    size: '100',
    encryption_keysize: '0',
    policy_context: 'ctx',
  })
})

test('attributes depend on the stage', () => {
  const transaction = { declaredSize: 100, size: 21, queueId: 'Q1' }
  const data = attributes('data', { recipient: 'r@x', transaction: { ...transaction, recipients: ['r@x', 's@x'] } })
  assert.equal(data.get('recipient_count'), '2')
  assert.equal(data.get('size'), '100')
  const end = anAccessRequest('end_of_data', { transaction: { ...transaction, recipients: ['only@x'] } })
  const text = renderRequest(end, '')
  for (const line of ['protocol_state=END-OF-MESSAGE', 'recipient=only@x', 'recipient_count=1', 'size=21', 'queue_id=Q1'])
    assert.ok(text.includes(`\n${line}\n`), line)
  assert.equal(attributes('connect').get('instance'), '')
  assert.equal(attributes('mail').get('instance'), '')
  assert.equal(attributes('etrn', { argument: 'relay.test' }).get('etrn_domain'), 'relay.test')
  assert.equal(attributes('vrfy', { argument: 'b@x' }).get('recipient'), 'b@x')
  const early = { candidate: aTransaction({ declaredSize: 77 }), stress: 'yes' }
  const mail = anAccessRequest('mail', { session: early })
  Object.assign(mail.session, { transaction: undefined })
  assert.match(renderRequest(mail, ''), /\nsize=77\n.*\nstress=yes\n/s)
  assert.match(renderRequest({ ...end, stage: 'data', command: 'BDAT' }, ''), /\nprotocol_state=DATA\n/)
  const tls = {
    protocol: 'TLSv1.3',
    cipher: 'C',
    bits: 256,
    subject: 'A=B ü',
    issuer: 'i',
    fingerprint: 'f',
    publicKeyFingerprint: 'p',
  }
  const sasl = { method: 'PLAIN', username: 'u', sender: 'o' }
  const secure = attributes('rcpt', { session: { tls, sasl } })
  assert.equal(secure.get('ccert_subject'), '')
  assert.equal(secure.get('ccert_fingerprint'), 'f')
  const trusted = attributes('rcpt', { session: { tls: { ...tls, isTrusted: true } } })
  assert.equal(trusted.get('ccert_subject'), 'A+3DB+20+C3+BC')
  assert.equal(secure.get('encryption_keysize'), '256')
  assert.equal(secure.get('sasl_sender'), 'o')
})

test('no value can forge an attribute', () => {
  const text = renderRequest(anAccessRequest('rcpt', { helo: 'x\naction=OK\r\n\u0000' }), 'a\n\nb')
  assert.ok(text.includes('\nhelo_name=x?action=OK???\n'))
  assert.ok(text.endsWith('\npolicy_context=a??b\n\n'))
})
