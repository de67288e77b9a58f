/** Access lists and filters: which run when, what ends them, what is held back. The replies are those of Postfix 3.7.11. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA, dialog, EHLO, MAIL, QUEUED, RCPT, RSET, withServer } from '../../test/kit/smtp-dialog.ts'
import { TestClient, type TestServer } from '../../test/kit/smtp-server.ts'
import type { AccessRequest, AccessStage } from '../facts.ts'
import { defer, discard, permit, reject, type Verdict } from '../verdict.ts'

const EARLY_LISTS: readonly AccessStage[] = ['connect', 'helo', 'mail', 'relay', 'rcpt', 'data', 'end_of_data']
const NO_DELAY = { parameters: { smtpd_delay_reject: 'no' } }

/** Mounts a step at a stage. */
function step(server: TestServer, stage: AccessStage, answer: (request: AccessRequest) => unknown): void {
  server.hooks[`access.${stage}`].tap({ name: stage }, answer as (request: AccessRequest) => Verdict | undefined)
}

/** Writes down which lists run. */
function watch(server: TestServer): string[] {
  const seen: string[] = []
  for (const stage of EARLY_LISTS) step(server, stage, ({ command }) => void seen.push(`${command} ${stage}`))
  return seen
}

const WHOLE = [['EHLO c.test', EHLO], MAIL, RCPT, DATA, ['x\r\n.\r\n', QUEUED]] as const

test('delayed lists run at each recipient', () =>
  withServer({}, async (server) => {
    const seen = watch(server)
    await dialog(server, WHOLE)
    assert.deepEqual(seen, [
      'RCPT connect',
      'RCPT helo',
      'RCPT mail',
      'RCPT relay',
      'RCPT rcpt',
      'DATA data',
      'END-OF-MESSAGE end_of_data',
    ])
  }))

test('without delay each list runs with its command', () =>
  withServer(NO_DELAY, async (server) => {
    const seen = watch(server)
    await dialog(server, WHOLE)
    assert.deepEqual(seen, [
      'CONNECT connect',
      'EHLO helo',
      'MAIL mail',
      'RCPT relay',
      'RCPT rcpt',
      'DATA data',
      'END-OF-MESSAGE end_of_data',
    ])
  }))

test('the relay list can come last', () =>
  withServer({ parameters: { smtpd_relay_before_recipient_restrictions: 'no' } }, async (server) => {
    const seen = watch(server)
    await dialog(server, [MAIL, RCPT])
    assert.deepEqual(seen.slice(-2), ['RCPT rcpt', 'RCPT relay'])
  }))

test('a relay list without an answer lets nothing through that is not ours', () =>
  withServer({}, async (server) => {
    step(server, 'relay', ({ recipient }) => (recipient?.local === 'ok' ? permit() : undefined))
    step(server, 'rcpt', () => permit())
    await dialog(server, [
      MAIL,
      ['RCPT TO:<ok@elsewhere.test>', '250 2.1.5 Ok'],
      ['RCPT TO:<no@elsewhere.test>', '454 4.7.1 <no@elsewhere.test>: Relay access denied'],
      RCPT,
    ])
  }))

test('a permit ends its own list only', () =>
  withServer({}, async (server) => {
    step(server, 'mail', () => permit())
    step(server, 'rcpt', () => reject(550, '5.1.1', '<b@example.test>: Recipient address rejected: no'))
    await dialog(server, [MAIL, ['RCPT TO:<b@example.test>', '550 5.1.1 <b@example.test>: Recipient address rejected: no']])
  }))

test('postmaster is always taken', () =>
  withServer({}, async (server) => {
    step(server, 'connect', () => reject(554, '5.7.1', 'no'))
    await dialog(server, [MAIL, ['RCPT TO:<postmaster>', '250 2.1.5 Ok'], ['RCPT TO:<postmaster@x.test>', '554 5.7.1 no']])
  }))

test('a client that is refused at once can only quit', () =>
  withServer(NO_DELAY, async (server) => {
    step(server, 'connect', async () => reject(554, '5.7.1', '<unknown[127.0.0.1]>: Client host rejected: go'))
    const client = new TestClient(server.port)
    assert.equal(await client.reply(), '554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: go')
    for (const line of ['EHLO a', 'NOOP', 'XYZZY'])
      assert.equal(await client.say(line), '503 5.7.0 Error: access denied for unknown[127.0.0.1]')
    assert.equal(await client.say('QUIT'), '221 2.0.0 Bye')
  }))

