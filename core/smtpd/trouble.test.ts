/** Sessions in which something goes wrong: storage, limits, clients that talk out of turn, fall silent or go away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDns } from '../../test/kit/dns.ts'
import { DATA, dialog, EHLO, MAIL, NOOP, QUEUED, RCPT, withServer } from '../../test/kit/smtp-dialog.ts'
import { greeted, TestClient, testServer } from '../../test/kit/smtp-server.ts'
import type { Resolver } from '../net/types.ts'
import { SpoolError } from '../queue/types.ts'

test('no room, and a spool that fails', () =>
  withServer({}, async (server) => {
    server.intake.freeBytes = 10
    await dialog(server, [['MAIL FROM:<a@b>', '452 4.3.1 Insufficient system storage']])
    server.intake.freeBytes = 1e12
    for (const [kind, reply] of [
      ['full', '452 4.3.1 Insufficient system storage'],
      ['io', '451 4.3.0 Error: queue file write error'],
    ] as const) {
      server.intake.result = () => Promise.reject(new SpoolError(kind, 'no'))
      await dialog(server, [MAIL, RCPT, DATA, ['x\r\n.\r\n', reply], MAIL])
    }
    server.intake.aborted.length = 0
    server.intake.onWrite = () => Promise.reject(new SpoolError('full', 'no'))
    await dialog(server, [MAIL, RCPT, DATA, ['x\r\n.\r\n', '452 4.3.1 Insufficient system storage'], MAIL])
    assert.equal(server.intake.aborted.length, 1)
  }))

test('content waits while the intake can take no more', () =>
  withServer({}, async (server) => {
    let free: (() => void) | undefined
    server.intake.onWrite = () =>
      new Promise((resolve) => {
        free = resolve
      })
    const client = await greeted(server)
    for (const [line] of [MAIL, RCPT, DATA]) await client.say(line)
    client.send('one\r\n')
    while (free === undefined) await new Promise(setImmediate)
    client.send('two\r\n.\r\nQUIT\r\n')
    server.intake.onWrite = () => undefined
    free()
    assert.match(await client.reply(), QUEUED)
    assert.equal(await client.reply(), '221 2.0.0 Bye')
    assert.equal(server.intake.taken[0]?.content, 'one\r\ntwo\r\n')
  }))

test('bare newlines: reject', () =>
  withServer(
    { parameters: { smtpd_forbid_bare_newline: 'reject', smtpd_forbid_bare_newline_exclusions: '' } },
    async (server) => {
      const refusal = '550 5.5.2 mx.test Error: bare <LF> received'
      await dialog(server, [MAIL, RCPT, DATA, ['a\nb\r\n.\r\n', refusal], MAIL])
      await dialog(server, [
        ['NOOP\n', refusal],
        ['NOOP', '<closed>'],
      ])
    },
  ))

test('pipelined groups, answered together', () =>
  withServer({}, async (server) => {
    const client = await greeted(server)
    assert.equal(await client.say('EHLO a'), EHLO)
    client.send('MAIL FROM:<a@x>\r\nRCPT TO:<b@example.test>\r\nRCPT TO:<x@y>\r\nDATA\r\n')
    for (const expected of ['250 2.1.0 Ok', '250 2.1.5 Ok', '454 4.7.1 <x@y>: Relay access denied', DATA[1]])
      assert.equal(await client.reply(), expected)
    client.send('x\r\n.\r\nMAIL FROM:<a@x>\r\nQUIT\r\n')
    assert.match(await client.reply(), QUEUED)
    assert.equal(await client.reply(), '250 2.1.0 Ok')
    assert.equal(await client.rest(), '221 2.0.0 Bye\r\n')
  }))

test('talking out of turn', () =>
  withServer({}, async (server) => {
    for (const bytes of ['EHLO a\r\nMAIL FROM:<a>\r\n', 'NOOP\r\nRSET\r\n', 'MAIL FROM:<a>\r\nRSET\r\n']) {
      const client = await greeted(server)
      client.send(bytes)
      assert.equal(await client.rest(), '554 5.5.0 Error: SMTP protocol synchronization\r\n')
    }
    const told = server.events.flatMap((event) =>
      event.type === 'trouble' ? [`${event.what} ${event.after} ${event.detail}`] : [],
    )
    assert.deepEqual(told[0], 'improper command pipelining EHLO MAIL FROM:<a>\\r\\n')
  }))

test('talking before the greeting, and waiting for it', () => {
  const { resolver: dns } = fakeDns(['1.0.0.127.in-addr.arpa PTR local.test', 'local.test A 127.0.0.1'])
  const slow: Resolver = {
    resolve: async (name, type) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return dns.resolve(name, type)
    },
    close: () => {},
  }
  return withServer({ parameters: { smtpd_peername_lookup: 'yes' }, services: { dns: slow } }, async (server) => {
    const early = new TestClient(server.port)
    early.send('EHLO a\r\n')
    assert.equal(await early.rest(), '554 5.5.0 Error: SMTP protocol synchronization\r\n')
    await dialog(server, [['EHLO a', EHLO], NOOP, MAIL, RCPT, DATA, ['x\r\n.\r\n', QUEUED]])
    const gone = new TestClient(server.port)
    await new Promise((resolve) => gone.socket.once('connect', resolve))
    gone.socket.resetAndDestroy()
  })
})

test('talking before a greeting that nothing delays', () =>
  withServer({ parameters: { smtpd_peername_lookup: 'no' } }, async (server) => {
    for (let i = 0; i < 20; i++) {
      const early = new TestClient(server.port)
      early.send('EHLO a\r\n')
      assert.equal(await early.rest(), '554 5.5.0 Error: SMTP protocol synchronization\r\n')
    }
  }))

test('errors: the hard limit, and what is no error', () =>
  withServer({ parameters: { smtpd_hard_error_limit: '3', smtpd_junk_command_limit: '1' } }, async (server) => {
    await dialog(server, [
      ['A', '500 5.5.2 Error: command not recognized'],
      ['B', '500 5.5.2 Error: command not recognized'],
      MAIL,
      RCPT,
      DATA,
      ['x\r\n.\r\n', QUEUED],
      NOOP,
      NOOP,
      NOOP,
      NOOP,
      NOOP,
      ['RSET', '421 4.7.0 mx.test Error: too many errors'],
    ])
    const trouble = server.events.find(({ type }) => type === 'trouble')
    assert.deepEqual(trouble?.type === 'trouble' && [trouble.what, trouble.after], ['too many errors', 'NOOP'])
  }))

test('the tarpit delays replies, and nothing is lost meanwhile', () => {
  const slept: number[] = []
  const clock = { now: Date.now, sleep: async (ms: number) => void slept.push(ms) }
  const parameters = { smtpd_soft_error_limit: '1', smtpd_error_sleep_time: '2s' }
  return withServer({ parameters, services: { clock } }, async (server) => {
    const client = await greeted(server)
    client.send('EHLO a\r\n')
    await client.reply()
    client.send('BOGUS1\r\nBOGUS2\r\nRSET\r\nQUIT\r\n')
    assert.match(await client.rest(), /^500 [^\r]*\r\n500 [^\r]*\r\n250 2\.0\.0 Ok\r\n221 2\.0\.0 Bye\r\n$/)
    assert.deepEqual(slept, [2000, 2000, 2000])
  })
})

test('the tarpit: who has made as many errors as are forgiven waits for whatever comes next', () => {
  const slept: number[] = []
  const clock = { now: Date.now, sleep: async (ms: number) => void slept.push(ms) }
  const parameters = { smtpd_soft_error_limit: '1', smtpd_hard_error_limit: '2', smtpd_error_sleep_time: '2s' }
  return withServer({ parameters, services: { clock } }, async (server) => {
    const client = await greeted(server)
    await client.say('BOGUS')
    assert.equal(slept.length, 0)
    await client.say('NOOP')
    assert.equal(slept.length, 1)
    client.send('BOGUS\r\n')
    assert.match(await client.rest(), /^500 [^\r]*\r\n421 4\.7\.0 mx\.test Error: too many errors\r\n$/)
    assert.equal(slept.length, 3)
  })
})

test('silence ends a session', () =>
  withServer({ parameters: { smtpd_timeout: '1s' } }, async (server) => {
    const client = await greeted(server)
    assert.equal(await client.rest(), '421 4.4.2 mx.test Error: timeout exceeded\r\n')
    const trouble = server.events.find(({ type }) => type === 'trouble')
    assert.deepEqual(trouble?.type === 'trouble' && [trouble.what, trouble.after], ['timeout', 'CONNECT'])
  }))

test('a lost connection gives the message up', () =>
  withServer({}, async (server) => {
    const client = await greeted(server)
    for (const [line] of [MAIL, RCPT, DATA]) await client.say(line)
    client.send('abc\r\n\r\ndef')
    client.socket.end()
    await client.rest()
    assert.deepEqual(server.intake.aborted, ['Q1'])
    const trouble = server.events.find(({ type }) => type === 'trouble')
    assert.deepEqual(trouble?.type === 'trouble' && [trouble.what, trouble.after], ['lost connection', 'DATA (7 bytes)'])
  }))

test('draining: idle sessions are told to go, content is finished first', async () => {
  const server = await testServer()
  const idle = await greeted(server)
  const busy = await greeted(server)
  for (const [line] of [MAIL, RCPT, DATA]) await busy.say(line)
  const closed = server.listener.close(5000)
  assert.equal(await idle.rest(), '421 4.3.2 mx.test Service shutting down\r\n')
  busy.send('x\r\n.\r\n')
  assert.match(await busy.rest(), /^250 2\.0\.0 Ok: queued as Q1\r\n421 4\.3\.2 mx\.test Service shutting down\r\n$/)
  await closed
  assert.equal(server.listener.connections, 0)
})

test('LMTP: one reply for each recipient', () =>
  withServer({ protocol: 'lmtp' }, async (server) => {
    const client = await greeted(server)
    assert.equal(await client.say('EHLO a'), '500 5.5.2 Error: command not recognized')
    assert.equal(await client.say('LHLO a'), EHLO)
    for (const [line] of [MAIL, RCPT, RCPT, DATA]) await client.say(line)
    client.send('x\r\n.\r\n')
    assert.match(await client.reply(), QUEUED)
    assert.match(await client.reply(), QUEUED)
    assert.equal(await client.say('QUIT'), '221 2.0.0 Bye')
  }))
