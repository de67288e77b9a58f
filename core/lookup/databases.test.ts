/** mysql and pgsql tables against servers of this process that speak enough of the protocols; both, when nobody answers. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import mysql2 from 'mysql2'
import { clientLibrary } from './client-library.ts'
import { openTable, type Table } from './index.ts'

/** Rows for a query, or the text of an error. */
type Answer = (sql: string) => readonly (readonly (string | null)[])[] | string

interface Fake {
  readonly port: number
  readonly asked: string[]
  connections: number
  cut(): void
}

async function listen(t: TestContext, serve: (socket: Socket, fake: Fake) => void): Promise<Fake> {
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const fake: Fake = { port: 0, asked: [], connections: 0, cut }
  const server: Server = createServer((socket) => {
    fake.connections++
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, fake)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    cut()
    server.close()
  })
  return Object.assign(fake, { port: (server.address() as AddressInfo).port })
}

const message = (type: string, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)))
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])
const int32 = (value: number): Buffer => Buffer.from([value >> 24, value >> 16, value >> 8, value].map((each) => each & 255))
const READY = message('Z', Buffer.from('I'))

/** PostgreSQL's simple query protocol. */
function postgres(t: TestContext, answer: Answer): Promise<Fake> {
  return listen(t, (socket, fake) => {
    let isStarted = false
    socket.on('data', (data) => {
      if (!isStarted) {
        isStarted = true
        return socket.write(Buffer.concat([message('R', int32(0)), READY]))
      }
      if (data[0] !== 81) return
      const sql = data.toString('utf8', 5, data.length - 1)
      if (sql.startsWith('SET ')) return socket.write(Buffer.concat([message('C', 'SET'), READY]))
      fake.asked.push(sql)
      const rows = answer(sql)
      if (typeof rows === 'string')
        return socket.write(Buffer.concat([message('E', 'SERROR', 'C42703', `M${rows}`, Buffer.from([0])), READY]))
      const width = rows[0]?.length ?? 1
      const columns = Array.from({ length: width }, () => [
        Buffer.from('c\0'),
        int32(0),
        int16(0),
        int32(25),
        int16(-1),
        int32(-1),
        int16(0),
      ]).flat()
      const cell = (value: string | null): Buffer[] =>
        value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)]
      const lines = rows.map((row) => message('D', int16(row.length), ...row.flatMap(cell)))
      socket.write(
        Buffer.concat([message('T', int16(width), ...columns), ...lines, message('C', `SELECT ${rows.length}`), READY]),
      )
    })
  })
}

/** What of the library's server side is used here. */
interface ServerSide {
  sequenceId: number
  handlePacket(packet: { readonly sequenceId: number } | undefined): void
  serverHandshake(options: object): void
  on(event: string, listener: (sql: string) => void): void
  writeTextResult(rows: readonly object[], columns: readonly object[]): void
  writeError(error: object): void
  writeOk(): void
}

function mariadb(t: TestContext, answer: Answer): Promise<Fake> {
  return new Promise((resolve) => {
    const sockets = new Set<Socket>()
    const cut = (): void => {
      for (const socket of sockets) socket.destroy()
    }
    const fake: Fake = { port: 0, asked: [], connections: 0, cut }
    const server = mysql2.createServer((raw) => {
      const side = raw as unknown as ServerSide & { stream: Socket }
      fake.connections++
      side.on('error', () => undefined)
      sockets.add(side.stream)
      // Every command begins a sequence of its own, which this side of the library does not see.
      const handle = side.handlePacket.bind(side)
      side.handlePacket = (packet) => {
        if (packet?.sequenceId === 0) side.sequenceId = 0
        handle(packet)
      }
      side.serverHandshake({
        protocolVersion: 10,
        serverVersion: '5.7',
        connectionId: 1,
        statusFlags: 2,
        characterSet: 45,
        capabilityFlags: 0xffffff,
      })
      side.on('query', (sql) => {
        fake.asked.push(sql)
        const rows = answer(sql)
        if (typeof rows === 'string') return side.writeError({ message: rows, code: 1054 })
        const names = rows[0]?.map((_, i) => `c${i}`) ?? ['c0']
        const columns = names.map((name) => ({
          catalog: 'def',
          schema: '',
          table: '',
          orgTable: '',
          name,
          orgName: name,
          characterSet: 45,
          columnLength: 255,
          columnType: 253,
          flags: 0,
          decimals: 0,
        }))
        side.writeTextResult(
          rows.map((row) => Object.fromEntries(row.map((value, i) => [`c${i}`, value]))),
          columns,
        )
      })
    }) as unknown as { listen(port: number, host: string): void; _server: Server; close(): void }
    server._server.listen(0, '127.0.0.1', () =>
      resolve(Object.assign(fake, { port: (server._server.address() as AddressInfo).port })),
    )
    t.after(() => {
      cut()
      server._server.close()
    })
  })
}

