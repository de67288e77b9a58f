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

test('a table that fails is a temporary error, and the session goes on', async () => {
  const server = await testServer({ parameters: { smtpd_noop_commands: 'fail:x' } })
  const client = await greeted(server)
  assert.match(await client.say('NOOP'), /^451 4\.3\.0 /)
  client.close()
  await server.close()
})
