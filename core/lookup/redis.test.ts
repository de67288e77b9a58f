/** redis tables against a server of this process that knows a few commands. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openTable, type Table } from './index.ts'

/** Answers commands by their words. */
type Answer = (words: readonly string[]) => string

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
const list = (texts: readonly string[]): string => `*${texts.length}\r\n${texts.map(bulk).join('')}`
const NULL = '$-1\r\n'

interface Fake {
  readonly port: number
  readonly asked: string[][]
  cut(): void
}

async function serve(t: TestContext, answer: Answer): Promise<Fake> {
  const sockets = new Set<Socket>()
  const asked: string[][] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      for (let words = next(); words !== undefined; words = next()) {
        const command = words[0]?.toLowerCase() ?? ''
        if (command === 'hello') socket.write('-NOPROTO sorry\r\n')
        else if (command === 'info') socket.write(bulk('redis_version:7.0.0\r\nloading:0\r\n'))
        else if (['auth', 'select', 'client'].includes(command)) socket.write('+OK\r\n')
        else socket.write(answer(words))
        if (!['hello', 'info', 'client'].includes(command)) asked.push(words)
      }
    })
    /** The words of the next command, once it is there. */
    const next = (): string[] | undefined => {
      const head = /^\*(\d+)\r\n/.exec(text)
      if (head === null) return undefined
      let at = head[0].length
      const words: string[] = []
      for (let i = 0; i < Number(head[1]); i++) {
        const length = /^\$(\d+)\r\n/.exec(text.slice(at))
        if (length === null) return undefined
        at += length[0].length
        words.push(text.slice(at, at + Number(length[1])))
        at += Number(length[1]) + 2
      }
      if (text.length < at) return undefined
      text = text.slice(at)
      return words
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  t.after(() => {
    cut()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked, cut }
}

async function open(t: TestContext, port: number, settings = ''): Promise<Table> {
  const table = await openTable(`redis:{ {hosts = 127.0.0.1:${port}} ${settings} }`, { baseDirectory: '/' })
  t.after(() => table.close?.())
  return table
}

const cases: [string, string, Answer, string | undefined, string][] = [
  ['a value by its key', 'key_format=mail:%s', () => bulk('box'), 'box', 'get mail:a@x.test'],
  ['nothing', '', () => NULL, undefined, 'get a@x.test'],
  ['a field of a hash', 'command=hget, hash=aliases:%d', () => bulk('box'), 'box', 'hget aliases:x.test a@x.test'],
  [
    'a member of a set',
    'command=sismember, set=domains, key_format=%d, {result_format=OK %s}',
    () => ':1\r\n',
    'OK x.test',
    'sismember domains x.test',
  ],
  ['no member', 'command=sismember, set=domains', () => ':0\r\n', undefined, 'sismember domains a@x.test'],
  ['a list', 'command=lrange', () => list(['a', 'b']), 'a,b', 'lrange a@x.test 0 -1'],
  ['an empty set', 'command=smembers', () => '*0\r\n', undefined, 'smembers a@x.test'],
]
for (const [what, settings, answer, value, asked] of cases) {
  test(`finds ${what}`, async (t) => {
    const fake = await serve(t, answer)
    const table = await open(t, fake.port, settings)
    assert.equal(await table.lookup('A@x.test'), value)
    assert.equal(fake.asked.at(-1)?.join(' '), asked)
  })
}

test('a refusal, and a dead server, are temporary failures; a server that is back is asked again', async (t) => {
  const fake = await serve(t, ([command]) => (command === 'ping' ? '+PONG\r\n' : '-WRONGTYPE not that\r\n'))
  const table = await open(t, fake.port)
  assert.deepEqual(await table.inspect?.(), { source: `127.0.0.1:${fake.port}` })
  await assert.rejects(async () => table.lookup('a'), { name: 'TableError', message: 'redis:{...}: WRONGTYPE not that' })
  fake.cut()
  await assert.rejects(async () => table.lookup('a'), { name: 'TableError' })
  for (let tries = 0; ; tries++) {
    let error: Error | undefined
    try {
      await table.lookup('a')
    } catch (reason) {
      error = reason as Error
    }
    if (error?.message.includes('WRONGTYPE') === true) break
    assert.ok(tries < 1000, String(error))
  }
  const dead = await open(t, 1)
  await assert.rejects(async () => dead.lookup('a'), { name: 'TableError', message: /ECONNREFUSED/ })
  await assert.rejects(async () => dead.lookup('a'), { name: 'TableError' })
})

for (const [settings, message] of [
  ['command=flushall', /command must be one of get, hget/],
  ['command=hget', /hash is required/],
  ['{hosts=a b}', /hosts must name one server/],
  ['db=x', /db must be a whole number/],
] as const) {
  test(`refuses ${settings}`, async () => {
    await assert.rejects(openTable(`redis:{ ${settings} }`, { baseDirectory: '/' }), message)
  })
}
