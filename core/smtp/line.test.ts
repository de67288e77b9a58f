import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FakeMx, fakeMx, type MxOptions, saidTo } from '../../test/kit/mx.ts'
import { smtpServer } from './line.ts'

const PORTS = new Map([['scan', 1]])

async function aServer(t: TestContext, options: MxOptions = {}): Promise<FakeMx> {
  const mx = await fakeMx(options)
  t.after(() => mx.close())
  return mx
}

const connected = (mx: FakeMx, timeout = 5000, garbage?: (line: string) => void) =>
  smtpServer(`127.0.0.1:${mx.port}`, PORTS, '/').connect({ timeout, ...(garbage === undefined ? {} : { garbage }) })

test('commands and replies by turns, content with its dots stuffed, QUIT at the end', async (t) => {
  const mx = await aServer(t)
  const line = await connected(mx)
  assert.equal((await line.greeting()).code, 220)
  const { code, lines } = await line.ask('EHLO me.test')
  assert.equal(code, 250)
  assert.ok(lines.length > 1 && lines[0]?.startsWith('250-'))
  await line.ask('MAIL FROM:<a@b.test>')
  await line.ask('RCPT TO:<c@d.test>')
  assert.equal((await line.ask('DATA')).code, 354)
  line.begin()
  await line.write(Buffer.from('.a\r\n'))
  await line.write(Buffer.from('.b\r\n'))
  assert.equal((await line.dot()).code, 250)
  line.close()
  assert.equal(mx.messages[0]?.content.toString(), '..a\r\n..b\r\n')
  while (!saidTo(mx).includes('QUIT')) await new Promise(setImmediate)
})

test('a server that hangs up, says nothing, or babbles', async (t) => {
  const closing = await connected(await aServer(t, { rules: [{ on: /^EHLO/, reply: null, end: 'close' }] }))
  await closing.greeting()
  await assert.rejects(closing.ask('EHLO x'), { ending: 'lost' })
  await assert.rejects(closing.ask('NOOP'), { ending: 'lost' })
  const silent = await connected(await aServer(t, { rules: [{ on: /^EHLO/, reply: null, end: 'silent' }] }), 50)
  await silent.greeting()
  await assert.rejects(silent.ask('EHLO x'), { ending: 'timeout' })
  const heard: string[] = []
  const raw = 'what?\r\n250 ok\r\n'
  const babbling = await connected(await aServer(t, { rules: [{ on: /^EHLO/, raw }] }), 5000, (text) => void heard.push(text))
  await babbling.greeting()
  assert.equal((await babbling.ask('EHLO x')).code, 250)
  assert.deepEqual(heard, ['what?'])
  babbling.close()
})

test('whoever waits for a reply when the connection is closed hears of it', async (t) => {
  const line = await connected(await aServer(t, { rules: [{ on: /^EHLO/, reply: null, end: 'silent' }] }))
  await line.greeting()
  const asked = line.ask('EHLO x')
  line.close()
  await assert.rejects(asked, { ending: 'lost' })
  await assert.rejects(line.ask('NOOP'), { ending: 'lost' })
})

test('a reply before the end of the content is not lost', async (t) => {
  const mx = await aServer(t, { rules: [{ on: /^DATA/, reply: ['354 go', '552 5.3.4 too big'] }] })
  const line = await connected(mx)
  await line.greeting()
  assert.equal((await line.ask('DATA')).code, 354)
  line.begin()
  await line.write(Buffer.from('x\r\n'))
  assert.equal((await line.dot()).code, 552)
  line.close()
})

test('nobody listens', async () => {
  const mx = await fakeMx()
  await mx.close()
  await assert.rejects(connected(mx), { message: 'Connection refused' })
})

test('endpoints: ports by name, this machine, sockets by paths', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-line-'))
  t.after(() => rmSync(directory, { recursive: true }))
  await aServer(t, { path: join(directory, 'filter') })
  const line = await smtpServer('unix:filter', PORTS, directory).connect({ timeout: 5000 })
  assert.equal((await line.greeting()).code, 220)
  line.close()
  for (const good of ['10025', 'inet:10025', 'localhost:scan', '[::1]:10025', 'inet:[::1]:10025']) smtpServer(good, PORTS, '/')
  for (const bad of ['', 'host', 'host:', 'host:none', ':x', '[::1]', 'unix:', '1:2:3']) {
    assert.throws(() => smtpServer(bad, PORTS, '/'), /expected host:port/, bad)
  }
})
