/** Attributes as the facts that plugins see. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderRequest } from '../../plugins/policy-service/attributes.ts'
import { anAccessRequest, policyRequest } from '../../test/kit/index.ts'
import type { AccessStage } from '../facts.ts'
import { understand } from './facts.ts'
import { RequestReader } from './request.ts'

const STATES: readonly (readonly [AccessStage, string])[] = [
  ['mail', 'MAIL'],
  ['rcpt', 'RCPT'],
  ['data', 'DATA'],
  ['end_of_data', 'END-OF-MESSAGE'],
]

function asked(question: Record<string, string | number>) {
  const reader = new RequestReader()
  reader.push(Buffer.from(policyRequest(question)))
  return understand(reader.next() ?? new Map(), 'policy', 'own')
}

test('the session of a recipient', () => {
  const { session, sender, recipient, transaction } = asked({ queue_id: '4XY', client_address: '::ffff:192.0.2.9' })
  assert.partialDeepStrictEqual(session, {
    id: '1a2b.5f3c.0',
    listener: 'policy',
    client: { address: '192.0.2.9', name: 'client.example', nameStatus: 'ok', port: 40_000 },
    helo: 'client.example',
    protocol: 'ESMTP',
    server: { address: '192.0.2.1', port: 25 },
  })
  assert.equal(session.tls, undefined)
  assert.equal(session.sasl, undefined)
  assert.equal(sender?.domain, 'client.example')
  assert.equal(recipient?.local, 'recipient')
  assert.partialDeepStrictEqual(transaction, { declaredSize: 1000, size: 0, queueId: '4XY', recipients: [] })
  assert.equal(session.transaction, transaction)
})

test('what is not known yet is not there', () => {
  const nothing = { helo_name: '', sender: '', recipient: '', instance: '', client_name: 'unknown', client_address: 'unknown' }
  const connect = asked({ ...nothing, protocol_state: 'CONNECT' })
  assert.equal(connect.sender, undefined)
  assert.equal(connect.recipient, undefined)
  assert.equal(connect.session.helo, undefined)
  assert.equal(connect.session.transaction, undefined)
  assert.equal(connect.session.id, 'own')
  assert.equal(connect.session.client.nameStatus, 'permanent')
  const mail = asked({ protocol_state: 'MAIL', sender: '', recipient: '' })
  assert.equal(mail.sender?.text, '')
  assert.equal(mail.session.transaction, undefined)
  assert.equal(mail.session.candidate?.declaredSize, 1000)
  assert.equal(asked({ protocol_state: 'ETRN', etrn_domain: 'site.example' }).argument, 'site.example')
  assert.equal(asked({ protocol_state: 'VRFY' }).argument, 'recipient@server.example')
})

test('content has a size, and as many recipients as there are', () => {
  const one = asked({ protocol_state: 'END-OF-MESSAGE', recipient_count: 1 })
  assert.equal(one.transaction?.size, 1000)
  assert.equal(one.transaction?.recipients[0]?.address.text, 'recipient@server.example')
  const many = asked({ protocol_state: 'DATA', recipient_count: 3, recipient: '' })
  assert.equal(many.transaction?.recipients.length, 3)
  assert.equal(many.recipient, undefined)
  assert.equal(asked({ protocol_state: 'DATA', recipient_count: 'many', size: -1 }).transaction?.declaredSize, 0)
})

test('TLS and SASL', () => {
  const { session } = asked({
    encryption_protocol: 'TLSv1.3',
    encryption_cipher: 'C',
    encryption_keysize: 256,
    ccert_subject: 'A+3DB+0A',
    ccert_fingerprint: 'AA:BB',
    sasl_method: 'PLAIN',
    sasl_username: 'u',
    sasl_sender: 'o',
  })
  assert.deepEqual(session.tls, {
    protocol: 'TLSv1.3',
    cipher: 'C',
    bits: 256,
    subject: 'A=B?',
    fingerprint: 'AA:BB',
    isTrusted: true,
  })
  assert.deepEqual(session.sasl, { method: 'PLAIN', username: 'u', sender: 'o' })
})

test('what our own policy-service sends is understood as it was meant', () => {
  const tls = { protocol: 'TLSv1.3', cipher: 'C', bits: 256, subject: 'A=B ü', fingerprint: 'AA', isTrusted: true }
  const sasl = { method: 'PLAIN', username: 'u', sender: 'o@x' }
  for (const [stage, state] of STATES) {
    const meant = anAccessRequest(stage, {
      client: 'n.x[2001:db8::1]',
      sender: 'c d@e',
      argument: 'recipient@server.example',
      session: { tls, sasl },
      transaction: { declaredSize: 100, size: 21, queueId: 'Q' },
    })
    const reader = new RequestReader()
    reader.push(Buffer.from(renderRequest(meant, 'context')))
    const { session, sender, recipient, state: understood } = understand(reader.next() ?? new Map(), 'p', 'own')
    assert.equal(understood, state)
    assert.deepEqual(session.client, meant.client)
    assert.deepEqual({ ...session.tls }, tls)
    assert.deepEqual(session.sasl, sasl)
    assert.equal(sender?.text, 'c d@e')
    if (stage === 'rcpt') assert.equal(recipient?.text, 'recipient@server.example')
    assert.equal(session.transaction?.queueId, stage === 'rcpt' || stage.includes('data') ? 'Q' : undefined)
    assert.equal(session.transaction?.size ?? 0, stage === 'end_of_data' ? 21 : 0)
  }
})
