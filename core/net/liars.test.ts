/** Name servers that do not play by the rules: every question is answered or given up in time, and no forged answer is believed. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type DecodedPacket, decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet'
import { createResolver } from './resolver.ts'

type Answers = (query: DecodedPacket) => readonly object[]

const answer = ({ id = 0, questions = [] }: DecodedPacket, data: string, more: object = {}): object => ({
  type: 'response',
  id,
  flags: RECURSION_AVAILABLE,
  questions,
  answers: [{ type: 'A', name: questions[0]?.name ?? '', ttl: 60, data }],
  ...more,
})

/** A server whose UDP side sends all these packets; by TCP `tcp` does what it likes. */
async function start(t: TestContext, udp: Answers, tcp?: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    t.after(() => socket.destroy())
    tcp?.(socket)
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  const socket = createSocket('udp4')
  socket.on('message', (query, peer) => {
    for (const packet of udp(decode(query))) socket.send(encode(packet as never), peer.port, peer.address)
  })
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve))
  t.after(() => {
    socket.close()
    server.close()
  })
  return `127.0.0.1:${port}`
}

async function resolved(servers: readonly string[], timeoutMs = 100) {
  const resolver = createResolver({ servers, timeoutMs, attempts: 1 })
  const { status, records } = await resolver.resolve('x.test', 'A')
  resolver.close()
  return status === 'found' ? records.map(({ data }) => data).join() : status
}

const cut = (query: DecodedPacket): object[] => [answer(query, '', { flags: TRUNCATED_RESPONSE, answers: [] })]
const servfail = (query: DecodedPacket): object[] => [answer(query, '', { flags: RECURSION_AVAILABLE | 2, answers: [] })]

test('answers to other questions are not believed, and the true one still counts', async (t) => {
  const forged = (query: DecodedPacket): object[] => [
    { ...answer(query, '192.0.2.66'), id: ((query.id ?? 0) + 1) % 65_536 },
    { ...answer(query, '192.0.2.66'), questions: [{ type: 'A', name: 'y.test' }] },
    { ...answer(query, '192.0.2.66'), questions: [{ type: 'MX', name: 'x.test' }] },
    { ...answer(query, '192.0.2.66'), questions: [] },
    { ...answer(query, '192.0.2.66'), type: 'query' },
  ]
  const liar = await start(t, forged)
  assert.equal(await resolved([liar]), 'failed')
  const late = await start(t, (query) => [...forged(query), answer(query, '192.0.2.1')])
  assert.equal(await resolved([late], 5000), '192.0.2.1')
  const flood = await start(t, (query) => Array.from({ length: 150 }, () => forged(query)).flat())
  assert.equal(await resolved([flood], 5000), 'failed')
})

test('records of other names in a true answer are not taken', async (t) => {
  const answers = [{ type: 'A', name: 'y.test', ttl: 60, data: '192.0.2.66' }]
  const server = await start(t, (query) => [answer(query, '', { answers })])
  assert.equal(await resolved([server], 5000), 'empty')
})

test('the next server is asked when one fails, is silent, or is not there', async (t) => {
  const good = await start(t, (query) => [answer(query, '192.0.2.1')])
  const silent = await start(t, () => [])
  const failing = await start(t, servfail)
  for (const bad of [silent, failing, '127.0.0.1:1']) assert.equal(await resolved([bad, good]), '192.0.2.1')
  assert.equal(await resolved([failing, silent]), 'failed')
})

test('a server that cuts its answers and does not serve TCP is given up', async (t) => {
  const byTcp: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.destroy(),
    () => {},
    (socket) => void socket.write('\x00'),
    (socket) => void socket.write('\xff\xff not a packet'),
    (socket) => void socket.end(Buffer.concat([Buffer.from([0, 20]), Buffer.alloc(20)])),
  ]
  for (const tcp of byTcp) assert.equal(await resolved([await start(t, cut, tcp)]), 'failed')
})

test('an answer that is cut by TCP as well is not asked for without end', async (t) => {
  let asked = 0
  const server = await start(t, cut, (socket) => {
    socket.on('data', (chunk: Buffer) => {
      asked++
      const packet = encode(cut(decode(chunk.subarray(2)))[0] as never)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(packet.length)
      socket.write(Buffer.concat([length, packet]))
    })
  })
  assert.notEqual(await resolved([server], 5000), 'found')
  assert.equal(asked, 1)
})
