/** The kit itself: fakes that lie would make every other test worthless. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { fakeClock } from './clock.ts'
import { fakePolicyServer } from './policy-server.ts'
import { aClient, anAccessRequest, aSession, aTransaction, record } from './session.ts'
import { fakeTable } from './table.ts'

test('a session has what a test does not name', () => {
  const session = aSession({ client: 'mail.example[192.0.2.9]', transaction: { sender: 'a@b.example' } })
  assert.equal(session.client.name, 'mail.example')
  assert.equal(session.client.address, '192.0.2.9')
  assert.equal(session.client.nameStatus, 'ok')
  assert.equal(session.transaction?.sender.domain, 'b.example')
  assert.equal(aSession().transaction, undefined)
  assert.equal(aClient('2001:db8::1').family, 6)
  assert.deepEqual(
    aTransaction({ recipients: ['x@y.example'] }).recipients.map((each) => each.address.text),
    ['x@y.example'],
  )
})

test('a request has a sender from MAIL on and a recipient at RCPT', () => {
  assert.equal(anAccessRequest('connect').helo, undefined)
  assert.equal(anAccessRequest('helo').sender, undefined)
  assert.equal(anAccessRequest('mail').sender?.text, 'sender@client.example')
  assert.equal(anAccessRequest('mail').recipient, undefined)
  assert.equal(anAccessRequest('rcpt', { recipient: 'a@b' }).recipient?.text, 'a@b')
  assert.equal(anAccessRequest('end_of_data').command, 'END-OF-MESSAGE')
})

test('the first deferral of a request wins', () => {
  const recorded = record()
  const request = anAccessRequest('rcpt', {}, recorded)
  request.deferIfPermit({ kind: 'defer', code: 450, status: '4.7.1', text: 'first' })
  request.deferIfPermit({ kind: 'defer', code: 450, status: '4.7.1', text: 'second' })
  request.edit({ kind: 'hold', text: 'x' })
  assert.equal(recorded.deferIfPermit?.text, 'first')
  assert.deepEqual(recorded.edits, [{ kind: 'hold', text: 'x' }])
})

test('a clock moves only when told, and wakes sleepers in order', async () => {
  const clock = fakeClock(1000)
  const woken: string[] = []
  void clock.sleep(20).then(() => {
    woken.push('second')
    return clock.sleep(5).then(() => void woken.push('third'))
  })
  void clock.sleep(10).then(() => void woken.push('first'))
  await clock.advance(19)
  assert.deepEqual(woken, ['first'])
  await clock.advance(10)
  assert.deepEqual(woken, ['first', 'second', 'third'])
  assert.equal(clock.now(), 1029)
  const given = new AbortController()
  const sleep = clock.sleep(10, given.signal)
  given.abort(new Error('enough'))
  await assert.rejects(sleep, /enough/)
  assert.equal(clock.sleeping, 0)
})

test('a table answers, remembers, and fails on demand', async () => {
  const table = fakeTable({ known: 'value', broken: new Error('down') })
  assert.equal(table.lookup('known'), 'value')
  assert.equal(table.lookup('__proto__'), undefined)
  assert.throws(() => table.lookup('broken'), /fake:table: down/)
  assert.deepEqual(table.asked, ['known', '__proto__', 'broken'])
  await assert.rejects(async () => fakeTable({ broken: new Error('down') }, { later: true }).lookup('broken'))
})

test('a policy server answers in order on one connection', async () => {
  const server = await fakePolicyServer((request) => (request.recipient === 'bad@x' ? 'REJECT no' : 'DUNNO'))
  const socket = connect(Number(server.address.split(':')[2]), '127.0.0.1')
  socket.write('request=smtpd_access_policy\nrecipient=bad@x\n\nrequest=smtpd_access_policy\nrecip')
  socket.write('ient=good@x\n\n')
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if (text.split('\n\n').length > 2) break
  }
  assert.equal(text, 'action=REJECT no\n\naction=DUNNO\n\n')
  assert.deepEqual(
    server.requests.map((request) => request.recipient),
    ['bad@x', 'good@x'],
  )
  await server.close()
})
