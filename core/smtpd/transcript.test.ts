import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, type TestServer, testServer } from '../../test/kit/smtp-server.ts'
import type { NoticeRequest } from '../hooks.ts'

/** A server whose postmaster hears of these classes. */
async function noticing(classes: string, more: Record<string, string> = {}) {
  const notices: NoticeRequest[] = []
  const parameters = { notify_classes: classes, ...more }
  const server = await testServer({ parameters, services: { notify: (notice) => void notices.push(notice) } })
  return { server, notices, stop: () => server.close() }
}

/** Says all, and waits until the session has ended. */
async function session(server: TestServer, ...lines: string[]): Promise<void> {
  const client = await greeted(server)
  for (const line of lines) await client.say(line)
  await client.rest()
}

test('notify_classes: a session with trouble of a wanted class is told of, when it is over', async () => {
  const { server, notices, stop } = await noticing('policy')
  await session(server, 'HELO c.example', 'MAIL FROM:<a@b.example>', 'RCPT TO:<x@elsewhere.example>', 'QUIT')
  await session(server, 'NONSENSE', 'QUIT')
  await stop()
  assert.deepEqual(notices, [
    {
      class: 'policy',
      isWanted: true,
      subject: 'Postfix SMTP server: errors from unknown[127.0.0.1]',
      transcript: [
        'Out: 220 mx.test ESMTP Postfix',
        'In:  HELO c.example',
        'Out: 250 mx.test',
        'In:  MAIL FROM:<a@b.example>',
        'Out: 250 2.1.0 Ok',
        'In:  RCPT TO:<x@elsewhere.example>',
        'Out: 454 4.7.1 <x@elsewhere.example>: Relay access denied',
        'In:  QUIT',
        'Out: 221 2.0.0 Bye',
      ],
    },
  ])
})

test('a message that is taken makes good what went wrong before it', async () => {
  const { server, notices, stop } = await noticing('protocol')
  const mail = ['HELO c.example', 'MAIL FROM:<a@b.example>', 'RCPT TO:<b@example.test>', 'DATA', 'x\r\n.']
  await session(server, 'NONSENSE', ...mail, 'QUIT')
  await session(server, ...mail, 'NONSENSE', 'QUIT')
  await stop()
  assert.equal(notices.length, 1)
})

test('what is about the protocol, resources, and why a session was cut', async () => {
  const { server, notices, stop } = await noticing('protocol, resource')
  await session(server, 'NONSENSE', 'QUIT')
  server.intake.freeBytes = 0
  await session(server, 'MAIL FROM:<a@b.example>', 'QUIT')
  server.intake.freeBytes = 1e12
  const lost = await greeted(server)
  await lost.say('NONSENSE')
  lost.close()
  while (notices.length < 3) await new Promise(setImmediate)
  await stop()
  assert.deepEqual(
    notices.map(({ class: about, reason }) => [about, reason]),
    [
      ['protocol', undefined],
      ['resource', undefined],
      ['protocol', 'lost connection'],
    ],
  )
})

test('smtpd_history_flush_threshold: a long history is sent at RSET, or forgotten when nothing was wrong', async () => {
  const { server, notices, stop } = await noticing('protocol', { smtpd_history_flush_threshold: '4' })
  await session(server, 'HELO c.example', 'XBAD', 'NOOP', 'RSET', 'NOOP', 'QUIT')
  await session(server, 'HELO c.example', 'NOOP', 'NOOP', 'RSET', 'XBAD', 'QUIT')
  await stop()
  assert.deepEqual(
    notices.map(({ transcript }) => [transcript[0], transcript.at(-1)]),
    [
      ['Out: 220 mx.test ESMTP Postfix', 'In:  RSET'],
      ['Out: 250 2.0.0 Ok', 'Out: 221 2.0.0 Bye'],
    ],
  )
})

test('without a wanted class nothing is kept', async () => {
  const { server, notices, stop } = await noticing('delay')
  await session(server, 'NONSENSE', 'QUIT')
  await stop()
  assert.deepEqual(notices, [])
})

test('of a dialog without end the beginning and the end are kept', async () => {
  const { server, notices, stop } = await noticing('protocol', { smtpd_junk_command_limit: '100000' })
  const client = await greeted(server)
  const line = `NOOP ${'x'.repeat(1500)}`
  for (let i = 0; i < 1000; i++) await client.say(line)
  await client.say('NONSENSE')
  await client.say('QUIT')
  await client.rest()
  await stop()
  const transcript = notices[0]?.transcript ?? []
  assert.equal(transcript[1], `In:  ${line}`)
  assert.deepEqual(transcript.slice(-4), [
    'In:  NONSENSE',
    'Out: 500 5.5.2 Error: command not recognized',
    'In:  QUIT',
    'Out: 221 2.0.0 Bye',
  ])
  assert.equal(transcript.filter((each) => each === '[what was said here is left out]').length, 1)
  const length = transcript.join('').length
  assert.ok(length > 2 * 128 * 1024 && length < 600 * 1024, `${length} characters`)
})