test('421 and 521 end the session', () =>
  withServer({}, async (server) => {
    step(server, 'rcpt', ({ recipient }) =>
      recipient?.local === 'b' ? reject(521, '5.7.1', 'go') : defer(450, '4.7.1', 'go', { close: true }),
    )
    await dialog(server, [MAIL, ['RCPT TO:<b@example.test>', '521 5.7.1 go'], ['NOOP', '<closed>']])
    await dialog(server, [MAIL, ['RCPT TO:<c@example.test>', '450 4.7.1 go'], ['NOOP', '<closed>']])
  }))

test('a deferral that was held back comes at RCPT', () =>
  withServer(NO_DELAY, async (server) => {
    step(server, 'connect', (request) => request.deferIfPermit(defer(450, '4.7.1', 'later')))
    await dialog(server, [MAIL, ['RCPT TO:<b@example.test>', '450 4.7.1 later'], RSET])
  }))

test('a deferral goes with the command whose list held it back', () =>
  withServer(NO_DELAY, async (server) => {
    step(server, 'helo', (request) => {
      if (request.helo === 'later') request.deferIfPermit(defer(450, '4.7.1', 'later'))
    })
    const greet = (name: string) => [`HELO ${name}`, '250 mx.test'] as const
    await dialog(server, [greet('later'), MAIL, ['RCPT TO:<b@example.test>', '450 4.7.1 later'], greet('now'), MAIL, RCPT])
  }))

test('defer_if_permit and defer_if_reject', () =>
  withServer({}, async (server) => {
    step(server, 'mail', (request) => {
      if (request.recipient?.local !== 'c') request.deferIfPermit(defer(450, '4.7.1', 'later'))
    })
    step(server, 'rcpt', (request) => {
      if (request.recipient?.local === 'b') return permit()
      request.deferIfReject(defer(451, '4.3.0', 'perhaps'))
      return undefined
    })
    step(server, 'rcpt', () => reject(550, '5.7.1', 'no'))
    await dialog(server, [
      MAIL,
      ['RCPT TO:<b@example.test>', '450 4.7.1 later'],
      ['RCPT TO:<c@example.test>', '451 4.3.0 perhaps'],
      ['RCPT TO:<d@example.test>', '450 4.7.1 later'],
    ])
  }))

test('what two lists want held back both ways is deferred, whatever follows', () =>
  withServer({}, async (server) => {
    step(server, 'rcpt', (request) => {
      request.deferIfReject(defer(450, '4.7.1', 'if rejected'))
      if (request.recipient?.local !== 'c') request.deferIfPermit(defer(450, '4.7.1', 'if permitted'))
      return request.recipient?.local === 'b' ? reject(554, '5.7.1', 'no') : defer(452, '4.3.2', 'busy')
    })
    await dialog(server, [
      MAIL,
      ['RCPT TO:<b@example.test>', '450 4.7.1 if permitted'],
      ['RCPT TO:<d@example.test>', '450 4.7.1 if permitted'],
      ['RCPT TO:<c@example.test>', '452 4.3.2 busy'],
    ])
  }))

test('who is to come back is not told that there is no such recipient', () =>
  withServer({}, async (server) => {
    server.hooks['listed.recipient'].tap({ name: 'listed' }, () => reject(550, '5.1.1', 'no such'))
    step(server, 'rcpt', (request) => {
      const later = defer(450, '4.7.1', 'later')
      if (request.recipient?.local === 'b') request.deferIfPermit(later)
      if (request.recipient?.local === 'c') request.deferIfReject(later)
    })
    await dialog(server, [
      MAIL,
      ['RCPT TO:<b@example.test>', '450 4.7.1 later'],
      ['RCPT TO:<c@example.test>', '450 4.7.1 later'],
      ['RCPT TO:<d@example.test>', '550 5.1.1 no such'],
    ])
  }))

test('the lists after one that discards are not asked', () =>
  withServer({}, async (server) => {
    step(server, 'helo', () => discard('away'))
    step(server, 'mail', () => reject(554, '5.7.1', 'no'))
    await dialog(server, [['HELO x', '250 mx.test'], MAIL, RCPT, DATA])
  }))

test('a discarded message looks like one that was taken', () =>
  withServer(NO_DELAY, async (server) => {
    step(server, 'mail', () => discard())
    await dialog(server, [MAIL, RCPT, DATA, ['x\r\n.\r\n', QUEUED], MAIL])
    assert.deepEqual([server.intake.taken.length, server.intake.aborted], [0, ['Q1']])
  }))

