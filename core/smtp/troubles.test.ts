/** Every failure in every state: what becomes of the recipients, and in which words. The words are Postfix 3.7's. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, type TransportSketch } from '../../test/kit/delivery.ts'
import { fakeDns } from '../../test/kit/dns.ts'
import { type FakeMx, fakeMx, type MxOptions } from '../../test/kit/mx.ts'
import type { Outcome } from './types.ts'

const HOST = 'host 127.0.0.1[127.0.0.1]'
const PEER = '127.0.0.1[127.0.0.1]'
/** Short enough for a test, long enough for a busy machine. */
const PATIENCE = { parameters: {} as Record<string, string> }
for (const name of ['helo', 'mail', 'rcpt', 'data_init', 'data_xfer', 'data_done', 'rset', 'quit'])
  PATIENCE.parameters[`smtp_${name}_timeout`] = '1s'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

async function against(options: MxOptions, sketch: TransportSketch = PATIENCE, to = ['u@a.test']) {
  const mx = await fakeMx(options)
  open.push(mx)
  const transport = aTransport(sketch)
  const outcomes = await transport.deliver(aQueuedMessage({ to }), `[127.0.0.1]:${mx.port}`)
  await transport.agent.close()
  return { mx, outcomes, transport }
}

function words(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  const text = outcome.kind === 'sent' ? outcome.text : outcome.reason
  return `${outcome.kind} ${outcome.status} ${text}`
}

/** Pipelining off and on. */
const KEYWORDS: readonly (readonly string[])[] = [['SIZE'], ['PIPELINING', 'SIZE']]

const STEPS: readonly (readonly [string, RegExp, string, string])[] = [
  ['greeting', /^<greeting>/, 'refused', 'receiving the initial server greeting'],
  ['hello', /^(EHLO|HELO)/, 'refused', 'performing the EHLO handshake'],
  ['MAIL', /^MAIL/, 'MAIL FROM command', 'sending MAIL FROM'],
  ['RCPT', /^RCPT/, 'RCPT TO command', 'sending RCPT TO'],
  ['DATA', /^DATA/, 'DATA command', 'sending DATA command'],
  ['dot', /^<content>/, 'end of DATA command', 'sending end of data -- message may be sent more than once'],
]

function refusal(step: string, where: string, kind: string, status: string, reply: string): string {
  if (where !== 'refused') return `${kind} ${status} ${HOST} said: ${reply} (in reply to ${where})`
  const softened = step === 'greeting' && kind === 'bounced'
  return `${softened ? 'deferred' : kind} ${softened ? '4.1.2' : status} ${HOST} refused to talk to me: ${reply}`
}

for (const keywords of KEYWORDS) {
  const how = keywords.includes('PIPELINING') ? 'pipelined' : 'step by step'
  for (const [step, on, where, doing] of STEPS) {
    test(`${step}, ${how}: refusals for now and for good`, async () => {
      for (const [reply, kind, status] of [
        ['450 4.1.2 not now', 'deferred', '4.1.2'],
        ['550 5.1.2 never', 'bounced', '5.1.2'],
        ['421 4.3.2 closing', 'deferred', '4.3.2'],
        ['550 never ever', 'bounced', '5.0.0'],
      ] as const) {
        if (step === 'greeting' && status === '5.0.0') continue
        const { outcomes } = await against({ keywords, rules: [{ on, reply }] })
        assert.equal(words(outcomes[0]), refusal(step, where, kind, status, reply))
      }
    })
    test(`${step}, ${how}: the connection drops, or is reset`, async () => {
      for (const end of ['close', 'reset'] as const) {
        // A reset that comes with the connection's first packet may also count as no connection.
        if (step === 'greeting' && end === 'reset') continue
        const { outcomes } = await against({ keywords, rules: [{ on, end }] })
        assert.equal(words(outcomes[0]), `deferred 4.4.2 lost connection with ${PEER} while ${doing}`)
        assert.equal(outcomes[0]?.kind === 'deferred' && outcomes[0].destinationDown, true)
      }
    })
    test(`${step}, ${how}: 421 and the connection drops`, async () => {
      const { outcomes } = await against({ keywords, rules: [{ on, reply: '421 4.3.2 closing', end: 'close' }] })
      assert.equal(words(outcomes[0]), refusal(step, where, 'deferred', '4.3.2', '421 4.3.2 closing'))
    })
    test(`${step}, ${how}: nonsense and an endless reply`, async () => {
      const { outcomes } = await against({ keywords, rules: [{ on, raw: 'what is this\r\n', end: 'close' }] })
      assert.equal(words(outcomes[0]), `deferred 4.4.2 lost connection with ${PEER} while ${doing}`)
      const endless = `${`250-${'x'.repeat(500)}\r\n`.repeat(3000)}`
      const second = await against({ keywords, rules: [{ on, raw: endless }] })
      assert.equal(words(second.outcomes[0]), `deferred 4.5.0 reply without end from ${PEER} while ${doing}`)
    })
  }
}

