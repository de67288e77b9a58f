import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mount, type World } from '../../test/kit/index.ts'
import senderLogin from './index.ts'

const OWNERS = {
  'one@sender.test': 'alice',
  'two@sender.test': 'alice, Bob',
  '@dom.test': 'carol',
  'plus@sender.test': 'bob',
  bare: 'alice',
  'b"x@sender.test': 'wrong',
}
const PARAMETERS = {
  myhostname: 'gw.test',
  mydestination: 'gw.test',
  myorigin: 'gw.test',
  inet_interfaces: '127.0.0.1',
  recipient_delimiter: '+',
  smtpd_sasl_auth_enable: 'yes',
  smtpd_sender_login_maps: 'hash:/owners',
}

type Names = 'all' | 'auth' | 'unauth' | 'known'
const RESTRICTIONS: Record<Names, string> = {
  all: 'reject_sender_login_mismatch',
  auth: 'reject_authenticated_sender_login_mismatch',
  unauth: 'reject_unauthenticated_sender_login_mismatch',
  known: 'reject_known_sender_login_mismatch',
}

async function answer(which: Names, sender: string, login?: string, world: Partial<World> = {}) {
  const tables = { 'hash:/owners': OWNERS }
  const restriction = { name: RESTRICTIONS[which] }
  const mounted = await mount(senderLogin, undefined, { stage: 'mail', parameters: PARAMETERS, tables, restriction, ...world })
  const session = login === undefined ? {} : { sasl: { method: 'PLAIN', username: login } }
  const verdict = await mounted.access('mail', { sender, session })
  await mounted.stop()
  return verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}`
}

const foreign = (sender: string, login: string) => `553 5.7.1 <${sender}>: Sender address rejected: not owned by user ${login}`
const stranger = (sender: string) => `553 5.7.1 <${sender}>: Sender address rejected: not logged in`

/** Restriction, sender, login, answer: as recorded from Postfix. */
const cases: [Names, string, string | undefined, string][] = [
  ['all', 'one@sender.test', 'alice', 'dunno'],
  ['all', 'one@sender.test', 'ALICE', 'dunno'],
  ['all', 'two@sender.test', 'bob', 'dunno'],
  ['all', 'x@dom.test', 'alice', foreign('x@dom.test', 'alice')],
  ['auth', 'x@dom.test', 'alice', foreign('x@dom.test', 'alice')],
  ['known', 'x@dom.test', 'alice', foreign('x@dom.test', 'alice')],
  ['unauth', 'x@dom.test', 'alice', 'dunno'],
  ['all', 'plus+y@sender.test', 'alice', foreign('plus+y@sender.test', 'alice')],
  ['all', 'plus+y@sender.test', 'bob', 'dunno'],
  ['all', 'nobody@sender.test', 'alice', foreign('nobody@sender.test', 'alice')],
  ['auth', 'nobody@sender.test', 'alice', foreign('nobody@sender.test', 'alice')],
  ['known', 'nobody@sender.test', 'alice', 'dunno'],
  ['all', 'bare@gw.test', 'alice', 'dunno'],
  ['all', 'bare', 'alice', 'dunno'],
  ['all', 'bare@sender.test', 'alice', foreign('bare@sender.test', 'alice')],
  ['all', '', 'alice', 'dunno'],
  ['all', 'one@sender.test', undefined, stranger('one@sender.test')],
  ['auth', 'one@sender.test', undefined, 'dunno'],
  ['known', 'one@sender.test', undefined, stranger('one@sender.test')],
  ['unauth', 'one@sender.test', undefined, stranger('one@sender.test')],
  ['all', 'free@sender.test', undefined, 'dunno'],
  ['unauth', 'free@sender.test', undefined, 'dunno'],
  ['all', '', undefined, 'dunno'],
]

for (const [which, sender, login, expected] of cases) {
  test(`${RESTRICTIONS[which]}: <${sender}> by ${login ?? 'nobody'}`, async () => {
    assert.equal(await answer(which, sender, login), expected)
  })
}

test('a table that can not be asked defers', async () => {
  const tables = { 'hash:/owners': { 'one@sender.test': new Error('gone') } }
  assert.equal(
    await answer('all', 'one@sender.test', 'alice', { tables }),
    '451 4.3.0 <one@sender.test>: Temporary lookup failure',
  )
})

test('where nobody can log in it does nothing, and says so', async () => {
  const parameters = { ...PARAMETERS, smtpd_sasl_auth_enable: 'no' }
  assert.equal(await answer('all', 'one@sender.test', undefined, { parameters }), 'dunno')
})
