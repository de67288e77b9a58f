import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, testServer } from '../../test/kit/smtp-server.ts'
import { fakeTable } from '../../test/kit/table.ts'
import { compileWords } from './word-list.ts'

test('words in any case, and tables that answer now or later', async () => {
  const none = await compileWords(['GET', 'subscribe'], () => Promise.reject(new Error('no table')))
  assert.deepEqual([none('get'), none('SUBSCRIBE'), none('x')], [true, true, false])
  const late = await compileWords(['fake:x', 'GET'], async () => fakeTable({ fetch: 'x' }, { later: true }))
  assert.equal(late('GET'), true)
  assert.equal(await late('FETCH'), true)
  assert.equal(await late('other'), false)
})

test('smtpd_noop_commands and smtpd_forbidden_commands take tables', async () => {
  const parameters = {
    smtpd_noop_commands: 'XPING, inline:{debug=x}',
    smtpd_forbidden_commands: 'FETCH, regexp:{{/^[<>]/ x}}',
  }
  const server = await testServer({ parameters })
  for (const [line, reply] of [
    ['xping a b', '250 2.0.0 Ok'],
    ['DEBUG on', '250 2.0.0 Ok'],
    ['XPINGX', '500 5.5.2 Error: command not recognized'],
    ['GET / HTTP/1.0', '500 5.5.2 Error: command not recognized'],
    ['FETCH x', '221 2.7.0 Error: I can break rules, too. Goodbye.'],
    ['<html>', '221 2.7.0 Error: I can break rules, too. Goodbye.'],
  ] as const) {
    const client = await greeted(server)
    assert.equal(await client.say(line), reply, line)
    client.close()
  }
  await server.close()
})

test('a list that can not be asked has no words', async () => {
  const server = await testServer({ parameters: { smtpd_noop_commands: 'fail:x', smtpd_forbidden_commands: 'fail:x, fetch' } })
  const client = await greeted(server)
  assert.equal(await client.say('NOOP'), '250 2.0.0 Ok')
  assert.equal(await client.say('BOGUS'), '500 5.5.2 Error: command not recognized')
  assert.match(await client.say('FETCH'), /^221 2\.7\.0 /)
  client.close()
  await server.close()
})

test('what EHLO offers has to be known', async () => {
  for (const name of [
    'smtpd_authorized_xclient_hosts',
    'smtpd_authorized_verp_clients',
    'smtpd_discard_ehlo_keyword_address_maps',
  ]) {
    const server = await testServer({ parameters: { [name]: 'fail:x' } })
    const client = await greeted(server)
    assert.equal(await client.say('HELO a'), '250 mx.test')
    assert.equal(await client.say('EHLO a'), '421 4.3.0 mx.test Server local data error')
    client.close()
    await server.close()
  }
})
