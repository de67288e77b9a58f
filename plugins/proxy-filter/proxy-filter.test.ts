import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Gateway, startGateway } from '../../test/kit/gateway.ts'
import { readLines } from '../../test/kit/lines.ts'
import { type FakeMx, fakeMx, type MxOptions, until } from '../../test/kit/mx.ts'
import { replyOf } from './reply.ts'
import { xforwardCommands } from './xforward.ts'

const PATIENCE = 10_000

interface World {
  readonly gateway: Gateway
  readonly filter: FakeMx
  readonly directory: string
}

async function aWorld(t: TestContext, options: MxOptions = {}, parameters: Record<string, string> = {}): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-proxy-'))
  const filter = await fakeMx(options)
  let gateway: Gateway | undefined
  t.after(async () => {
    await gateway?.stop()
    await filter.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const all = {
    myhostname: 'gw.test',
    mydestination: '',
    relay_domains: 'gw.test',
    smtpd_peername_lookup: 'no',
    smtpd_proxy_filter: `127.0.0.1:${filter.port}`,
    smtpd_proxy_timeout: '5s',
    ...parameters,
  }
  const lines = Object.entries(all).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
  const yaml = `version: 1\nqueue_directory: queue\nlisteners: [{ name: smtp, listen: 127.0.0.1:0 }]\nparameters:\n${lines.join('\n')}\n`
  gateway = await startGateway({ directory, yaml })
  return { gateway, filter, directory }
}

/** A client that says one thing after the other. */
async function aClient(gateway: Gateway) {
  const socket: Socket = await gateway.connect()
  const lines = readLines(socket)
  const reply = async (): Promise<string> => {
    const all: string[] = []
    for (;;) {
      const line = (await lines.next(PATIENCE)) ?? 'closed'
      all.push(line)
      if (line[3] !== '-') return all.join('|')
    }
  }
  await reply()
  const say = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`)
    return reply()
  }
  await say('EHLO c.test')
  return { socket, say, reply }
}

const MAIL = 'MAIL FROM:<a@c.test>'
const RCPT = 'RCPT TO:<b@gw.test>'
const ERROR = '451 4.3.0 Error: queue file write error'

async function begin(gateway: Gateway) {
  const client = await aClient(gateway)
  assert.equal(await client.say(MAIL), '250 2.1.0 Ok')
  assert.equal(await client.say(RCPT), '250 2.1.5 Ok')
  return client
}

test('the filter hears what the client says, and its answer is the answer', async (t) => {
  const { gateway, filter } = await aWorld(t, { rules: [{ on: /<content>/, reply: ['250-2.0.0 one', '250 2.0.0 two'] }] })
  const { socket, say } = await begin(gateway)
  assert.match(await say('DATA'), /^354 /)
  assert.equal(await say('Subject: x\r\n\r\n..dot\r\nx\r\n.'), '250-2.0.0 one|250 2.0.0 two')
  const [message] = filter.messages
  assert.ok(message)
  assert.deepEqual([message.mail, ...message.rcpts], [MAIL, RCPT])
  const text = message.content.toString()
  assert.match(
    text,
    /^Received: from c\.test \(unknown \[127\.0\.0\.1\]\)\r\n\tby gw\.test \(Postfix\) with ESMTP\r\n\tfor <b@gw\.test>; /,
  )
  assert.ok(text.endsWith('\r\nSubject: x\r\n\r\n..dot\r\nx\r\n'), text)
  assert.deepEqual(await gateway.queue(), [])
  assert.ok(
    gateway
      .log()
      .some((line) => /: proxy-accept: END-OF-MESSAGE: 250-2\.0\.0 one.*; from=<a@c\.test> to=<b@gw\.test> /.test(line)),
  )
  socket.destroy()
})

test('large content flows through with back-pressure, in one piece or kept for later', async (t) => {
  for (const smtpd_proxy_options of ['', 'speed_adjust']) {
    const { gateway, filter, directory } = await aWorld(t, {}, { smtpd_proxy_options })
    const { socket, say, reply } = await begin(gateway)
    assert.match(await say('DATA'), /^354 /)
    const line = `${'x'.repeat(998)}\r\n`
    const content = `Subject: x\r\n\r\n${line.repeat(3000)}`
    socket.write(`${content}.\r\n`)
    assert.equal(await reply(), '250 2.0.0 Ok: taken', gateway.log().join('\n'))
    assert.ok(filter.messages[0]?.content.toString('latin1').endsWith(content))
    assert.deepEqual(
      readdirSync(join(directory, 'queue')).filter((name) => name.startsWith('.proxy')),
      [],
    )
    socket.destroy()
  }
})

test('a filter that breaks off in the content, or stalls in it: 451', async (t) => {
  const stalling = await aWorld(t, { stallsInContent: true }, { smtpd_proxy_timeout: '1s' })
  const breaking = await aWorld(t, { rules: [{ on: /<content>/, reply: null, end: 'reset' }] })
  for (const { gateway } of [stalling, breaking]) {
    const { socket, say } = await begin(gateway)
    assert.match(await say('DATA'), /^354 /)
    assert.equal(await say(`Subject: x\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(9000)}.`), ERROR)
    assert.equal(await say('NOOP'), '250 2.0.0 Ok')
    socket.destroy()
  }
  assert.ok(stalling.gateway.log().some((line) => /warning: timeout talking to proxy 127/.test(line)))
  assert.ok(breaking.gateway.log().some((line) => /warning: lost connection with proxy 127/.test(line)))
})

test('a client that goes away takes the message with it', async (t) => {
  const { gateway, filter } = await aWorld(t)
  const { socket, say } = await begin(gateway)
  assert.match(await say('DATA'), /^354 /)
  socket.end('Subject: x\r\n\r\nhalf')
  await until(() => filter.dialogs[0]?.some((line) => line.includes('<eof>')) === true)
  assert.deepEqual(filter.messages, [])
  assert.equal(filter.dialogs[0]?.includes('C: QUIT'), false)
})

test('after a refusal at the end of data nothing passes without the filter', async (t) => {
  const rules = { smtpd_end_of_data_restrictions: 'reject' }
  const { gateway, filter } = await aWorld(t, {}, rules)
  const { socket, say } = await begin(gateway)
  assert.match(await say('DATA'), /^354 /)
  assert.match(await say('Subject: x\r\n\r\nx\r\n.'), /^554 5\.7\.1 /)
  assert.equal(await say('DATA'), ERROR)
  assert.equal(await say(RCPT), ERROR)
  assert.equal(await say('BDAT 0 LAST'), ERROR)
  assert.deepEqual([filter.messages, await gateway.queue()], [[], []])
  socket.destroy()
})

test('speed_adjust: nobody calls before the message is whole', async (t) => {
  const parameters = { smtpd_proxy_options: 'speed_adjust' }
  const { gateway, filter } = await aWorld(t, { rules: [{ on: /^RCPT/, reply: '550 5.1.1 no', times: 1 }] }, parameters)
  const { socket, say } = await begin(gateway)
  assert.match(await say('DATA'), /^354 /)
  assert.equal(filter.dialogs.length, 0)
  assert.equal(await say('Subject: x\r\n\r\nx\r\n.'), '550 5.1.1 no')
  await say(MAIL)
  await say(RCPT)
  assert.match(await say('DATA'), /^354 /)
  assert.equal(await say('Subject: x\r\n\r\nx\r\n.'), '250 2.0.0 Ok: taken')
  socket.destroy()
})

test('an endpoint that is none stops the start', async (t) => {
  for (const smtpd_proxy_filter of ['a b', 'host:', '127.0.0.1:70000', 'unix:'])
    await assert.rejects(aWorld(t, {}, { smtpd_proxy_filter }), /expected host:port, \[address\]:port or unix:path/)
})

test('replies pass as they are; a status that all lines have is found', () => {
  assert.deepEqual(replyOf({ code: 550, lines: ['550 no'] }), { code: 550, text: ['no'] })
  assert.deepEqual(replyOf({ code: 550, lines: ['550-5.1.1 a', '550 5.1.1 b'] }), {
    code: 550,
    status: '5.1.1',
    text: ['a', 'b'],
  })
  assert.deepEqual(replyOf({ code: 550, lines: ['550-5.1.1 a', '550 5.1.2 b'] }), { code: 550, text: ['5.1.1 a', '5.1.2 b'] })
})

test('XFORWARD: what is wanted, in lines that are not too long', () => {
  const client = { address: '2001:db8::1', port: 25, family: 6, name: 'unknown' }
  const session = { client, helo: `h${'é'.repeat(72)}`, protocol: 'ESMTP' } as never
  assert.deepEqual(xforwardCommands(session, ['250-x', '250 PIPELINING']), [])
  assert.deepEqual(xforwardCommands(session, ['250-x', '250-xforward NAME ADDR', '250 DSN']), [
    'XFORWARD NAME=[UNAVAILABLE] ADDR=IPv6:2001:db8::1',
  ])
  const all = xforwardCommands(session, ['250-x', '250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE'])
  assert.equal(all.length, 2)
  assert.ok(all.every((line) => line.length <= 510))
  assert.match(all[1] ?? '', /IDENT=\[UNAVAILABLE\] PROTO=ESMTP SOURCE=REMOTE$/)
})
