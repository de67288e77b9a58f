import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { encode } from 'dns-packet'
import fc from 'fast-check'
import { fakeDns } from '../../test/kit/dns.ts'
import { openHostsFile, parseHosts } from './hosts.ts'
import { understand } from './packets.ts'
import { parseNameServer, parseResolvConf } from './resolv-conf.ts'
import { createResolver } from './resolver.ts'

const ZONE = [
  'example MX 20 mx2.example',
  'example MX 10 mx1.example',
  'mx1.example A 192.0.2.1',
  'mx1.example AAAA 2001:db8::1',
  'alias.example CNAME alias2.example',
  'alias2.example CNAME mx1.example',
  'loop.example CNAME loop.example',
  'empty.example EMPTY',
  'bad.example SERVFAIL',
  'no.example REFUSED MX',
  'silent.example SILENT',
  'null.example MX 0 .',
  'odd.example MX 10 -a.example',
  'some.example MX 10 -a.example',
  'some.example MX 20 mx1.example',
  'some.example MX 30 192.0.2.7',
  '8.2.0.192.in-addr.arpa PTR Mixed.Example',
  'spelt.example MX 10 MX1.Example',
  'text.example TXT v=spf1 -all',
  ...Array.from({ length: 60 }, (_, i) => `many.example TXT ${'x'.repeat(200)}${i}`),
]
const directory = mkdtempSync(join(tmpdir(), 'postern-net-'))
after(() => rmSync(directory, { recursive: true }))
const ERROR = 'Host or domain name not found. Name service error for name='

test('records, aliases and their absence', async () => {
  const { resolver } = fakeDns(ZONE)
  const mx = await resolver.resolve('Example.', 'MX')
  assert.equal(mx.status, 'found')
  assert.deepEqual(mx.records.map(({ data }) => data.exchange).sort(), ['mx1.example', 'mx2.example'])
  const alias = await resolver.resolve('alias.example', 'A')
  assert.deepEqual([alias.status, alias.canonical, alias.records[0]?.data], ['found', 'mx1.example', '192.0.2.1'])
  assert.equal((await resolver.resolve('loop.example', 'A')).status, 'empty')
  const cases: [string, 'A' | 'AAAA' | 'MX', string, string][] = [
    ['gone.example', 'A', 'missing', `${ERROR}gone.example type=A: Host not found`],
    ['empty.example', 'MX', 'empty', `${ERROR}empty.example type=MX: Host found but no data record of requested type`],
    ['bad.example', 'A', 'failed', `${ERROR}bad.example type=A: Host not found, try again`],
    ['no.example', 'MX', 'failed', `${ERROR}no.example type=MX: Host not found, try again`],
    ['silent.example', 'A', 'failed', `${ERROR}silent.example type=A: Host not found, try again`],
    ['a..example', 'A', 'missing', 'Name service error for a..example: invalid host or domain name'],
    ['-a.example', 'A', 'missing', 'Name service error for -a.example: invalid host or domain name'],
    ['2001:db8::1', 'AAAA', 'missing', 'Name service error for 2001:db8::1: invalid host or domain name'],
    ['odd.example', 'MX', 'failed', 'Name service error for name=odd.example type=MX: Malformed or unexpected name server reply'],
    ['a\r\nb.example', 'A', 'missing', 'Name service error for a??b.example: invalid host or domain name'],
  ]
  for (const [name, type, status, reason] of cases) {
    const answer = await resolver.resolve(name, type)
    assert.deepEqual([answer.status, answer.reason], [status, reason])
  }
  assert.equal((await resolver.resolve('null.example', 'MX')).records[0]?.data.exchange, '')
  // Who asks whether DNS knows a name is told what DNS says.
  assert.equal((await resolver.resolve('localhost', 'A')).status, 'missing')
  const some = await resolver.resolve('some.example', 'MX')
  assert.deepEqual(some.records.map(({ data }) => data.exchange).sort(), ['192.0.2.7', 'mx1.example'])
  // A client's name is shown as it is spelt; hosts are compared.
  assert.equal((await resolver.resolve('8.2.0.192.in-addr.arpa', 'PTR')).records[0]?.data, 'Mixed.Example')
  assert.equal((await resolver.resolve('spelt.example', 'MX')).records[0]?.data.exchange, 'mx1.example')
})

test('answers are kept for their time, and equal questions are asked once', async () => {
  let time = 0
  const { resolver, asked } = fakeDns(ZONE, { resolver: { now: () => time } })
  await Promise.all([resolver.resolve('mx1.example', 'A'), resolver.resolve('MX1.example', 'A')])
  await resolver.resolve('mx1.example', 'A')
  await resolver.resolve('gone.example', 'A')
  await resolver.resolve('gone.example', 'A')
  assert.deepEqual(asked, ['mx1.example A', 'gone.example A'])
  time = 301_000
  await resolver.resolve('mx1.example', 'A')
  await resolver.resolve('gone.example', 'A')
  assert.equal(asked.length, 4)
  await resolver.resolve('bad.example', 'A')
  await resolver.resolve('bad.example', 'A')
  assert.equal(asked.length, 5)
  time += 10_001
  await resolver.resolve('bad.example', 'A')
  assert.equal(asked.length, 6)
})