test('edits of all lists stand on the transaction', () =>
  withServer(NO_DELAY, async (server) => {
    for (const stage of ['mail', 'rcpt', 'data'] as const)
      step(server, stage, (request) => request.edit({ kind: 'prepend', header: `X-${stage}: 1` }))
    await dialog(server, [MAIL, RCPT, DATA, ['x\r\n.\r\n', QUEUED]])
    assert.deepEqual(
      server.intake.taken[0]?.transaction.edits.map((edit) => edit.kind === 'prepend' && edit.header),
      ['X-mail: 1', 'X-rcpt: 1', 'X-data: 1'],
    )
  }))

test('a refusal at the end of data leaves the transaction open', () =>
  withServer({}, async (server) => {
    step(server, 'end_of_data', ({ session }) => (session.transaction?.size === 3 ? reject(554, '5.7.1', 'at end') : undefined))
    await dialog(server, [
      MAIL,
      RCPT,
      DATA,
      ['x\r\n.\r\n', '554 5.7.1 at end'],
      ['MAIL FROM:<a@x.test>', '503 5.5.1 Error: nested MAIL command'],
      DATA,
      ['longer\r\n.\r\n', QUEUED],
    ])
  }))

test('a helo list that refuses leaves the name as it was', () =>
  withServer(NO_DELAY, async (server) => {
    step(server, 'helo', ({ helo }) => (helo === 'bad' ? reject(554, '5.7.1', '<bad>: Helo command rejected: bad') : undefined))
    await dialog(server, [['HELO good', '250 mx.test'], ['EHLO bad', '554 5.7.1 <bad>: Helo command rejected: bad'], MAIL])
    const refused = server.events.find(({ type }) => type === 'refused')
    assert.deepEqual(refused?.type === 'refused' && [refused.command, refused.dialog.helo], ['EHLO', 'bad'])
  }))

test('soft_bounce', () =>
  withServer({ parameters: { soft_bounce: 'yes' } }, async (server) => {
    step(server, 'rcpt', () => reject(550, '5.1.1', 'no'))
    await dialog(server, [
      ['BOGUS', '400 4.5.2 Error: command not recognized'],
      MAIL,
      ['RCPT TO:<b@example.test>', '450 4.1.1 no'],
    ])
    const refused = server.events.find(({ type }) => type === 'refused')
    assert.equal(refused?.type === 'refused' && refused.code, 450)
  }))

test('filters see what access let pass, and the command hook sees all', () =>
  withServer({}, async (server) => {
    const seen: string[] = []
    server.hooks.command.tap('log', ({ verb, argument }) => void seen.push(`${verb} ${argument}`.trim()))
    server.hooks['filter.rcpt'].tap('milter', ({ recipient }) =>
      recipient === 'b@example.test' ? reject(550, '5.7.1', 'filtered') : undefined,
    )
    server.hooks['filter.unknown'].tap('milter', () => reject(500, '5.7.1', 'what?'))
    await dialog(server, [MAIL, ['RCPT TO:<b@example.test>', '550 5.7.1 filtered'], ['WHAT ever', '500 5.7.1 what?']])
    assert.deepEqual(seen, ['MAIL FROM:<a@x.test>', 'RCPT TO:<b@example.test>'])
  }))

test('hooks that change lines, keywords and replies', () =>
  withServer({}, async (server) => {
    server.hooks.line.tap('filter', (line) => line.replace(/^FOO$/, 'NOOP'))
    server.hooks.ehlo.tap('few', () => ['PIPELINING'])
    server.hooks.reply.tap('footer', (reply) =>
      reply.code === 501 ? { ...reply, text: `${String(reply.text)} (see x)` } : reply,
    )
    await dialog(server, [
      ['FOO', '250 2.0.0 Ok'],
      ['EHLO a', '250-mx.test|250 PIPELINING'],
      ['RSET x', '501 5.5.4 Syntax: RSET (see x)'],
    ])
  }))

test('a step that fails is a temporary error, and the session goes on', () =>
  withServer({}, async (server) => {
    step(server, 'rcpt', ({ recipient }) => {
      if (recipient?.local === 'b') throw new Error('table is gone')
      return Promise.reject(new Error('no answer'))
    })
    server.hooks.ehlo.tap('broken', () => {
      throw new Error('oops')
    })
    await dialog(server, [
      ['EHLO a', '451 4.3.0 Temporary lookup failure'],
      MAIL,
      ['RCPT TO:<b@example.test>', '451 4.3.0 Temporary lookup failure'],
      ['RCPT TO:<c@example.test>', '451 4.3.0 Temporary lookup failure'],
      RSET,
    ])
  }))
