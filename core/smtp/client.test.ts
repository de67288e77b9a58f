/** What the client says, and what its hooks may change. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo, until } from '../../test/kit/mx.ts'
import { NOTIFY } from '../facts.ts'
import type { Hooks } from '../hooks.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-smtp-'))
const open: FakeMx[] = []
after(async () => {
  await Promise.all(open.map((mx) => mx.close()))
  rmSync(directory, { recursive: true })
})

async function server(options: MxOptions = {}): Promise<FakeMx & { readonly nexthop: string }> {
  const mx = await fakeMx(options)
  open.push(mx)
  return Object.assign(mx, { nexthop: `[127.0.0.1]:${mx.port}` })
}

test('one message, pipelined: three writes, and the 250 is the outcome', async () => {
  const mx = await server()
  const transport = aTransport()
  const [outcome] = await transport.deliver(aQueuedMessage({ text: 'Subject: x\n\n.dot\nend' }), mx.nexthop)
  assert.deepEqual(outcome, {
    kind: 'sent',
    status: '2.0.0',
    text: '250 2.0.0 Ok: taken',
    relay: `127.0.0.1[127.0.0.1]:${mx.port}`,
    remote: '127.0.0.1',
    dsnPassed: true,
    isRelayed: true,
  })
  await until(() => saidTo(mx).includes('<eof>'))
  assert.deepEqual(saidTo(mx), [
    'EHLO gw.example.test',
    'MAIL FROM:<s@sender.test> SIZE=23',
    'RCPT TO:<u@a.test> ORCPT=rfc822;u@a.test',
    'DATA',
    '<content>',
    'QUIT',
    '<eof>',
  ])
  assert.equal(mx.mostPipelined, 3)
  assert.equal(mx.messages[0]?.content.toString(), 'Subject: x\r\n\r\n..dot\r\nend\r\n')
})

test('without PIPELINING step by step, without EHLO with HELO', async () => {
  const single = await server({ keywords: ['SIZE 1000'] })
  const old = await server({ keywords: false })
  const transport = aTransport()
  for (const mx of [single, old]) {
    assert.equal(wordsOf((await transport.deliver(aQueuedMessage(), mx.nexthop))[0]), 'sent 2.0.0 250 2.0.0 Ok: taken')
    await until(() => saidTo(mx).includes('<eof>'))
    assert.equal(mx.mostPipelined, 1)
  }
  assert.deepEqual(saidTo(old).slice(0, 3), ['EHLO gw.example.test', 'HELO gw.example.test', 'MAIL FROM:<s@sender.test>'])
  assert.equal(saidTo(single).at(-2), 'QUIT')
})

test('parameters of the greeting', async () => {
  const greeting = { on: /^<greeting>/, reply: '220 old server' }
  const cases: readonly (readonly [Record<string, string>, MxOptions, string])[] = [
    [{ smtp_never_send_ehlo: 'yes' }, {}, 'HELO gw.example.test'],
    [{ smtp_always_send_ehlo: 'no' }, { rules: [greeting] }, 'HELO gw.example.test'],
    [{ smtp_always_send_ehlo: 'no' }, {}, 'EHLO gw.example.test'],
    [{ smtp_helo_name: '$myhostname.x' }, { rules: [greeting] }, 'EHLO gw.example.test.x'],
  ]
  for (const [parameters, options, expected] of cases) {
    const mx = await server(options)
    await aTransport({ parameters }).deliver(aQueuedMessage(), mx.nexthop)
    assert.equal(saidTo(mx)[0], expected)
  }
})

test('envelopes: SIZE, BODY, SMTPUTF8, DSN, quoting', async () => {
  const mx = await server()
  const quiet = await server({ keywords: ['PIPELINING', '8BITMIME'] })
  const original = { address: 'u@a.test', original: 'First Last@x.test', orcpt: 'rfc822;First Last@x.test' }
  const message = aQueuedMessage({
    sender: 'se nd@sender.test',
    to: [
      { ...original, notify: NOTIFY.SUCCESS | NOTIFY.DELAY },
      { address: 'q"q@a.test', original: 'a=b@a.test' },
    ],
    envid: 'a+b',
    ret: 'FULL',
    body: '8BITMIME',
    smtputf8: true,
  })
  const transport = aTransport()
  await transport.deliver(message, mx.nexthop)
  await transport.deliver(message, quiet.nexthop)
  assert.deepEqual(saidTo(mx).slice(1, 4), [
    'MAIL FROM:<"se nd"@sender.test> SIZE=21 BODY=8BITMIME ENVID=a+2Bb RET=FULL SMTPUTF8',
    'RCPT TO:<"q\\"q"@a.test> ORCPT=rfc822;a+3Db@a.test',
    'RCPT TO:<u@a.test> ORCPT=rfc822;First+20Last@x.test NOTIFY=SUCCESS,DELAY',
  ])
  assert.deepEqual(saidTo(quiet).slice(1, 4), [
    'MAIL FROM:<"se nd"@sender.test> BODY=8BITMIME',
    'RCPT TO:<"q\\"q"@a.test>',
    'RCPT TO:<u@a.test>',
  ])
  const unquoted = aTransport({ parameters: { smtp_quote_rfc821_envelope: 'no' } })
  await unquoted.deliver(aQueuedMessage({ sender: '', to: ['a b@a.test'] }), mx.nexthop)
  assert.deepEqual(saidTo(mx, 1).slice(1, 3), ['MAIL FROM:<> SIZE=21', 'RCPT TO:<a b@a.test> ORCPT=rfc822;"a+20b"@a.test'])
})

test('nothing from an address reaches a command', async () => {
  const mx = await server()
  const [outcome] = await aTransport().deliver(aQueuedMessage({ to: ['a\r\nRCPT TO:<x@y>\r\n@a.test'] }), mx.nexthop)
  assert.equal(wordsOf(outcome), 'bounced 5.1.3 bad address syntax')
})

test('a message that is too large, or needs SMTPUTF8, bounces before MAIL', async () => {
  const small = await server({ keywords: ['SIZE 20'] })
  const ascii = await server({ keywords: ['8BITMIME'] })
  const host = '127.0.0.1[127.0.0.1]'
  const transport = aTransport()
  const large = await transport.deliver(aQueuedMessage(), small.nexthop)
  assert.equal(wordsOf(large[0]), `bounced 5.3.4 message size 21 exceeds size limit 20 of server ${host}`)
  await until(() => saidTo(small).includes('<eof>'))
  assert.deepEqual(saidTo(small), ['EHLO gw.example.test', '<eof>'])
  const needs = `bounced 5.6.7 SMTPUTF8 is required, but was not offered by host ${host}`
  for (const sketch of [{ to: ['ü@a.test'] }, { sender: 'ä@b.test' }, { text: 'Subject: ü\n\nx\n' }]) {
    const outcomes = await transport.deliver(aQueuedMessage({ ...sketch, smtputf8: true }), ascii.nexthop)
    assert.equal(wordsOf(outcomes[0]), needs)
  }
  const tap = (hooks: Hooks) => hooks['smtp.envelope'].tap('t', (envelope) => ({ ...envelope, sender: 'ascii@b.test' }))
  const mapped = await aTransport({ tap }).deliver(aQueuedMessage({ sender: 'ä@b.test', smtputf8: true }), ascii.nexthop)
  assert.equal(wordsOf(mapped[0]), needs)
  const plain = await transport.deliver(aQueuedMessage({ text: 'Subject: x\n\nü\n', smtputf8: true }), ascii.nexthop)
  assert.equal(plain[0]?.kind, 'sent')
})

test('discarded keywords are not used, and that is said', async () => {
  const mx = await server()
  const transport = aTransport({ parameters: { smtp_discard_ehlo_keywords: 'size, dsn, 8bitmime' } })
  await transport.deliver(aQueuedMessage({ body: '8BITMIME' }), mx.nexthop)
  assert.deepEqual(saidTo(mx).slice(1, 3), ['MAIL FROM:<s@sender.test> BODY=8BITMIME', 'RCPT TO:<u@a.test>'])
  assert.deepEqual(transport.log(), [
    'discarding EHLO keywords: 8BITMIME SIZE DSN',
    'host 127.0.0.1[127.0.0.1] offers SMTPUTF8 support, but not 8BITMIME',
  ])
})

test('LMTP: a reply for each recipient, over a socket', async () => {
  const path = join(directory, 'lmtp.sock')
  const rules = [
    { on: /^RCPT TO:<no/, reply: '550 5.1.1 no user' },
    { on: /^<content> busy/, reply: '451 4.3.0 busy' },
    { on: /^<content> over/, reply: ['552-5.2.2 over', '552 5.2.2 quota'] },
  ]
  const mx = await server({ path, lmtp: true, rules })
  const transport = aTransport({ agent: 'lmtp' })
  const to = ['over@a.test', 'ok1@a.test', 'no@a.test', 'busy@a.test', 'ok2@a.test']
  const outcomes = await transport.deliver(aQueuedMessage({ to }), `unix:${path}`)
  const said = `host gw.example.test[${path}] said:`
  assert.deepEqual(outcomes.map(wordsOf), [
    `bounced 5.2.2 ${said} 552-5.2.2 over 552 5.2.2 quota (in reply to end of DATA command)`,
    'sent 2.1.5 250 2.1.5 <ok1@a.test> delivered',
    `bounced 5.1.1 ${said} 550 5.1.1 no user (in reply to RCPT TO command)`,
    `deferred 4.3.0 ${said} 451 4.3.0 busy (in reply to end of DATA command)`,
    'sent 2.1.5 250 2.1.5 <ok2@a.test> delivered',
  ])
  assert.equal(outcomes[0]?.relay, `gw.example.test[${path}]`)
  assert.equal(saidTo(mx)[0], 'LHLO gw.example.test')
})

test('an LMTP server is greeted with LHLO, whatever is in front of it', async () => {
  const mx = await server({ lmtp: true })
  const tap = (hooks: Hooks) => hooks['smtp.features'].tap('t', (features) => ({ ...features, helo: true }))
  const [outcome] = await aTransport({ agent: 'lmtp', tap }).deliver(aQueuedMessage(), `inet:127.0.0.1:${mx.port}`)
  assert.equal(outcome?.kind, 'sent')
  assert.equal(saidTo(mx)[0], 'LHLO gw.example.test')
})

test('an LMTP server relays, unless lmtp_assume_final says that it is the last', async () => {
  const mx = await server({ lmtp: true })
  for (const assumed of ['no', 'yes']) {
    const transport = aTransport({ agent: 'lmtp', parameters: { lmtp_assume_final: assumed } })
    const [outcome] = await transport.deliver(aQueuedMessage(), `inet:127.0.0.1:${mx.port}`)
    assert.equal(outcome?.kind === 'sent' && outcome.isRelayed, assumed === 'no')
  }
})

test('LMTP: what was acknowledged stays so when the connection dies', async () => {
  const mx = await server({ lmtp: true, rules: [{ on: /^<content> v/, end: 'close' }] })
  const transport = aTransport({ agent: 'lmtp', parameters: { lmtp_data_done_timeout: '5s' } })
  const outcomes = await transport.deliver(aQueuedMessage({ to: ['u@a.test', 'v@a.test'] }), `inet:127.0.0.1:${mx.port}`)
  assert.equal(wordsOf(outcomes[0]), 'sent 2.1.5 250 2.1.5 <u@a.test> delivered')
  assert.match(
    wordsOf(outcomes[1]),
    /^deferred 4\.4\.2 lost connection with .* while sending end of data -- message may be sent more/,
  )
})

test('large content, from memory or from disk, arrives whole', async () => {
  const text = `Subject: large\n\n${Array.from({ length: 60_000 }, (_, i) => `${i % 7 === 0 ? '.' : ''}line ${i}`).join('\n')}\n`
  const expected = text.replaceAll('\n', '\r\n').replaceAll('\r\n.', '\r\n..')
  const mx = await server()
  const transport = aTransport()
  for (const piece of [undefined, 10_007]) {
    const outcomes = await transport.deliver(aQueuedMessage({ text, ...(piece === undefined ? {} : { piece }) }), mx.nexthop)
    assert.equal(outcomes[0]?.kind, 'sent')
    assert.equal(mx.messages.at(-1)?.content.toString() === expected, true)
  }
})

test('the outcome is told in the tick in which the reply came', async () => {
  const mx = await server()
  const order: string[] = []
  const tap = (hooks: Hooks): void =>
    hooks['smtp.reply'].tap('order', (line) => {
      if (!line.includes('taken')) return line
      order.push('reply')
      queueMicrotask(() => order.push('after'))
      return line
    })
  await aTransport({ tap }).deliver(aQueuedMessage(), mx.nexthop, { settled: () => order.push('settled') })
  assert.deepEqual(order, ['reply', 'settled', 'after'])
})

test('hooks: hosts, dial, features, envelope, message, reply, outcome', async () => {
  const mx = await server()
  const tap = (hooks: Hooks): void => {
    hooks['smtp.hosts'].tap('t', (hosts) => hosts.map((host) => ({ ...host, name: 'renamed.test' })))
    hooks['smtp.dial'].tap('t', ({ host }) => connect({ host: host.address, port: mx.port }))
    hooks['smtp.features'].tap('t', (features) => ({ ...features, dsn: false, separateDot: true, delayDot: 1 }))
    hooks['smtp.envelope'].tapPromise('t', async (envelope) => ({ ...envelope, sender: 'new@sender.test' }))
    hooks['smtp.message'].tap('t', (message) => {
      message.headers.append('X-Added: yes')
      return { ...message, body: [Buffer.from('.new\nbody')] }
    })
    hooks['smtp.reply'].tap('t', (line) => line.replace('Ok: taken', 'Ok: changed'))
    hooks['smtp.outcome'].tap('t', (outcome) => (outcome.kind === 'sent' ? { ...outcome, status: '2.9.9' } : outcome))
  }
  const transport = aTransport({ tap })
  const [outcome] = await transport.deliver(aQueuedMessage(), '[127.0.0.1]:9')
  assert.equal(wordsOf(outcome), 'sent 2.9.9 250 2.0.0 Ok: changed')
  assert.equal(outcome?.relay, 'renamed.test[127.0.0.1]:9')
  assert.deepEqual(saidTo(mx).slice(1, 3), ['MAIL FROM:<new@sender.test> SIZE=21', 'RCPT TO:<u@a.test>'])
  assert.equal(mx.messages[0]?.content.toString(), 'Subject: x\r\nX-Added: yes\r\n\r\n..new\r\nbody\r\n')
  assert.ok(
    transport.log().some((line) => line.includes('replacing server reply "250 2.0.0 Ok: taken" with "250 2.0.0 Ok: changed"')),
  )
})

test('a step that fails on the way out defers the mail', async () => {
  const mx = await server()
  for (const hook of ['smtp.envelope', 'smtp.message'] as const) {
    const tap = (hooks: Hooks): void =>
      hooks[hook].tapPromise('t', async () => {
        throw new Error('table is down')
      })
    const [outcome] = await aTransport({ tap }).deliver(aQueuedMessage(), mx.nexthop)
    assert.equal(wordsOf(outcome), 'deferred 4.3.0 local data error while talking to 127.0.0.1[127.0.0.1]')
  }
  assert.equal(mx.messages.length, 0)
})

test('smtp_skip_quit_response=no waits for the goodbye', async () => {
  const mx = await server({ rules: [{ on: /^QUIT/, reply: '221 2.0.0 bye' }] })
  for (const keywords of [['PIPELINING'], []]) {
    const peer = await server({ keywords })
    await aTransport({ parameters: { smtp_skip_quit_response: 'no' } }).deliver(aQueuedMessage(), peer.nexthop)
    assert.ok(peer.dialogs[0]?.includes('S: 221 2.0.0 Bye'))
  }
  await aTransport({ parameters: { smtp_skip_quit_response: 'no' } }).deliver(aQueuedMessage(), mx.nexthop)
  assert.ok(mx.dialogs[0]?.includes('S: 221 2.0.0 bye'))
})