test('silence in every state', async () => {
  const cases = KEYWORDS.flatMap((keywords) => STEPS.map(([, on, , doing]) => ({ keywords, on, doing })))
  await Promise.all(
    cases.map(async ({ keywords, on, doing }) => {
      const { outcomes } = await against({ keywords, rules: [{ on, end: 'silent' }] })
      assert.equal(words(outcomes[0]), `deferred 4.4.2 conversation with ${PEER} timed out while ${doing}`)
    }),
  )
})

test('codes of unexpected classes', async () => {
  const cases: readonly (readonly [RegExp, string, string])[] = [
    [/^RCPT/, '354 strange', `bounced 5.5.0 ${HOST} said: 354 strange (in reply to RCPT TO command)`],
    [/^RCPT/, '450', `deferred 4.0.0 ${HOST} said: 450 (in reply to RCPT TO command)`],
    [/^RCPT/, '252 cannot verify', 'sent 2.0.0 250 2.0.0 Ok: taken'],
    [/^MAIL/, '150 wait', `bounced 5.5.0 ${HOST} said: 150 wait (in reply to MAIL FROM command)`],
    [/^DATA/, '250 no need', `bounced 5.5.0 Protocol error: ${HOST} said: 250 no need (in reply to DATA command)`],
    [/^<content>/, '354 again', `bounced 5.5.0 ${HOST} said: 354 again (in reply to end of DATA command)`],
    [/^<content>/, '550 4.1.1 which', `bounced 5.0.0 ${HOST} said: 550 4.1.1 which (in reply to end of DATA command)`],
  ]
  for (const [on, reply, expected] of cases) {
    const { outcomes } = await against({ keywords: ['SIZE'], rules: [{ on, reply }] })
    assert.equal(words(outcomes[0]), expected)
  }
})

test('recipients share no fate', async () => {
  const rules = [
    { on: /^RCPT TO:<h/, reply: ['550-5.7.1 policy', '550 5.7.1 says no'] },
    { on: /^RCPT TO:<s/, reply: '450 4.2.1 soft' },
  ]
  for (const keywords of KEYWORDS) {
    const { outcomes, mx } = await against({ rules, keywords }, PATIENCE, ['s1@a.test', 'ok2@a.test', 'h1@a.test', 'ok1@a.test'])
    assert.deepEqual(outcomes.map(words), [
      `deferred 4.2.1 ${HOST} said: 450 4.2.1 soft (in reply to RCPT TO command)`,
      'sent 2.0.0 250 2.0.0 Ok: taken',
      `bounced 5.7.1 ${HOST} said: 550-5.7.1 policy 550 5.7.1 says no (in reply to RCPT TO command)`,
      'sent 2.0.0 250 2.0.0 Ok: taken',
    ])
    const rcpts = (mx.dialogs[0] ?? []).filter((line) => line.startsWith('C: RCPT')).map((line) => line.slice(12, 15))
    assert.deepEqual(rcpts, ['h1@', 'ok1', 'ok2', 's1@'])
  }
})

