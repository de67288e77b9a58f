import assert from 'node:assert/strict'
import { it } from 'node:test'
import { aSession, aTransaction, type SessionFacts, type TransactionFacts } from '../../test/kit/session.ts'
import type { Scope } from '../parameters.ts'
import { receivedHeader } from './received.ts'

const NAMES: Readonly<Record<string, string>> = { myhostname: 'gw.example', mail_name: 'Postfix' }
const scope = { text: (name: string) => NAMES[name] } as Scope
const TLS = { protocol: 'TLSv1.3', cipher: 'x', bits: 256 }
const SASL = { method: 'PLAIN', username: 'u' }

const rows: [string, SessionFacts, TransactionFacts, string][] = [
  ['one recipient', {}, {}, 'from client.example (unknown [192.0.2.1])|by gw.example (Postfix) with ESMTP id ID|for <b@x>; DATE'],
  [
    'two',
    {},
    { recipients: ['b@x', 'c@x'] },
    'from client.example (unknown [192.0.2.1])|by gw.example (Postfix) with ESMTP id ID;|DATE',
  ],
  [
    'quoted',
    {},
    { recipients: ['q q@x'] },
    'from client.example (unknown [192.0.2.1])|by gw.example (Postfix) with ESMTP id ID|for <"q q"@x>; DATE',
  ],
  [
    'IPv6',
    { client: 'n[2001:db8::1]' },
    {},
    'from client.example (n [IPv6:2001:db8::1])|by gw.example (Postfix) with ESMTP id ID|for <b@x>; DATE',
  ],
  [
    'no HELO',
    { helo: undefined, protocol: 'SMTP' },
    {},
    'from unknown (unknown [192.0.2.1])|by gw.example (Postfix) with SMTP id ID|for <b@x>; DATE',
  ],
  [
    'odd HELO',
    { helo: 'x(y)\r\nA: b' },
    {},
    'from x?y???A:?b (unknown [192.0.2.1])|by gw.example (Postfix) with ESMTP id ID|for <b@x>; DATE',
  ],
  [
    'TLS and AUTH',
    { tls: TLS, sasl: SASL },
    {},
    'from client.example (unknown [192.0.2.1])|by gw.example (Postfix) with ESMTPSA id ID|for <b@x>; DATE',
  ],
  [
    'SMTPUTF8',
    { tls: TLS },
    { smtputf8: true },
    'from client.example (unknown [192.0.2.1])|by gw.example (Postfix) with UTF8SMTPS id ID|for <b@x>; DATE',
  ],
]
it('without smtputf8_enable HELO is ASCII', () => {
  const ascii = { text: (name: string) => (name === 'smtputf8_enable' ? 'no' : NAMES[name]) } as Scope
  const header = (names: Scope) => receivedHeader(aSession({ helo: '\u00fc.test' }), aTransaction({}), 'ID', 'DATE', names)
  assert.match(header(ascii), /^Received: from \?\?\.test /)
  assert.match(header(scope), /^Received: from \u00fc\.test /)
})

for (const [title, session, transaction, expected] of rows)
  it(title, () => {
    const got = receivedHeader(aSession(session), aTransaction({ recipients: ['b@x'], ...transaction }), 'ID', 'DATE', scope)
    assert.equal(got, `Received: ${expected.replaceAll('|', '\r\n\t')}`)
  })