test('what is remembered can be had at once, and what is begun is found under way', async () => {
  let time = 0
  const { resolver, asked } = fakeDns(ZONE, { resolver: { now: () => time } })
  assert.equal(resolver.known?.('mx1.example', 'A'), undefined)
  resolver.prefetch?.('mx1.example', 'A')
  resolver.prefetch?.('mx1.example', 'A')
  const answer = await resolver.resolve('mx1.example', 'A')
  assert.equal(resolver.known?.('mx1.example', 'A'), answer)
  resolver.prefetch?.('mx1.example', 'A')
  assert.deepEqual(asked, ['mx1.example A'])
  time = 300_001
  assert.equal(resolver.known?.('mx1.example', 'A'), undefined)
})

test('the cache has an end', async () => {
  const { resolver, asked } = fakeDns(ZONE, { resolver: { cacheSize: 2 } })
  for (const name of ['a.example', 'b.example', 'c.example', 'a.example']) await resolver.resolve(name, 'A')
  assert.equal(asked.length, 4)
})

test('a real server: UDP, TCP for long answers, another server when one is down, random case', async () => {
  const dns = fakeDns(ZONE, { authenticated: true })
  const { address } = await dns.listen()
  const silent = fakeDns(['mx1.example SILENT'])
  const dead = await silent.listen()
  const resolver = createResolver({ servers: [address], mixCase: true, trustAd: true })
  try {
    const a = await resolver.resolve('mx1.example', 'A')
    assert.deepEqual([a.records[0]?.data, a.authenticated], ['192.0.2.1', true])
    assert.equal((await resolver.resolve('many.example', 'TXT')).records.length, 60)
    assert.equal((await createResolver({ servers: [address] }).resolve('mx1.example', 'A')).authenticated, false)
    const second = createResolver({ servers: [dead.address, address], timeoutMs: 50, attempts: 1 })
    assert.equal((await second.resolve('mx1.example', 'AAAA')).records[0]?.data, '2001:db8::1')
    const refused = createResolver({ servers: ['127.0.0.1:1'], timeoutMs: 200, attempts: 1 })
    assert.equal((await refused.resolve('mx1.example', 'A')).status, 'failed')
  } finally {
    await Promise.all([dns.close(), silent.close()])
  }
})

test('any bytes are an answer or a failure, never an exception', () => {
  const whole = encode({
    type: 'response',
    id: 1,
    questions: [{ type: 'MX', name: 'example' }],
    answers: [{ type: 'MX', name: 'example', ttl: 60, data: { preference: 10, exchange: 'mx.example' } }],
  })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(whole.length), (noise, at) => {
      const packet = Buffer.from(whole)
      packet.set(noise.subarray(0, Math.max(0, packet.length - at)), at)
      const { answer } = understand(packet, 'example', 'MX', false)
      for (const { data } of answer.records) assert.match(data.exchange, /^[\x21-\x7e]*$/)
      understand(Buffer.from(noise), 'example', 'A', false)
    }),
  )
})

test('names from the wire that hold what no host name may hold are dropped', () => {
  const packet = encode({
    type: 'response',
    id: 1,
    questions: [{ type: 'MX', name: 'example' }],
    answers: [{ type: 'MX', name: 'example', ttl: 60, data: { preference: 10, exchange: 'a\r\nb.example' } }],
  })
  const { status, isMalformed } = understand(packet, 'example', 'MX', false).answer
  assert.deepEqual([status, isMalformed], ['failed', true])
})

test('resolv.conf', () => {
  const conf = parseResolvConf(
    '# x\nnameserver 192.0.2.1\nnameserver ::1\nnameserver junk\noptions timeout:3 attempts:1 trust-ad\n',
  )
  assert.deepEqual(conf, {
    servers: [
      { address: '192.0.2.1', port: 53 },
      { address: '::1', port: 53 },
    ],
    timeoutMs: 3000,
    attempts: 1,
    trustAd: true,
  })
  assert.equal(parseResolvConf('').servers[0]?.address, '127.0.0.1')
  assert.deepEqual(parseNameServer('[::1]:5353'), { address: '::1', port: 5353 })
  assert.deepEqual(parseNameServer('2001:db8::1'), { address: '2001:db8::1', port: 53 })
  assert.deepEqual(parseNameServer('127.0.0.1:53'), { address: '127.0.0.1', port: 53 })
  for (const bad of ['', 'localhost', '1.2.3.4:0', '1.2.3.4:99999', '[::1']) assert.throws(() => parseNameServer(bad), RangeError)
})

test('hosts files: both directions, read again after a change', async () => {
  const { byName } = parseHosts('192.0.2.1 A.example a # comment\n::1 a\nnot-an-address b\n192.0.2.1 a\n')
  assert.deepEqual(byName.get('a'), ['192.0.2.1', '::1'])
  assert.equal(byName.get('b'), undefined)
  const path = join(directory, 'hosts')
  let time = 0
  const hosts = openHostsFile(path, () => time)
  assert.deepEqual(hosts.addresses('a'), [])
  writeFileSync(path, '192.0.2.7 a.example short\n')
  assert.deepEqual(hosts.addresses('a.example'), [])
  time = 2000
  assert.deepEqual(hosts.addresses('A.example.'), ['192.0.2.7'])
  assert.deepEqual(hosts.names('::ffff:192.0.2.7'), ['a.example', 'short'])
  const resolver = createResolver({ hostsFile: path, servers: ['127.0.0.1:1'] })
  assert.equal((await resolver.resolve('short', 'A')).records[0]?.data, '192.0.2.7')
  assert.equal((await resolver.resolve('7.2.0.192.in-addr.arpa', 'PTR')).records[0]?.data, 'a.example')
})
