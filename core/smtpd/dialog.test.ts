/** Dialogs over real sockets, without plugins. The replies are those of Postfix 3.7.11. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DATA, dialog, EHLO, MAIL, NOOP, QUEUED, RCPT, RSET, withServer } from '../../test/kit/smtp-dialog.ts'

test('a message goes to the intake with its envelope', () =>
  withServer({}, async (server) => {
    await dialog(server, [
      ['EHLO client.test', EHLO],
      ['MAIL FROM:<a@x.test> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+2Bb', '250 2.1.0 Ok'],
      ['RCPT TO:<b@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;o+2Br@x.test', '250 2.1.5 Ok'],
      ['RCPT TO:<c@example.test>', '250 2.1.5 Ok'],
      ['RCPT TO:<d@elsewhere.test>', '454 4.7.1 <d@elsewhere.test>: Relay access denied'],
      DATA,
      ['Subject: hi\r\n\r\n..dot\r\n.\r\n', QUEUED],
      ['QUIT', '221 2.0.0 Bye'],
    ])
    const [taken] = server.intake.taken
    assert.equal(taken?.content, 'Subject: hi\r\n\r\n.dot\r\n')
    assert.deepEqual(taken?.facts, { size: 21, dots: true, eightBit: false, longestLine: 11, bareCr: false })
    const { transaction } = taken ?? assert.fail('no message')
    assert.deepEqual([transaction.ret, transaction.envid, transaction.body, transaction.size], ['HDRS', 'a+b', '8BITMIME', 21])
    assert.deepEqual(transaction.recipients[0], {
      address: { text: 'b@example.test', local: 'b', domain: 'example.test' },
      notify: 10,
      originalRecipient: 'rfc822;o+r@x.test',
    })
    assert.deepEqual(
      server.events.map(({ type }) => type),
      ['connect', 'transaction', 'refused', 'disconnect'],
    )
    const last = server.events.at(-1)
    assert.equal(last?.type === 'disconnect' && last.commands, 'ehlo=1 mail=1 rcpt=2/3 data=1 quit=1 commands=6/7')
  }))

test('a domain that is not ASCII needs SMTPUTF8, a local part does not', () =>
  withServer({}, (server) =>
    dialog(server, [
      ['EHLO client.test', EHLO],
      ['MAIL FROM:<a@b\xc3\xbccher.test>', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<a@b\xc3\xbccher.test> FOO', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<j\xc3\xb6rg@x.test>', '250 2.1.0 Ok'],
      ['RCPT TO:<b@b\xc3\xbccher.test>', '501 5.1.3 Bad recipient address syntax'],
      ['RCPT TO:<j\xc3\xb6rg@example.test>', '250 2.1.5 Ok'],
      RSET,
      ['MAIL FROM:<a@b\xc3\xbccher.test> smtputf8', '250 2.1.0 Ok'],
      ['RCPT TO:<b@b\xc3\xbccher.test>', '454 4.7.1 <b@bücher.test>: Relay access denied'],
    ]),
  ))

test('the original recipient is the address as it was typed', () =>
  withServer({}, async (server) => {
    await dialog(server, [
      ['EHLO client.test', EHLO],
      MAIL,
      ['RCPT TO:<"plain"@example.test>', '250 2.1.5 Ok'],
      ['RCPT TO:<"a b"@example.test>', '250 2.1.5 Ok'],
      ['RCPT TO:<@route.test:k@example.test>', '250 2.1.5 Ok'],
      ['RCPT TO:<i..j@example.test>', '250 2.1.5 Ok'],
      DATA,
      ['x\r\n.\r\n', QUEUED],
    ])
    assert.deepEqual(
      server.intake.taken[0]?.transaction.recipients.map(({ originalRecipient }) => originalRecipient),
      ['rfc822;"plain"@example.test', undefined, 'rfc822;@route.test:k@example.test', 'rfc822;i..j@example.test'],
    )
  }))

test('syntax of commands', () =>
  withServer({ parameters: { smtpd_hard_error_limit: '1000' } }, (server) =>
    dialog(server, [
      ['HELO', '501 Syntax: HELO hostname'],
      ['EHLO ', '501 Syntax: EHLO hostname'],
      ['HELO a b', '250 mx.test'],
      ['', '500 5.5.2 Error: bad syntax'],
      ['XYZZY', '500 5.5.2 Error: command not recognized'],
      ['LHLO a', '500 5.5.2 Error: command not recognized'],
      ['RSET x', '501 5.5.4 Syntax: RSET'],
      ['VRFY', '501 5.5.4 Syntax: VRFY address [SMTPUTF8]'],
      ['VRFY b@example.test SMTPUTF8', '252 2.0.0 b@example.test'],
      ['VRFY <b@b\xc3\xbccher.test>', '501 5.1.3 Bad recipient address syntax'],
      ['VRFY <', '252 2.0.0 <'],
      ['VRFY a b', '501 5.1.3 Bad recipient address syntax'],
      ['VRFY x@elsewhere.test', '454 4.7.1 <x@elsewhere.test>: Relay access denied'],
      ['ETRN', '500 Syntax: ETRN domain'],
      ['ETRN bad..name', '501 Error: invalid parameter syntax'],
      ['ETRN @x.test', '459 <x.test>: service unavailable'],
      ['STARTTLS', '502 5.5.1 Error: command not implemented'],
      ['STARTTLS x', '501 5.5.4 Syntax: STARTTLS'],
      ['AUTH PLAIN', '503 5.5.1 Error: authentication not enabled'],
      ['XCLIENT A=b', '550 5.7.0 Error: insufficient authorization'],
      ['MAIL', '501 5.5.4 Syntax: MAIL FROM:<address>'],
      ['MAIL FROM:', '501 5.5.4 Syntax: MAIL FROM:<address>'],
      ['MAIL FROM:<a', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<a b@c>', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<a@b> SIZE=x', '501 5.5.4 Bad message size syntax'],
      ['MAIL FROM:<a@b> SIZE=99999999999999999999', '552 5.3.4 Message size exceeds file system imposed limit'],
      ['MAIL FROM:<a@b> SIZE=10240001', '552 5.3.4 Message size exceeds fixed limit'],
      ['MAIL FROM:<a@b> BODY=BINARYMIME', '555 5.5.4 Unsupported option: BODY=BINARYMIME'],
      ['MAIL FROM:<a@b> RET=HDRS RET=FULL', '501 5.5.4 Bad RET parameter syntax'],
      ['MAIL FROM:<a@b> ENVID=+ZZ', '501 5.5.4 Bad ENVID parameter syntax'],
      ['MAIL FROM:<a@b> SMTPUTF8=1', '555 5.5.4 Unsupported option: SMTPUTF8=1'],
      ['MAIL FROM:<j\xf6rg@x.test>', '500 5.5.2 Error: bad UTF-8 syntax'],
      ['RCPT TO:<b@example.test>', '503 5.5.1 Error: need MAIL command'],
      ['DATA', '503 5.5.1 Error: need RCPT command'],
      ['MAIL FROM:<>', '552 5.3.4 Message size exceeds fixed limit'],
      RSET,
      ['mail from:<>', '250 2.1.0 Ok'],
      ['MAIL FROM:<>', '503 5.5.1 Error: nested MAIL command'],
      ['ETRN x.test', '503 Error: MAIL transaction in progress'],
      ['DATA', '554 5.5.1 Error: no valid recipients'],
      ['RCPT', '501 5.5.4 Syntax: RCPT TO:<address>'],
      ['RCPT TO:<>', '501 5.1.3 Bad recipient address syntax'],
      ['RCPT TO:<b@example.test> FOO', '555 5.5.4 Unsupported option: FOO'],
      ['RCPT TO:<b@example.test> NOTIFY=NEVER,SUCCESS', '501 5.5.4 Error: Bad NOTIFY parameter syntax'],
      ['RCPT TO:<b@example.test> ORCPT=x', '501 5.5.4 Error: Bad ORCPT parameter syntax'],
      ['RCPT TO:<postmaster>', '250 2.1.5 Ok'],
      ['DATA x', '501 5.5.4 Syntax: DATA'],
      ['Subject: hello', '221 2.7.0 Error: I can break rules, too. Goodbye.'],
      ['NOOP', '<closed>'],
    ]),
  ))

test('browsers and forbidden commands are sent away', () =>
  withServer(
    { parameters: { smtpd_forbidden_commands: 'FETCH regexp:{{/^[<>]/ x}}', smtpd_noop_commands: 'XPING' } },
    async (server) => {
      const bye = '221 2.7.0 Error: I can break rules, too. Goodbye.'
      await dialog(server, [
        ['xping a', '250 2.0.0 Ok'],
        ['GET / HTTP/1.0', '500 5.5.2 Error: command not recognized'],
        ['fetch x', bye],
      ])
      await dialog(server, [['<html>', bye]])
    },
  ))

test('smtpd_helo_required, disable_vrfy_command, discarded keywords', () => {
  const parameters = { smtpd_helo_required: 'yes', disable_vrfy_command: 'yes', smtpd_discard_ehlo_keywords: 'dsn, Chunking' }
  return withServer({ parameters }, (server) =>
    dialog(server, [
      ['MAIL FROM:<a@b>', '503 5.5.1 Error: send HELO/EHLO first'],
      ['ETRN a.b', '503 Error: send HELO/EHLO first'],
      ['VRFY a', '502 5.5.1 VRFY command is disabled'],
      ['EHLO a', '250-mx.test|250-PIPELINING|250-SIZE 10240000|250-ETRN|250-ENHANCEDSTATUSCODES|250-8BITMIME|250 SMTPUTF8'],
      ['MAIL FROM:<a@b> RET=HDRS', '501 5.7.1 DSN support is disabled'],
      ['BDAT 5', '521 5.5.1 Error: command not implemented'],
      ['NOOP', '<closed>'],
    ]),
  )
})

test('chunks', () =>
  withServer({ parameters: { smtpd_forbid_unauth_pipelining: 'no' } }, async (server) => {
    await dialog(server, [
      ['EHLO a', EHLO],
      MAIL,
      RCPT,
      ['BDAT 12\r\nSubject: p\r\n', '250 2.0.0 Ok: 12 bytes'],
      NOOP,
      ['DATA', '503 5.5.1 Error: DATA after BDAT'],
      ['RCPT TO:<b@example.test>', '503 5.5.1 Error: RCPT after BDAT'],
      ['BDAT 5 LAST\r\n\r\nx\r\n', '250 2.0.0 Ok: 17 bytes queued as Q1'],
      ['BDAT 2\r\n\r\n', '503 5.5.1 Error: need RCPT command'],
      ['BDAT 2 LAST\r\n\r\n', '551 5.0.0 Discarded 2 bytes after earlier error'],
      MAIL,
      RCPT,
      ['BDAT 0', '551 5.7.1 Null BDAT request'],
      RSET,
      ['BDAT x', '521 5.5.4 Syntax: BDAT count [LAST]'],
      ['NOOP', '<closed>'],
    ])
    assert.equal(server.intake.taken[0]?.content, 'Subject: p\r\n\r\nx\r\n')
  }))

test('limits of recipients and sizes', () =>
  withServer({ parameters: { smtpd_recipient_limit: '2', message_size_limit: '100' } }, (server) =>
    dialog(server, [
      ['EHLO a', EHLO.replace('10240000', '100')],
      MAIL,
      RCPT,
      RCPT,
      ['RCPT TO:<c@example.test>', '452 4.5.3 Error: too many recipients'],
      DATA,
      [`${'x'.repeat(200)}\r\n.\r\n`, '552 5.3.4 Error: message file too big'],
      MAIL,
      RCPT,
      ['BDAT 60\r\n'.concat('x'.repeat(58), '\r\n'), '250 2.0.0 Ok: 60 bytes'],
      ['BDAT 60\r\n'.concat('x'.repeat(58), '\r\n'), '552 5.3.4 Chunk exceeds message size limit'],
      RSET,
      MAIL,
    ]),
  ))

test('the envelope counts for message_size_limit', () =>
  withServer({ parameters: { message_size_limit: '1500' } }, (server) =>
    dialog(server, [
      MAIL,
      RCPT,
      DATA,
      [`${'x'.repeat(500)}\r\n.\r\n`, QUEUED],
      MAIL,
      RCPT,
      DATA,
      [`${'x'.repeat(900)}\r\n.\r\n`, '552 5.3.4 Error: message file too big'],
      MAIL,
    ]),
  ))

test('allow_min_user: a dash in front of an address', async () => {
  const BAD = '501 5.1.7 Bad sender address syntax'
  await withServer({}, (server) => dialog(server, [['MAIL FROM:<-a@x.test>', BAD]]))
  await withServer({ parameters: { allow_min_user: 'yes' } }, (server) =>
    dialog(server, [['MAIL FROM:<-a@x.test>', '250 2.1.0 Ok']]),
  )
})

test('HELO after EHLO leaves the session one of ESMTP', () =>
  withServer({}, async (server) => {
    const seen: string[] = []
    server.hooks['access.rcpt'].tap('see', ({ session }) => {
      seen.push(session.protocol)
      return undefined
    })
    await dialog(server, [
      ['HELO a', '250 mx.test'],
      MAIL,
      RCPT,
      ['RSET', '250 2.0.0 Ok'],
      ['EHLO a', EHLO],
      ['HELO a', '250 mx.test'],
      MAIL,
      RCPT,
    ])
    assert.deepEqual(seen, ['SMTP', 'ESMTP'])
  }))

test('commands that are counted are counted however they are written', () =>
  withServer({}, async (server) => {
    const counted: string[] = []
    server.hooks.command.tap('count', ({ verb, argument }) => {
      if (verb !== 'MAIL' && verb !== 'RCPT') return undefined
      counted.push(`${verb} ${argument}`)
      return counted.length < 4 ? undefined : { kind: 'defer', code: 450, status: '4.7.1', text: 'enough' }
    })
    await dialog(server, [
      ['RCPT TO:<b@example.test>', '503 5.5.1 Error: need MAIL command'],
      ['MAIL FROM:<a', '501 5.1.7 Bad sender address syntax'],
      ['MAIL FROM:<a@b> FOO', '555 5.5.4 Unsupported option: FOO'],
      MAIL,
      ['MAIL FROM:<a@b>', '503 5.5.1 Error: nested MAIL command'],
      ['RCPT TO:<b', '450 4.7.1 enough'],
    ])
    assert.equal(counted.length, 4)
  }))
