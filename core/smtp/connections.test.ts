/** Over which connections mail goes: kept ones, hosts in turn, limits, fall-back relays. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, type TransportSketch, wordsOf } from '../../test/kit/delivery.ts'
import { fakeDns } from '../../test/kit/dns.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo, until } from '../../test/kit/mx.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

async function server(options: MxOptions = {}): Promise<FakeMx & { readonly nexthop: string }> {
  const mx = await fakeMx(options)
  open.push(mx)
  return Object.assign(mx, { nexthop: `[127.0.0.1]:${mx.port}` })
}

test('deliveries that follow one another share a connection, which begins with RSET in the same write', async () => {
  const mx = await server()
  const transport = aTransport()
  for (let i = 0; i < 4; i++) {
    const outcomes = await transport.deliver(aQueuedMessage({ to: [`u${i}@a.test`] }), mx.nexthop, { more: i < 3 })
    assert.equal(outcomes[0]?.kind, 'sent')
  }
  // Nobody waits any more: whatever comes now is the first of its kind.
  await transport.deliver(aQueuedMessage(), mx.nexthop, { more: true })
  await transport.agent.close()
  await until(() => saidTo(mx, 1).includes('<eof>'))
  assert.equal(mx.dialogs.length, 3)
  assert.deepEqual(
    saidTo(mx, 1).map((line) => line.split(' ')[0]),
    [
      ...['EHLO', 'MAIL', 'RCPT', 'DATA', '<content>'],
      ...['RSET', 'MAIL', 'RCPT', 'DATA', '<content>'],
      ...['RSET', 'MAIL', 'RCPT', 'DATA', '<content>'],
      '<eof>',
    ],
  )
  assert.equal(mx.mostPipelined, 4)
})

test('listed destinations are always kept, for as long as the parameters say', async () => {
  const count = await server()
  const limited = aTransport({
    parameters: { smtp_connection_cache_destinations: '127.0.0.1', smtp_connection_reuse_count_limit: '1' },
  })
  for (let i = 0; i < 4; i++) await limited.deliver(aQueuedMessage(), count.nexthop)
  assert.equal(count.dialogs.length, 2)
  const idle = await server()
  const short = aTransport({
    parameters: { smtp_connection_cache_destinations: '127.0.0.1', smtp_connection_cache_time_limit: '1s' },
  })
  await short.deliver(aQueuedMessage(), idle.nexthop)
  assert.equal(saidTo(idle).includes('<eof>'), false)
  await until(() => saidTo(idle).includes('<eof>'))
  assert.equal(saidTo(idle).includes('QUIT'), false)
  const off = await server()
  const never = aTransport({ parameters: { smtp_connection_cache_on_demand: 'no' } })
  for (let i = 0; i < 2; i++) await never.deliver(aQueuedMessage(), off.nexthop, { more: true })
  assert.equal(off.dialogs.length, 2)
})

const KEEPING = { parameters: { smtp_connection_cache_destinations: '127.0.0.1' } }

test('a kept connection that has died, or refuses RSET, is no failure', async () => {
  const closing = await server({ rules: [{ on: /^RSET/, reply: '421 4.4.0 bye', end: 'close' }] })
  const dropping = await server({ rules: [{ on: /^RSET/, end: 'reset' }] })
  const refusing = await server({ rules: [{ on: /^RSET/, reply: '500 5.5.1 what' }] })
  for (const mx of [closing, dropping, refusing]) {
    const transport = aTransport(KEEPING)
    for (let i = 0; i < 2; i++) {
      const outcomes = await transport.deliver(aQueuedMessage(), mx.nexthop, { more: true })
      assert.equal(wordsOf(outcomes[0]), 'sent 2.0.0 250 2.0.0 Ok: taken')
    }
    assert.equal(mx.dialogs.length, 2)
    assert.equal(mx.messages.length, 2)
    assert.deepEqual(transport.log(), [])
    await transport.agent.close()
  }
  const gone = await server()
  const transport = aTransport(KEEPING)
  await transport.deliver(aQueuedMessage(), gone.nexthop, { more: true })
  gone.drop()
  assert.equal((await transport.deliver(aQueuedMessage(), gone.nexthop))[0]?.kind, 'sent')
})

test('a connection on which the server said 421, and which it did not close, is kept as any other', async () => {
  const mx = await server({ rules: [{ on: /^RCPT TO:<bad/, reply: '421 4.3.2 no more', times: 1 }] })
  const transport = aTransport(KEEPING)
  await transport.deliver(aQueuedMessage({ to: ['bad@a.test', 'good@a.test'] }), mx.nexthop, { more: true })
  await transport.deliver(aQueuedMessage(), mx.nexthop, { more: true })
  assert.equal(mx.dialogs.length, 1)
  await transport.agent.close()
})

test('a connection on which a reply made no sense is not kept', async () => {
  for (const on of [/^MAIL/, /^RCPT/, /^<content>/]) {
    const mx = await server({ keywords: ['8BITMIME'], rules: [{ on, reply: '354 what', times: 1 }] })
    const transport = aTransport(KEEPING)
    assert.match(wordsOf((await transport.deliver(aQueuedMessage(), mx.nexthop))[0]), /^bounced 5\.5\.0 /)
    await transport.deliver(aQueuedMessage(), mx.nexthop)
    assert.equal(mx.dialogs.length, 2, String(on))
    await transport.agent.close()
  }
})

test('with PIPELINING a connection that was to be kept ends without QUIT when a reply made no sense', async () => {
  const mx = await server({ rules: [{ on: /^RCPT TO:<odd/, reply: '354 what', times: 1 }] })
  const transport = aTransport(KEEPING)
  await transport.deliver(aQueuedMessage({ to: ['odd@a.test', 'even@a.test'] }), mx.nexthop)
  await until(() => saidTo(mx).includes('<eof>'))
  assert.equal(saidTo(mx).includes('QUIT'), false)
  await transport.agent.close()
})

test('after a refusal a kept connection is reset at once, and at its next use again', async () => {
  const refusing = [{ on: /^MAIL/, reply: '550 5.1.8 no', times: 1 }]
  const mx = await server({ keywords: ['8BITMIME'], rules: refusing })
  const transport = aTransport(KEEPING)
  await transport.deliver(aQueuedMessage(), mx.nexthop, { more: true })
  await transport.deliver(aQueuedMessage(), mx.nexthop, { more: true })
  assert.equal(mx.dialogs.length, 1)
  assert.equal(mx.dialogs[0]?.filter((line) => line === 'C: RSET').length, 2)
  const empty = await server({ rules: refusing })
  await transport.deliver(aQueuedMessage(), empty.nexthop, { more: true })
  await transport.deliver(aQueuedMessage(), empty.nexthop, { more: true })
  assert.equal(empty.dialogs.length, 1, 'content for nobody is no reason to give the connection up')
  await transport.agent.close()
})

const ZONE = ['a.test MX 10 first.test', 'a.test MX 20 second.test', 'first.test A 127.0.0.2', 'second.test A 127.0.0.3']

/** Two MX hosts on one port. */
async function twoHosts(first: MxOptions | undefined, second: MxOptions | undefined, sketch: TransportSketch = {}) {
  const two = await server({ address: '127.0.0.3', ...second })
  const one = first === undefined ? undefined : await server({ address: '127.0.0.2', port: two.port, ...first })
  const transport = aTransport({ dns: fakeDns(ZONE).resolver, ...sketch })
  return { one, two, transport, nexthop: `a.test:${two.port}` }
}

