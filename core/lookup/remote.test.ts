/** tcp, socketmap and memcache against servers that answer as told, cut, late, wrongly, or not at all. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { parseEndpoint } from './endpoint.ts'
import { openTable, type Table } from './index.ts'
import { parseGet } from './memcache.ts'
import { netstring, parseNetstring } from './netstring.ts'
import { parseReply } from './socketmap.ts'
import { decode, encode, parseAnswer } from './tcp.ts'
import { wireServers } from './wire.ts'

const directory = mkdtempSync(join(tmpdir(), 'lookup-'))
after(() => rmSync(directory, { recursive: true }))
const context = { baseDirectory: directory }

/** What a server does with what it gets: octets to send, in pieces; nothing; or `hangUp`. */
type Answer = (asked: string) => string | readonly string[] | 'hangUp' | undefined

interface Fake {
  readonly port: number
  readonly asked: string[]
  connections: number
  /** Ends the connections that there are. */
  cut(): void
}

async function serve(t: TestContext, answer: Answer, where: { path?: string } = {}): Promise<Fake> {
  const sockets = new Set<Socket>()
  const fake: Fake = { port: 0, asked: [], connections: 0, cut: () => sockets.forEach((socket) => void socket.destroy()) }
  const server = createServer((socket) => {
    fake.connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      const asked = chunk.toString('latin1')
      fake.asked.push(asked)
      const said = answer(asked)
      if (said === 'hangUp') socket.destroy()
      else for (const piece of typeof said === 'string' ? [said] : (said ?? [])) socket.write(Buffer.from(piece, 'latin1'))
    })
  })
  await new Promise<void>((resolve) => server.listen(where.path === undefined ? { port: 0, host: '127.0.0.1' } : where, resolve))
  t.after(() => {
    fake.cut()
    server.close()
  })
  const port = where.path === undefined ? (server.address() as AddressInfo).port : 0
  return Object.assign(fake, { port })
}

async function open(t: TestContext, spec: string): Promise<Table> {
  const table = await openTable(spec, context)
  t.after(() => table.close?.())
  return table
}

test('tcp: keys are sent encoded and as they are, answers are decoded', async (t) => {
  const fake = await serve(t, (asked) => (asked.includes('none') ? '500 not found\n' : ['200 v%2', '0al%41 x\n']))
  const table = await open(t, `tcp:127.0.0.1:${fake.port}`)
  assert.equal(table.wholeKeys, true)
  for (const key of ['AbC', 'a b%c', 'ä"x', 't\tx\x01y\x7f']) assert.equal(await table.lookup(key), 'v alA x')
  assert.equal(await table.lookup('none'), undefined)
  assert.deepEqual(fake.asked, ['get AbC\n', 'get a%20b%25c\n', 'get %C3%A4"x\n', 'get t%09x%01y%7F\n', 'get none\n'])
  assert.equal(fake.connections, 1)
})

const wrong: readonly [string, RegExp][] = [
  ['400 try again\n', /^tcp:\S+: try again$/],
  ['600 what\n', /a malformed answer/],
  ['200 x%zz\n', /malformed encoding/],
  [`200 ${'x'.repeat(5000)}`, /an answer of over 4096 octets/],
  ['hangUp', /127\.0\.0\.1:\d+: (the server closed the connection|read ECONNRESET)/],
]
for (const [said, message] of wrong) {
  test(`tcp: ${said.slice(0, 12).trim()} is a temporary failure`, async (t) => {
    const fake = await serve(t, () => said)
    const table = await open(t, `tcp:127.0.0.1:${fake.port}`)
    await assert.rejects(async () => table.lookup('key'), { name: 'TableError', message })
  })
}

test('a kept connection that has died costs another try, not an error', async (t) => {
  const fake = await serve(t, () => '200 yes\n')
  const table = await open(t, `tcp:127.0.0.1:${fake.port}`)
  assert.equal(await table.lookup('a'), 'yes')
  fake.cut()
  assert.equal(await table.lookup('b'), 'yes')
  assert.equal(fake.connections, 2)
})

