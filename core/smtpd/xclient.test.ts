import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'

const TRUSTED = { smtpd_authorized_xclient_hosts: '127.0.0.0/8, 192.0.2.8', smtpd_authorized_xforward_hosts: '127.0.0.1' }

test('XCLIENT and XFORWARD are for those that the lists name', async () => {
  const server = await testServer()
  const client = await greeted(server)
  assert.doesNotMatch(await client.say('EHLO c.example'), /XCLIENT|XFORWARD/)
  assert.equal(await client.say('XCLIENT ADDR=192.0.2.9'), '550 5.7.0 Error: insufficient authorization')
  assert.equal(await client.say('XFORWARD ADDR=192.0.2.9'), '550 5.7.0 Error: insufficient authorization')
  client.close()
  await server.close()
})

test('smtpd_authorized_xclient_hosts: the session becomes that of another client', async () => {
  const server = await testServer({ parameters: TRUSTED })
  const client = await greeted(server)
  assert.match(
    await client.say('EHLO c.example'),
    /250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT\|250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT\|/,
  )
  server.hooks['access.rcpt'].tap('refuse', ({ client: c, session, helo }) => ({
    kind: 'reject',
    code: 554,
    status: '5.7.1',
    text: `${c.name} ${c.reverseName} [${c.address}]:${c.port} ${helo} ${session.protocol} ${session.sasl?.username} ${session.server.address}`,
  }))
  const all =
    'XCLIENT NAME=a+2Eexample REVERSE_NAME=b.example ADDR=IPV6:2001:db8::9 PORT=77 PROTO=ESMTP HELO=h@x LOGIN=me DESTADDR=192.0.2.1'
  assert.equal(await client.say(all), '220 mx.test ESMTP Postfix')
  await client.say('MAIL FROM:<a@b.example>')
  assert.equal(
    await client.say('RCPT TO:<r@example.test>'),
    '554 5.7.1 a.example b.example [2001:db8::9]:77 h?x ESMTP me 192.0.2.1',
  )
  assert.equal(await client.say('XCLIENT ADDR=127.0.0.1'), '503 5.5.1 Error: MAIL transaction in progress')
  await client.say('RSET')
  assert.equal(await client.say('XCLIENT ADDR=127.0.0.1'), '550 5.7.0 Error: insufficient authorization')
  assert.match(await client.say('EHLO c.example'), /XFORWARD/)
  client.close()
  await server.close()
})

test('a client that may use it again; values that are taken away', async () => {
  const server = await testServer({ parameters: TRUSTED })
  const client = await greeted(server)
  await client.say('EHLO c.example')
  assert.equal(await client.say('XCLIENT ADDR=192.0.2.8 LOGIN=me'), '220 mx.test ESMTP Postfix')
  assert.equal(
    await client.say('XCLIENT ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL] LOGIN=[UNAVAILABLE] PORT=[UNAVAILABLE]'),
    '220 mx.test ESMTP Postfix',
  )
  assert.equal(await client.say('XCLIENT ADDR=192.0.2.8'), '550 5.7.0 Error: insufficient authorization')
  client.close()
  await server.close()
})

