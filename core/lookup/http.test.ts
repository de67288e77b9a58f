/** http tables against a service of this process. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { valuesIn } from './http.ts'
import { openTable, type Table } from './index.ts'

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void

async function service(t: TestContext, answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => answer(request, body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function open(t: TestContext, settings: string): Promise<Table> {
  const table = await openTable(`http:{ ${settings} }`, { baseDirectory: '/' })
  t.after(() => table.close?.())
  return table
}

const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

test('GET: the key is encoded in the URL; values come from JSON or text', async (t) => {
  const asked: (string | undefined)[] = []
  const origin = await service(t, ({ url, headers }, _, response) => {
    asked.push(url, headers.authorization, String(headers['x-tenant']))
    if (url?.startsWith('/none')) json(response, {}, 404)
    else if (url?.includes('text%40')) response.writeHead(200, { 'content-type': 'text/plain' }).end('REJECT go away\n')
    else json(response, { user: { boxes: ['a', 'b', null] } })
  })
  const table = await open(
    t,
    `{url = ${origin}/%d/lookup?key=%s&q=100%%}, result_path=user.boxes, {headers = X-Tenant: one}, user=me, password=pw`,
  )
  assert.equal(await table.lookup("A&b?'/@x.test"), 'a,b')
  assert.equal(await table.lookup('text@x.test'), 'REJECT go away')
  assert.equal(await table.lookup('x@none'), undefined)
  assert.deepEqual(asked.slice(0, 3), [`/x.test/lookup?key=a%26b%3F%27%2F%40x.test&q=100%`, `Basic ${btoa('me:pw')}`, 'one'])
  assert.deepEqual(await table.inspect?.(), { source: origin })
})

test('POST: the key is quoted in JSON', async (t) => {
  const origin = await service(t, ({ method, headers }, body, response) => {
    json(response, { value: `${method} ${headers['content-type']} ${(JSON.parse(body) as { key: string }).key}` })
  })
  const table = await open(t, `url=${origin}/, method=post`)
  assert.equal(await table.lookup('a"b\\c@x'), 'POST application/json a"b\\c@x')
})

const failures: [string, Answer, RegExp][] = [
  ['an error of the server', (_, __, response) => json(response, {}, 503), /^http:\{\.\.\.\}: http:\S+: status 503$/],
  ['a redirection', (_, __, response) => response.writeHead(302, { location: '/' }).end(), /status 302/],
  [
    'no JSON',
    (_, __, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    /the answer is no JSON/,
  ],
  ['something else', (_, __, response) => json(response, { value: { a: 1 } }), /no text at result_path/],
  ['a flood', (_, __, response) => response.writeHead(200).end('x'.repeat(100_000)), /an answer of over 65536 octets/],
  ['silence', () => undefined, /no answer within 0\.1 s/],
  ['a closed connection', (request) => void request.socket.destroy(), /other side closed|socket hang up|ECONNRESET/],
]
for (const [what, answer, message] of failures) {
  test(`${what} is a temporary failure`, async (t) => {
    const table = await open(t, `url=${await service(t, answer)}/%s, timeout=${what === 'silence' ? '100ms' : '5s'}`)
    await assert.rejects(async () => table.lookup('key'), { name: 'TableError', message })
  })
}

test('nobody listening is told at once', async (t) => {
  const table = await open(t, 'url=http://127.0.0.1:1/%s')
  await assert.rejects(async () => table.lookup('key'), { name: 'TableError', message: /ECONNREFUSED|bad port/ })
})

for (const [settings, message] of [
  ['method=get', /url is required/],
  ['{url=ftp://x/%s}', /must begin with http/],
  ['{url=http://%d/x}', /name the same host for every key/],
  ['url=http://x/, method=put', /method must be one of get, post/],
  ['url=http://x/, {headers=what}', /headers has "what", expected/],
] as const) {
  test(`refuses ${settings}`, async () => {
    await assert.rejects(openTable(`http:{ ${settings} }`, { baseDirectory: '/' }), message)
  })
}

test('values of any JSON are text or an Error', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.array(fc.constantFrom('value', 'a', '__proto__', 'toString'), { maxLength: 3 }),
      (content, path) => {
        try {
          for (const value of valuesIn(content, path)) assert.equal(typeof value, 'string')
        } catch (error) {
          assert.match((error as Error).message, /^the answer/)
        }
      },
    ),
  )
  assert.deepEqual(valuesIn('{"value":5}', ['value']), ['5'])
  assert.deepEqual(valuesIn('"bare"', ['value']), ['bare'])
  assert.deepEqual(valuesIn('{"value":null}', ['value']), [])
  assert.deepEqual(valuesIn('{}', ['constructor', 'name']), [])
})