test('many questions at once share ten connections', async (t) => {
  const fake = await serve(t, (asked) => asked.replace('get', '200'))
  const table = await open(t, `tcp:127.0.0.1:${fake.port}`)
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`)
  assert.deepEqual(await Promise.all(keys.map((key) => table.lookup(key))), keys)
  assert.equal(fake.connections, 10)
})

test('nobody listening is told at once', async (t) => {
  const fake = await serve(t, () => undefined)
  const table = await open(t, `tcp:127.0.0.1:${fake.port}`)
  const dead = await open(t, 'socketmap:unix:/no/such/socket:name')
  await assert.rejects(async () => dead.lookup('key'), { name: 'TableError', message: /connect ENOENT/ })
  await assert.rejects(async () => dead.inspect?.(), { name: 'TableError' })
  assert.deepEqual(await table.inspect?.(), { source: `127.0.0.1:${fake.port}` })
})

test('socketmap: netstrings both ways, by TCP and by a local socket', async (t) => {
  const said = (asked: string): string => {
    const reply = asked.includes(' none,') ? 'NOTFOUND ' : asked.includes(' bad,') ? 'TEMP not now' : 'OK va lue'
    return `${reply.length}:${reply},`
  }
  const path = join(directory, 'socketmap')
  const [fake] = [await serve(t, said), await serve(t, said, { path })]
  for (const spec of [`socketmap:inet:127.0.0.1:${fake.port}:virtual`, `socketmap:unix:${path}:virtual`]) {
    const table = await open(t, spec)
    assert.equal(await table.lookup('A b'), 'va lue')
    assert.equal(await table.lookup('none'), undefined)
    await assert.rejects(async () => table.lookup('bad'), { message: `${spec}: the server answers TEMP: not now` })
  }
  assert.deepEqual(fake.asked[0], '11:virtual A b,')
})

for (const spec of ['socketmap:127.0.0.1:1:x', 'socketmap:inet:127.0.0.1:1:', 'socketmap:inet:h:x', 'tcp:nowhere', 'tcp:h:0']) {
  test(`refuses ${spec}`, async () => {
    await assert.rejects(openTable(spec, context), /expected/)
  })
}

/** A memcached of one map. */
function memcached(values: Map<string, string>): Answer {
  return (asked) => {
    const [command, key = '', , , size] = asked.split(/[ \r\n]+/)
    if (command === 'version') return 'VERSION 1\r\n'
    if (command === 'set') {
      values.set(key, asked.slice(asked.indexOf('\r\n') + 2).slice(0, Number(size)))
      return 'STORED\r\n'
    }
    const value = values.get(key)
    return value === undefined ? 'END\r\n' : [`VALUE ${key} 0 ${value.length}\r\n${value}`, '\r\nEND\r\n']
  }
}

test('memcache: keys by their format; what only the backup has is stored', async (t) => {
  const values = new Map([['p:a@b.c|b', 'one\r\ntwo']])
  const fake = await serve(t, memcached(values))
  writeFileSync(join(directory, 'backup'), 'x@y.z from backup\n')
  const settings = `{memcache = inet:127.0.0.1:${fake.port}}, {key_format = p:%s|%2}, {backup = texthash:backup}, ttl=60`
  const table = await open(t, `memcache:{ ${settings} }`)
  assert.equal(await table.lookup('A@B.c'), 'one two')
  assert.equal(await table.lookup('x@y.z'), 'from backup')
  while (fake.asked.length < 3) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(fake.asked[2], 'set p:x@y.z|y 0 60 11\r\nfrom backup\r\n')
  fake.asked.length = 0
  for (const key of ['none', 'a b@c.d', '']) assert.equal(await table.lookup(key), undefined)
  assert.deepEqual(fake.asked, [])
  assert.deepEqual(await table.inspect?.(), { source: `127.0.0.1:${fake.port}` })
})

test('memcache: a dead one is a failure without a backup, and none with it', async (t) => {
  const fake = await serve(t, () => 'SERVER_ERROR out of memory\r\n')
  const server = `{memcache = 127.0.0.1:${fake.port}}`
  const alone = await open(t, `memcache:{ ${server} }`)
  await assert.rejects(async () => alone.lookup('key'), {
    message: /^memcache:\{\.\.\.\}: the server answers "SERVER_ERROR out of memory"$/,
  })
  const backed = await open(t, `memcache:{ ${server}, {backup = inline:{{key=value}}} }`)
  assert.equal(await backed.lookup('key'), 'value')
})

test('a silent server fails its table after the time, and is then left alone', async (t) => {
  const fake = await serve(t, () => undefined)
  const table = await open(t, `memcache:{ {memcache = 127.0.0.1:${fake.port}}, timeout=50ms }`)
  await assert.rejects(async () => table.lookup('key'), { message: /no answer within 0\.05 s$/ })
  await assert.rejects(async () => table.lookup('key'), { message: /did not answer lately$/ })
  assert.equal(fake.asked.length, 1)
})

test('a server that has too much to do is not left alone', async (t) => {
  const fake = await serve(t, () => undefined)
  const pool = wireServers(parseEndpoint(`127.0.0.1:${fake.port}`), { timeout: 100, connections: 1 })
  t.after(() => pool.close())
  const ask = (key: string): Promise<unknown> => pool.ask((wire) => wire.ask(`get ${key}\n`, parseAnswer, 4096))
  const [first, second] = await Promise.allSettled([ask('a'), ask('b')])
  assert.match(String(first.status === 'rejected' && first.reason), /no answer within 0\.1 s/)
  assert.match(String(second.status === 'rejected' && second.reason), /all 1 connections were busy for 0\.1 s/)
})

test('endpoints', () => {
  assert.deepEqual(parseEndpoint('inet:[::1]:25'), { kind: 'inet', host: '::1', port: 25 })
  assert.deepEqual(parseEndpoint('h.example', 3306), { kind: 'inet', host: 'h.example', port: 3306 })
  assert.deepEqual(parseEndpoint('unix:/a b'), { kind: 'unix', path: '/a b' })
  for (const text of ['', 'h', 'h:x', 'h:99999', 'unix:', '::1:25']) assert.throws(() => parseEndpoint(text), Error, text)
})

test('answers read back what was written, and none ends in anything but an Error', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  fc.assert(
    fc.property(text, fc.nat({ max: 40 }), (value, cut) => {
      const whole = value.toWellFormed()
      assert.equal(decode(encode(value)), whole)
      const octets = netstring(value)
      assert.equal(parseNetstring(octets, 1000)?.value.toString(), whole)
      if (cut < octets.length) assert.equal(parseNetstring(octets.subarray(0, cut), 1000), undefined)
    }),
  )
  const piece = fc.constantFrom(
    '200 ',
    '400',
    'VALUE a 0 ',
    '1',
    '5',
    '\r\n',
    '\n',
    'END',
    ':',
    ',',
    'OK ',
    '%',
    '%41',
    'x',
    '\0',
    '7:OK abcd,',
  )
  const parsers = [
    parseAnswer,
    parseReply,
    (octets: Buffer) => parseGet(octets, 20, 20),
    (octets: Buffer) => parseNetstring(octets, 20),
  ]
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(...parsers), (pieces, parse) => {
      const octets = Buffer.from(pieces.join(''))
      try {
        const answer = parse(octets)
        if (answer !== undefined) assert.ok(answer.length > 0 && answer.length <= octets.length)
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof RangeError || error instanceof TypeError), String(error))
      }
    }),
    { numRuns: 500 },
  )
})