/** What is wrong with attributes; measured at the oracle. */
const bad: [string, string][] = [
  ['XCLIENT', '501 5.5.4 Syntax: XCLIENT attribute=value...'],
  ['XCLIENT FOO=bar', '501 5.5.4 Bad XCLIENT attribute name: FOO'],
  ['XCLIENT ADDR', '501 5.5.4 Error: attribute=value expected'],
  ['XCLIENT ADDR=', '501 5.5.4 Error: attribute=value expected'],
  ['XCLIENT ADDR=999.1.1.1', '501 5.5.4 Bad ADDR syntax: 999.1.1.1'],
  ['XCLIENT ADDR=::1', '501 5.5.4 Bad ADDR syntax: ::1'],
  ['XCLIENT PORT=x', '501 5.5.4 Bad PORT syntax: x'],
  ['XCLIENT DESTADDR=x', '501 5.5.4 Bad DESTADDR syntax: x'],
  ['XCLIENT DESTPORT=x', '501 5.5.4 Bad DESTPORT syntax: x'],
  ['XCLIENT PROTO=FOO', '501 5.5.4 Bad PROTO syntax: FOO'],
  ['XCLIENT NAME=bad..name', '501 5.5.4 Bad NAME syntax: bad..name'],
  ['XCLIENT REVERSE_NAME=bad..name', '501 5.5.4 Bad REVERSE_NAME syntax: bad..name'],
  ['XCLIENT NAME=x+ZZ', '501 5.5.4 Bad NAME syntax: x+ZZ'],
  ['XFORWARD', '501 5.5.4 Syntax: XFORWARD attribute=value...'],
  ['XFORWARD FOO=x', '501 5.5.4 Bad XFORWARD attribute name: FOO'],
  ['XFORWARD ADDR=junk', '501 5.5.4 Bad ADDR syntax: junk'],
  ['XFORWARD NAME=[TEMPUNAVAIL]', '501 5.5.4 Bad NAME syntax: [TEMPUNAVAIL]'],
  ['XFORWARD SOURCE=x', '501 5.5.4 Bad SOURCE syntax: x'],
  ['XFORWARD NAME=a+0Db', '501 5.5.4 Bad NAME syntax: a?b'],
  [`XFORWARD PROTO=${'x'.repeat(256)}`, '501 5.5.4 Error: attribute value too long'],
]

test('bad attributes', async () => {
  const server = await testServer({ parameters: { ...TRUSTED, smtpd_hard_error_limit: '100' } })
  const client = await greeted(server)
  for (const [line, reply] of bad) assert.equal(await client.say(line), reply, line)
  client.close()
  await server.close()
})

test('smtpd_authorized_xforward_hosts: what is told holds for one message', async () => {
  const server = await testServer({ parameters: TRUSTED })
  const client = await greeted(server)
  const told: unknown[] = []
  server.hooks['access.rcpt'].tap('look', ({ session }) => void told.push(session.forwarded))
  await client.say('EHLO c.example')
  assert.equal(await client.say('XFORWARD NAME=f.example ADDR=192.0.2.50 PORT=[UNAVAILABLE]'), '250 2.0.0 Ok')
  assert.equal(await client.say('XFORWARD PROTO=SMTP HELO=sp+20ace IDENT=ID1 SOURCE=LOCAL'), '250 2.0.0 Ok')
  await client.say('MAIL FROM:<a@b.example>')
  assert.equal(await client.say('XFORWARD NAME=late'), '503 5.5.1 Error: MAIL transaction in progress')
  await client.say('RCPT TO:<r@example.test>')
  await client.say('RSET')
  await client.say('MAIL FROM:<a@b.example>')
  await client.say('RCPT TO:<r@example.test>')
  const all = {
    name: 'f.example',
    address: '192.0.2.50',
    port: 'unknown',
    protocol: 'SMTP',
    helo: 'sp?ace',
    ident: 'ID1',
    source: 'LOCAL',
  }
  assert.deepEqual(told, [all, undefined])
  client.close()
  await server.close()
})

test('smtpd_discard_ehlo_keyword_address_maps: a table says what this client is not offered', async () => {
  const server = await testServer({
    parameters: {
      ...TRUSTED,
      smtpd_discard_ehlo_keywords: 'chunking',
      smtpd_discard_ehlo_keyword_address_maps: 'inline:{ {192.0.2.8=dsn, silent-discard} }',
    },
  })
  const client = await greeted(server)
  assert.doesNotMatch(await client.say('EHLO c.example'), /CHUNKING/)
  await client.say('XCLIENT ADDR=192.0.2.8')
  const offered = await client.say('EHLO c.example')
  assert.match(offered, /CHUNKING/)
  assert.doesNotMatch(offered, /DSN/)
  assert.equal(await client.say('MAIL FROM:<a@b.example> RET=FULL'), '501 5.7.1 DSN support is disabled')
  client.close()
  await server.close()
})
