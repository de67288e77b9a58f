import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeted, TestClient, testServer } from '../../test/kit/smtp-server.ts'

const PROXIED = { smtpd_upstream_proxy_protocol: 'haproxy' }
const warnings = ({ events }: { events: readonly { type: string; message?: string }[] }) =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))

test('smtpd_upstream_proxy_protocol: the client is whom the proxy names', async () => {
  const server = await testServer({ parameters: PROXIED })
  const client = new TestClient(server.port)
  assert.equal(await client.say('PROXY TCP4 192.0.2.9 192.0.2.1 1111 2525'), '220 mx.test ESMTP Postfix')
  assert.equal(await client.say('HELO c.example'), '250 mx.test')
  const connect = server.events.find((event) => event.type === 'connect')
  assert.ok(connect?.type === 'connect')
  assert.deepEqual([connect.client.address, connect.client.port], ['192.0.2.9', 1111])
  client.close()
  await server.close()
})

test('the proxy may speak for itself, and SMTP may follow its header at once', async () => {
  const server = await testServer({ parameters: PROXIED })
  const local = new TestClient(server.port)
  local.send('\r\n\r\n\0\r\nQUIT\n\x20\0\0\0')
  assert.equal(await local.reply(), '220 mx.test ESMTP Postfix')
  local.close()
  const early = new TestClient(server.port)
  early.send('PROXY TCP4 192.0.2.9 192.0.2.1 1111 25\r\nEHLO c.example\r\n')
  assert.equal(await early.reply(), '554 5.5.0 Error: SMTP protocol synchronization')
  early.close()
  await server.close()
})

test('a bad header, an end and silence end the session', async () => {
  const server = await testServer({ parameters: { ...PROXIED, smtpd_upstream_proxy_timeout: '1s' } })
  const bad = new TestClient(server.port)
  assert.equal(await bad.say('EHLO c.example'), '421 4.3.0 mx.test Server local error')
  assert.equal(await bad.reply(), '<closed>')
  const gone = new TestClient(server.port)
  gone.socket.end()
  assert.equal(await gone.reply(), '421 4.3.0 mx.test Server local error')
  const silent = new TestClient(server.port)
  assert.equal(await silent.reply(), '421 4.3.0 mx.test Server local error')
  assert.deepEqual(warnings(server), [
    'haproxy read: unrecognized protocol header: EHLO c.example\\r\\n',
    'haproxy read: EOF',
    'haproxy read: timeout error',
  ])
  assert.equal(server.held(), 0)
  await server.close()
})

test('smtpd_connection_limit: more connections are told to come back, and many are stress', async () => {
  const server = await testServer({ parameters: { smtpd_connection_limit: '4', smtpd_banner: '${stress?{busy}:{calm}}' } })
  const replies: string[] = []
  const clients = Array.from({ length: 5 }, () => new TestClient(server.port))
  for (const client of clients) replies.push(await client.reply())
  assert.deepEqual(replies.toSorted(), ['220 busy', '220 busy', '220 calm', '220 calm', '421 4.3.2 All server ports are busy'])
  assert.deepEqual(warnings(server), ['listener smtp is overloaded (stress=yes): 3 connections'])
  for (const client of clients) await client.say('QUIT')
  const later = await greeted(server)
  assert.equal(warnings(server).at(-1), 'listener smtp is no longer overloaded: 1 connections')
  later.close()
  await server.close()
})
