/** `when:` over what different hooks are about. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WhenConfig } from './types.ts'
import { compileWhen } from './when.ts'

const client = { name: 'Host.Example.ORG', address: '192.0.2.7' }
const session = { client, helo: 'mail.example', sasl: undefined, transaction: { sender: { text: 'me@example.org' } } }
const request = {
  session,
  client,
  helo: 'mail.example',
  sender: { text: 'me@example.org' },
  recipient: { text: 'You@Example.net' },
}
const envelope = {
  sender: '',
  recipients: [{ address: 'a@b.example' }],
  origin: { clientName: 'unknown', clientAddress: '10.1.1.1', helo: 'h' },
}

const CASES: readonly (readonly [WhenConfig, unknown, boolean])[] = [
  [{ client: ['192.0.2.0/24'] }, request, true],
  [{ client: ['!192.0.2.0/24'] }, request, false],
  [{ client: ['!10.0.0.0/8'] }, request, true],
  [{ client: ['!192.0.2.7', '192.0.2.0/24'] }, request, false],
  [{ client: ['[2001:db8::]/32'] }, request, false],
  [{ client: ['.example.org'] }, request, true],
  [{ client: ['host.example.org'] }, session, true],
  [{ client: ['10.0.0.0/8'] }, { envelope }, true],
  [{ client: ['10.0.0.0/8'], sender: ['<>'] }, envelope, true],
  [{ helo: ['mail.example'] }, request, true],
  [{ sender: ['example.org'] }, request, true],
  [{ sender: ['example.org'] }, { session }, true],
  [{ sender: ['me@'] }, request, true],
  [{ sender: ['<>'] }, { envelope }, true],
  [{ recipient: ['you@example.net'] }, request, true],
  [{ recipient: ['.example.net'] }, request, false],
  [{ recipient: ['b.example'] }, { envelope, recipient: 0 }, true],
  [{ recipient: ['b.example'] }, undefined, false],
  [{ authenticated: false }, request, true],
  [{ authenticated: true }, { ...request, session: { ...session, sasl: { username: 'u' } } }, true],
  [{ client: ['192.0.2.7'], sender: ['other.example'] }, request, false],
]
for (const [when, subject, expected] of CASES)
  test(`${JSON.stringify(when)} is ${expected}`, () => assert.equal(compileWhen(when)?.(subject), expected))

test('no conditions, no predicate', () => assert.equal(compileWhen(undefined), undefined))
test('tables can not stand here', () => {
  assert.throws(() => compileWhen({ sender: ['hash:/etc/senders'] }), /tables such as "hash:\/etc\/senders" can not stand here/)
  assert.throws(() => compileWhen({ client: ['1.2.3.4/33'] }), /no address, network or name/)
})
