import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'
import { Deadline } from './deadline.ts'

/** A deadline of two seconds and ten bytes a second, on a clock of its own. */
function held(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const state = { now: 0, hasExpired: false }
  const deadline = new Deadline(
    2000,
    10,
    () => {
      state.hasExpired = true
    },
    () => state.now,
  )
  const pass = (ms: number): void => {
    state.now += ms
    context.mock.timers.tick(ms)
  }
  return { deadline, state, pass }
}

test('a command has its time as a whole', (t) => {
  const { deadline, state, pass } = held(t)
  for (let i = 0; i < 2; i++) {
    deadline.wait()
    pass(900)
    deadline.heard(0)
  }
  deadline.wait()
  pass(190)
  assert.equal(state.hasExpired, false)
  pass(20)
  assert.equal(state.hasExpired, true)
})

test('our time does not count, and a reply begins anew', (t) => {
  const { deadline, state, pass } = held(t)
  deadline.wait()
  pass(1900)
  deadline.heard(0)
  pass(60_000)
  deadline.renew()
  deadline.wait()
  deadline.wait()
  pass(1900)
  assert.equal(state.hasExpired, false)
  deadline.stop()
  pass(60_000)
  assert.equal(state.hasExpired, false)
})

test('content earns time, and never more than the limit', (t) => {
  const { deadline, state, pass } = held(t)
  deadline.wait()
  pass(1900)
  deadline.heard(10)
  deadline.wait()
  pass(1090)
  deadline.heard(1_000_000)
  deadline.wait()
  pass(1990)
  assert.equal(state.hasExpired, false)
  pass(20)
  assert.equal(state.hasExpired, true)
})

for (const parameters of [{ smtpd_per_request_deadline: 'yes' }, { smtpd_per_record_deadline: 'yes' }])
  test(`${Object.keys(parameters)[0]}: a session that trickles ends`, async () => {
    const server = await testServer({ parameters: { ...parameters, smtpd_timeout: '1s', smtpd_min_data_rate: '100000' } })
    const command = await greeted(server)
    const content = await greeted(server)
    for (const line of ['MAIL FROM:<a@b.example>', 'RCPT TO:<r@example.test>', 'DATA']) await content.say(line)
    const trickle = setInterval(() => {
      command.send('N')
      content.send('x')
    }, 50)
    assert.equal(await command.reply(), '421 4.4.2 mx.test Error: timeout exceeded')
    assert.equal(await content.reply(), '421 4.4.2 mx.test Error: timeout exceeded')
    clearInterval(trickle)
    await server.close()
  })
