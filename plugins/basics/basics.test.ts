import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, mount } from '../../test/kit/index.ts'
import basics from './index.ts'

const FACTS = { client: 'c.example[192.0.2.1]', helo: 'h.example', sender: 's@x.test', recipient: 'r@y.test', argument: 'd.test' }

/** Stage and what its refusals are about. */
const subjects = [
  ['connect', '<c.example[192.0.2.1]>: Client host'],
  ['helo', '<h.example>: Helo command'],
  ['mail', '<s@x.test>: Sender address'],
  ['rcpt', '<r@y.test>: Recipient address'],
  ['relay', '<r@y.test>: Recipient address'],
  ['data', '<DATA>: Data command'],
  ['end_of_data', '<END-OF-MESSAGE>: End-of-data'],
  ['etrn', '<d.test>: Etrn command'],
] as const
for (const [stage, subject] of subjects) {
  test(`refusals at ${stage} are about ${subject}`, async () => {
    const reject = await mount(basics, { action: 'reject' })
    assert.deepEqual(await reject.access(stage, FACTS), {
      kind: 'reject',
      code: 554,
      status: '5.7.1',
      text: `${subject} rejected: Access denied`,
      step: 'basics',
    })
    const defer = await mount(basics, { action: 'defer' })
    assert.deepEqual(await defer.access(stage, FACTS), {
      kind: 'defer',
      code: 450,
      status: '4.3.2',
      text: `${subject} rejected: Try again later`,
      step: 'basics',
    })
  })
}

test('codes are parameters, and the class of the status follows', async () => {
  const reject = await mount(basics, { action: 'reject' }, { parameters: { reject_code: '450', defer_code: '521' } })
  const verdict = await reject.access('rcpt')
  assert.equal(verdict?.kind, 'defer')
  assert.equal((verdict as { status: string }).status, '4.7.1')
})

test('permit permits', async () => {
  const permit = await mount(basics, undefined, { restriction: { name: 'permit' } })
  const about = { name: 'b@x.test', class: 'Recipient address' }
  assert.deepEqual(await permit.access('rcpt', { recipient: 'b@x.test' }), { kind: 'permit', action: 'permit', about })
})

test('defer_if_permit and defer_if_reject leave a word for later', async () => {
  const mounted = await mount(basics, undefined, { restriction: { name: 'defer_if_permit' } })
  assert.equal(await mounted.access('rcpt', FACTS), undefined)
  const text = '<r@y.test>: Recipient address rejected: defer_if_'
  assert.deepEqual(mounted.recorded.deferIfPermit, { kind: 'defer', code: 450, status: '4.7.0', text: `${text}permit requested` })
  const other = await mount(basics, { action: 'defer_if_reject' })
  assert.equal(await other.access('rcpt', FACTS), undefined)
  assert.deepEqual(other.recorded.deferIfReject, { kind: 'defer', code: 450, status: '4.7.0', text: `${text}reject requested` })
})

test('sleep waits so many seconds', async () => {
  const clock = fakeClock()
  const sleeper = await mount(basics, undefined, { restriction: { name: 'sleep', argument: '2' }, clock })
  let awake = false
  const answer = sleeper.access('rcpt').then((verdict) => {
    awake = true
    return verdict
  })
  await clock.advance(1999)
  assert.equal(awake, false)
  await clock.advance(1)
  assert.equal(await answer, undefined)
})

test('sleep wants a number', async () => {
  await assert.rejects(
    mount(basics, undefined, { restriction: { name: 'sleep', argument: 'long' } }),
    /sleep: expected a number of seconds, found "long"/,
  )
})

test('server_error stands for a mistake, which the log is told', async () => {
  const mounted = await mount(basics, undefined, { restriction: { name: 'server_error', argument: '{unknown "x"}' } })
  const verdict = await mounted.access('rcpt', FACTS)
  assert.deepEqual([verdict?.kind, (verdict as { text: string }).text], ['defer', 'Server configuration error'])
  assert.deepEqual(mounted.log, ['warn: unknown "x"'])
})