test('all recipients refused: DATA is under way when pipelined, not sent else', async () => {
  const rules = [{ on: /^RCPT/, reply: '550 5.1.1 no' }]
  const pipelined = await against({ rules })
  assert.deepEqual(await said(pipelined.mx), ['EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'QUIT'])
  const single = await against({ rules, keywords: [] })
  assert.deepEqual(await said(single.mx), ['EHLO', 'MAIL', 'RCPT', 'RSET', 'QUIT'])
  const liar = await against({ rules: [{ on: /^DATA/, reply: '354 go' }, ...rules] })
  assert.deepEqual(await said(liar.mx), ['EHLO', 'MAIL', 'RCPT', 'DATA', '<content>', 'QUIT'])
  assert.equal(
    liar.mx.messages.every(({ content }) => content.length === 0),
    true,
  )
})

/** Verbs of the first connection, once it is closed. */
async function said(mx: FakeMx): Promise<string[]> {
  while (!mx.dialogs[0]?.includes('C: <eof>')) await new Promise((resolve) => setImmediate(resolve))
  const lines = (mx.dialogs[0] ?? []).filter((line) => line.startsWith('C: ') && line !== 'C: <eof>')
  return lines.map((line) => line.slice(3).split(' ')[0] ?? '')
}

test('no server, no route, no socket', async () => {
  const transport = aTransport()
  const refused = await transport.deliver(aQueuedMessage(), '[127.0.0.1]:1')
  assert.equal(words(refused[0]), 'deferred 4.4.1 connect to 127.0.0.1[127.0.0.1]:1: Connection refused')
  assert.equal(refused[0]?.relay, 'none')
  assert.deepEqual(transport.log(), ['connect to 127.0.0.1[127.0.0.1]:1: Connection refused'])
  const lmtp = aTransport({ agent: 'lmtp' })
  const missing = await lmtp.deliver(aQueuedMessage(), 'unix:/nonexistent/x.sock')
  assert.equal(words(missing[0]), 'deferred 4.4.1 connect to gw.example.test[/nonexistent/x.sock]: No such file or directory')
  assert.deepEqual(lmtp.log(), [])
  const bad = await transport.deliver(aQueuedMessage(), '[127.0.0.1]:nosuchservice')
  assert.equal(words(bad[0]), 'deferred 4.3.5 bad next hop "[127.0.0.1]:nosuchservice": unknown service: nosuchservice/tcp')
})

test('content refused before it is whole', async () => {
  const body = `Subject: big\n\n${`${'x'.repeat(70)}\n`.repeat(60_000)}`
  const mx = await fakeMx({ rules: [{ on: /^DATA/, raw: '354 go\r\n552 5.3.4 too big\r\n' }], stallsInContent: true })
  open.push(mx)
  const transport = aTransport(PATIENCE)
  const outcomes = await transport.deliver(aQueuedMessage({ text: body }), `[127.0.0.1]:${mx.port}`)
  assert.equal(words(outcomes[0]), `bounced 5.3.4 ${HOST} said: 552 5.3.4 too big (in reply to end of DATA command)`)
  const liar = await fakeMx({ rules: [{ on: /^DATA/, raw: '354 go\r\n250 2.0.0 taken\r\n' }], stallsInContent: true })
  open.push(liar)
  const believed = await transport.deliver(aQueuedMessage({ text: body }), `[127.0.0.1]:${liar.port}`)
  assert.match(words(believed[0]), /^deferred 4\.5\.0 Protocol error: /)
})

test('a server that stops reading content', async () => {
  const mx = await fakeMx({ stallsInContent: true, keywords: ['PIPELINING'] })
  open.push(mx)
  const transport = aTransport(PATIENCE)
  const body = `Subject: big\n\n${`${'x'.repeat(70)}\n`.repeat(200_000)}`
  const outcomes = await transport.deliver(aQueuedMessage({ text: body }), `[127.0.0.1]:${mx.port}`)
  assert.equal(words(outcomes[0]), `deferred 4.4.2 conversation with ${PEER} timed out while sending message body`)
})

test('content that can not be read is not taken for whole', async () => {
  const mx = await fakeMx()
  open.push(mx)
  const message = aQueuedMessage()
  const broken = {
    ...message.content,
    async *chunks() {
      yield Buffer.from('Subject: x\r\n\r\n')
      throw new Error('disk')
    },
  }
  const transport = aTransport(PATIENCE)
  const outcomes = await transport.deliver({ ...message, content: broken }, `[127.0.0.1]:${mx.port}`)
  assert.equal(words(outcomes[0]), `deferred 4.3.0 local data error while talking to ${PEER}`)
  assert.equal(mx.messages.length, 0)
})

test('soft_bounce: nothing bounces', async () => {
  const { outcomes } = await against({ rules: [{ on: /^RCPT/, reply: '550 5.1.1 no' }] }, { parameters: { soft_bounce: 'yes' } })
  assert.equal(words(outcomes[0]), `deferred 4.1.1 ${HOST} said: 550 5.1.1 no (in reply to RCPT TO command)`)
})

test('where TLS is demanded mail does not leave in the clear', async () => {
  const demanding = ['encrypt', 'dane-only', 'fingerprint', 'verify', 'secure'].map((level) => ({
    smtp_tls_security_level: level,
  }))
  for (const parameters of [...demanding, { smtp_enforce_tls: 'yes' }]) {
    const { outcomes, mx } = await against({}, { parameters })
    assert.equal(words(outcomes[0]), 'deferred 4.7.5 TLS is required, but our TLS engine is unavailable')
    assert.equal(mx.messages.length, 0)
  }
  for (const parameters of [{ smtp_tls_security_level: 'may', smtp_enforce_tls: 'yes' }, { smtp_tls_security_level: 'none' }]) {
    const { outcomes } = await against({}, { parameters })
    assert.match(words(outcomes[0]), /^sent /)
  }
})

test("the operator's own relay host is not a reason to bounce", async () => {
  const mx = await fakeMx({ rules: [{ on: /^(EHLO|HELO)/, reply: '550 5.7.1 go away' }] })
  open.push(mx)
  const nexthop = `[127.0.0.1]:${mx.port}`
  const transport = aTransport({ parameters: { relayhost: nexthop } })
  const outcomes = await transport.deliver(aQueuedMessage(), nexthop)
  assert.equal(words(outcomes[0]), `bounced 5.7.1 ${HOST} refused to talk to me: 550 5.7.1 go away`)
  const lost = aTransport({
    parameters: { relayhost: 'gone.test' },
    dns: fakeDns().resolver,
  })
  assert.match(words((await lost.deliver(aQueuedMessage(), 'gone.test'))[0]), /^deferred 4\.3\.5 Host or domain name not found/)
  const several = aTransport({ parameters: { relayhost: 'gone.test, lost.test' }, dns: fakeDns().resolver })
  // As in Postfix, this is for a relayhost that names one server.
  assert.match(words((await several.deliver(aQueuedMessage(), 'gone.test, lost.test'))[0]), /^bounced 5\.4\.4 Host or domain/)
})

test('what a server says can not forge lines', async () => {
  const { outcomes } = await against({
    rules: [{ on: /^RCPT/, raw: Buffer.from('550 5.1.1 a\rb\x1b[31m \xff\0c\r\n', 'latin1') }],
  })
  assert.equal(words(outcomes[0]), `bounced 5.1.1 ${HOST} said: 550 5.1.1 a?b?[31m ? (in reply to RCPT TO command)`)
})

test('the process ends: mail that is not yet on its way waits, mail after the dot is waited for', async () => {
  const stop = new AbortController()
  const mx = await fakeMx({ rules: [{ on: /^MAIL/, end: 'silent' }] })
  open.push(mx)
  const transport = aTransport()
  const delivering = transport.deliver(aQueuedMessage(), `[127.0.0.1]:${mx.port}`, { signal: stop.signal })
  while (!mx.dialogs[0]?.some((line) => line.startsWith('C: MAIL'))) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  assert.equal(words((await delivering)[0]), 'deferred 4.3.2 mail system is shutting down')
  const late = await transport.deliver(aQueuedMessage(), `[127.0.0.1]:${mx.port}`, { signal: stop.signal })
  assert.equal(words(late[0]), 'deferred 4.3.2 mail system is shutting down')
})
