/** What one command leaves for the next, and commands that say nothing: as Postfix 3.7.11 answered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA, dialog, EHLO, MAIL, NOOP, QUEUED, RCPT, type Row, RSET, withServer } from '../../test/kit/smtp-dialog.ts'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'
import type { NoticeRequest } from '../hooks.ts'

const TOO_BIG = '552 5.3.4 Message size exceeds fixed limit'
const BAD_ORCPT = '501 5.5.4 Error: Bad ORCPT parameter syntax'
const TOO_MANY = '421 4.7.0 mx.test Error: too many errors'

test('a declared size holds until the transaction is reset', () =>
  withServer({}, (server) =>
    dialog(server, [
      ['MAIL FROM:<a@x.test> SIZE=999999999 FOO', '555 5.5.4 Unsupported option: FOO'],
      ['MAIL FROM:<a@x.test>', TOO_BIG],
      ['MAIL FROM:<a@x.test> BODY=7BIT', TOO_BIG],
      ['MAIL FROM:<a@x.test> SIZE=0', '250 2.1.0 Ok'],
      RSET,
      ['MAIL FROM:<a@x.test> SIZE=99999999999999999999', '552 5.3.4 Message size exceeds file system imposed limit'],
      MAIL,
      RSET,
      ['MAIL FROM:<a@x.test> SIZE=999999999', TOO_BIG],
      ['HELO c.example', '250 mx.test'],
      MAIL,
    ]),
  ))

test('smtpd_noop_commands count as junk', () =>
  withServer(
    { parameters: { smtpd_noop_commands: 'XP', smtpd_junk_command_limit: '1', smtpd_hard_error_limit: '1' } },
    (server) => dialog(server, [['XP', '250 2.0.0 Ok'], NOOP, ['XP\r\n', '250 2.0.0 Ok'], ['', TOO_MANY]]),
  ))

test('a chunk that is not the last forgives no errors', () =>
  withServer({ parameters: { smtpd_hard_error_limit: '2' } }, (server) =>
    dialog(server, [
      ['EHLO c.example', EHLO],
      ['FOO', '500 5.5.2 Error: command not recognized'],
      MAIL,
      RCPT,
      ['BDAT 6\r\nx: y\r\n', '250 2.0.0 Ok: 6 bytes'],
      ['FOO', '500 5.5.2 Error: command not recognized'],
      ['', TOO_MANY],
    ]),
  ))

test('a command filter is asked without the white space in front', async () => {
  const server = await testServer()
  const lines: string[] = []
  server.hooks.line.tap('test', (line) => {
    lines.push(line)
    return line === 'X1' ? 'NOOP' : line
  })
  const client = await greeted(server)
  assert.equal(await client.say(' \tX1'), '250 2.0.0 Ok')
  assert.equal(await client.say(' NOOP '), '250 2.0.0 Ok')
  assert.deepEqual(lines, ['X1', 'NOOP '])
  client.close()
  await server.close()
})

test('an address of ours that asks for another site has to name one that can be', () =>
  withServer({}, (server) =>
    dialog(server, [
      ['MAIL FROM:<a%x..y@example.test>', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<a%x..y@x.test>', '250 2.1.0 Ok'],
      ['RCPT TO:<b%-x@example.test>', '501 5.1.3 Bad recipient address syntax'],
      ['RCPT TO:<b%relay.test@example.test>', '250 2.1.5 Ok'],
      ['VRFY b%-x@example.test', '501 5.1.3 Bad recipient address syntax'],
    ]),
  ))

test('BDAT of nothing is refused as such, also after an error', () =>
  withServer({}, (server) =>
    dialog(server, [
      MAIL,
      ['BDAT 0', '551 5.7.1 Null BDAT request'],
      ['BDAT 0', '551 5.7.1 Null BDAT request'],
      ['BDAT 0 LAST', '551 5.0.0 Discarded 0 bytes after earlier error'],
    ]),
  ))

test('ORCPT: escaped characters of utf-8 addresses have to be whole', () => {
  const row = (orcpt: string, reply = '250 2.1.5 Ok'): Row => [`RCPT TO:<b@example.test> ORCPT=${orcpt}`, reply]
  return withServer({}, (server) =>
    dialog(server, [
      MAIL,
      ...['utf-8;\\x{41}', 'utf-8;\\x{0000041}', 'utf-8;\\x{}', 'utf-8;\\X{zz}', 'utf-8;a\\', 'utf8;\\x{zz}'].map((good) =>
        row(good),
      ),
      ...['utf-8;\\x{zz}', 'utf-8;\\x{41', 'UTF-8;\\x{4g}', 'utf-8;\\x{110000}'].map((bad) => row(bad, BAD_ORCPT)),
    ]),
  )
})

test('VRFY knows no SMTPUTF8 where it is not offered', () =>
  withServer({ parameters: { smtputf8_enable: 'no' } }, (server) =>
    dialog(server, [['VRFY b@example.test SMTPUTF8', '501 5.1.3 Bad recipient address syntax']]),
  ))

test('the answer to a message ends a long transcript; what is no UTF-8 is not shown', async () => {
  const notices: NoticeRequest[] = []
  const parameters = { notify_classes: 'protocol', smtpd_history_flush_threshold: '1' }
  const server = await testServer({ parameters, services: { notify: (notice) => void notices.push(notice) } })
  const client = await greeted(server)
  for (const [line, reply] of [MAIL, RCPT, DATA, ['x\r\n.', QUEUED] as Row]) {
    const answer = await client.say(line)
    if (typeof reply === 'string') assert.equal(answer, reply)
  }
  await client.say('NO\xff')
  await client.say('QUIT')
  await client.rest()
  await server.close()
  assert.deepEqual(notices[0]?.transcript, [
    'In:  NO?',
    'Out: 500 5.5.2 Error: bad UTF-8 syntax',
    'In:  QUIT',
    'Out: 221 2.0.0 Bye',
  ])
})