const kinds = { pgsql: postgres, mysql: mariadb } as const

async function open(t: TestContext, type: string, hosts: string, more = ''): Promise<Table> {
  const settings = `{hosts = ${hosts}}, user=u, password=p, dbname=d, {query = SELECT v FROM a WHERE k = '%s'} ${more}`
  const table = await openTable(`${type}:{ ${settings} }`, { baseDirectory: '/' })
  t.after(() => table.close?.())
  return table
}

for (const type of ['pgsql', 'mysql'] as const) {
  test(`${type}: asks with the quoted key; all columns of all rows are values`, async (t) => {
    const fake = await kinds[type](t, (sql) =>
      sql.includes('none')
        ? []
        : [
            ['one', null],
            ['two', 'three'],
          ],
    )
    const table = await open(t, type, `127.0.0.1:${fake.port}`)
    assert.equal(await table.lookup("It's"), 'one,two,three')
    assert.equal(await table.lookup('none'), undefined)
    assert.deepEqual(fake.asked, ["SELECT v FROM a WHERE k = 'it''s'", "SELECT v FROM a WHERE k = 'none'"])
    assert.equal(fake.connections, 1)
    assert.deepEqual(await table.inspect?.(), { source: `127.0.0.1:${fake.port}` })
  })

  test(`${type}: an error of the server keeps the connection, a lost one is opened again`, async (t) => {
    const fake = await kinds[type](t, (sql) => (sql.includes('bad') ? 'no such column' : [['yes']]))
    const table = await open(t, type, `127.0.0.1:${fake.port}`)
    await assert.rejects(async () => table.lookup('bad'), {
      name: 'TableError',
      message: `${type}:{...}: query failed: no such column`,
    })
    assert.equal(await table.lookup('good'), 'yes')
    assert.equal(fake.connections, 1)
    fake.cut()
    assert.equal(await table.lookup('good'), 'yes')
    assert.equal(fake.connections, 2)
  })

  test(`${type}: of several servers, one that answers is found; a silent one is left alone`, async (t) => {
    const fake = await kinds[type](t, () => [['yes']])
    const silent = await listen(t, (socket) => void socket.resume())
    const table = await open(t, type, `127.0.0.1:1 127.0.0.1:${silent.port} 127.0.0.1:${fake.port}`, ', timeout=200ms')
    for (let i = 0; i < 20; i++) assert.equal(await table.lookup('key'), 'yes')
    assert.ok(silent.connections <= 1)
    const alone = await open(t, type, `127.0.0.1:${silent.port}`, ', timeout=50ms')
    await assert.rejects(async () => alone.lookup('key'), { name: 'TableError', message: /no answer within 0\.05 s$/ })
  })

  test(`${type}: nobody listening is told at once`, async (t) => {
    const table = await open(t, type, '127.0.0.1:1')
    await assert.rejects(async () => table.lookup('key'), { name: 'TableError', message: /127\.0\.0\.1:1: .*ECONNREFUSED/ })
  })
}

test('settings that can not work are told at the start', async () => {
  const query = "{query = SELECT '%s'}"
  const cases: [string, RegExp][] = [
    ['pgsql:{ }', /query is required/],
    [`pgsql:{ ${query}, {hosts = a b:c} }`, /hosts expected/],
    [`pgsql:{ ${query}, encoding=latin1 }`, /encoding must be UTF8/],
    [`mysql:{ ${query}, tls_CAfile=/no/file }`, /tls_CAfile can not be read/],
    [`mysql:{ ${query}, require_result_set=perhaps }`, /must be yes or no/],
    [`mysql:{ ${query}, timeout=never }`, /timeout must be a time/],
  ]
  for (const [spec, why] of cases) await assert.rejects(openTable(spec, { baseDirectory: '/' }), why)
})

test('a client library that is missing is named', async () => {
  await assert.rejects(clientLibrary('mysql:x', 'no-such-library'), {
    message: 'table mysql:x: needs the npm package no-such-library, which is not installed: npm install no-such-library',
  })
})