test('what may pass goes to the next host, what is final does not', async () => {
  const soft = {
    rules: [
      { on: /^RCPT TO:<s/, reply: '450 4.2.0 soft' },
      { on: /^RCPT TO:<h/, reply: '550 5.1.1 hard' },
    ],
  }
  const { one, two, transport, nexthop } = await twoHosts(soft, {})
  const outcomes = await transport.deliver(aQueuedMessage({ to: ['s@a.test', 'h@a.test', 'o@a.test'] }), nexthop)
  assert.deepEqual(outcomes.map(wordsOf), [
    'sent 2.0.0 250 2.0.0 Ok: taken',
    'bounced 5.1.1 host first.test[127.0.0.2] said: 550 5.1.1 hard (in reply to RCPT TO command)',
    'sent 2.0.0 250 2.0.0 Ok: taken',
  ])
  assert.equal(one?.messages[0]?.rcpts.length, 1)
  assert.equal(two.messages[0]?.rcpts.length, 1)
  assert.deepEqual(transport.log(), ['host first.test[127.0.0.2] said: 450 4.2.0 soft (in reply to RCPT TO command)'])
})

test('dead hosts, refused greetings and lost connections lead to the next host; after it the last reason stands', async () => {
  const dead = await twoHosts(undefined, {})
  assert.equal(
    (await dead.transport.deliver(aQueuedMessage(), dead.nexthop))[0]?.relay,
    `second.test[127.0.0.3]:${dead.two.port}`,
  )
  assert.deepEqual(dead.transport.log(), [`connect to first.test[127.0.0.2]:${dead.two.port}: Connection refused`])
  const busy = { rules: [{ on: /^<greeting>/, reply: '554 5.3.2 no' }] }
  const greeting = await twoHosts(busy, {})
  assert.equal((await greeting.transport.deliver(aQueuedMessage(), greeting.nexthop))[0]?.kind, 'sent')
  const lost = await twoHosts({ rules: [{ on: /^<content>/, end: 'close' }] }, {})
  assert.equal((await lost.transport.deliver(aQueuedMessage(), lost.nexthop))[0]?.kind, 'sent')
  assert.equal(lost.two.messages.length, 1)
  const both = await twoHosts(busy, busy)
  const [outcome] = await both.transport.deliver(aQueuedMessage(), both.nexthop)
  assert.equal(wordsOf(outcome), 'deferred 4.3.2 host second.test[127.0.0.3] refused to talk to me: 554 5.3.2 no')
  const none = await twoHosts(undefined, {})
  none.two.drop()
  await none.two.close()
  assert.match(
    wordsOf((await none.transport.deliver(aQueuedMessage(), none.nexthop))[0]),
    /^deferred 4\.4\.1 connect to second\.test/,
  )
})

test('limits of addresses and sessions, and fall-back relays', async () => {
  const soft = { rules: [{ on: /^MAIL/, reply: '450 4.7.0 later' }] }
  const addresses = await twoHosts(soft, {}, { parameters: { smtp_mx_address_limit: '1' } })
  assert.match(
    wordsOf((await addresses.transport.deliver(aQueuedMessage(), addresses.nexthop))[0]),
    /^deferred 4\.7\.0 host first/,
  )
  const sessions = await twoHosts(soft, {}, { parameters: { smtp_mx_session_limit: '1' } })
  assert.match(wordsOf((await sessions.transport.deliver(aQueuedMessage(), sessions.nexthop))[0]), /^deferred 4\.7\.0 host first/)
  const relay = await server()
  const parameters = { smtp_fallback_relay: relay.nexthop, smtp_mx_session_limit: '1' }
  const { transport, nexthop } = await twoHosts(soft, soft, { parameters })
  assert.equal((await transport.deliver(aQueuedMessage(), nexthop))[0]?.relay, `127.0.0.1[127.0.0.1]:${relay.port}`)
  const missing = await transport.deliver(aQueuedMessage(), 'gone.test')
  assert.equal(missing[0]?.kind, 'sent')
})
