import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { HttpPolicyOptions } from '../../schemas/plugins/http-policy.d.ts'
import { type AccessFacts, mount, type World } from '../../test/kit/index.ts'
import { milliseconds } from './duration.ts'
import httpPolicy from './index.ts'

const base = mkdtempSync(join(tmpdir(), 'http-policy-'))
after(() => rmSync(base, { recursive: true, force: true }))

type Handler = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => unknown

/** A web service for the length of `work`; with `path` on that unix socket. */
async function serving(handler: Handler, work: (at: { url: string; asked: string[] }) => Promise<void>, path?: string) {
  const asked: string[] = []
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    asked.push(text)
    handler(Object.assign(request, { text }), response)
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
  )
  const port = path === undefined ? (server.address() as AddressInfo).port : 0
  try {
    await work({ url: `http://127.0.0.1:${port}/check?x=1`, asked })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const json =
  (answer: unknown): Handler =>
  (_, response) =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))

/** Mounts it, asks once at `rcpt`, and tells what came of it. */
async function asking(options: Partial<HttpPolicyOptions>, facts: AccessFacts = {}, world: World = {}) {
  const mounted = await mount(httpPolicy, { retry_delay: '1ms', ...options }, { stage: 'rcpt', baseDirectory: base, ...world })
  try {
    const verdict = await mounted.access('rcpt', { recipient: 'r@x', ...facts })
    const said =
      verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
        ? (verdict?.kind ?? 'dunno')
        : `${verdict.code} ${verdict.status} ${verdict.text}`
    const faults = mounted.events.flatMap((event) => (event.type === 'fault' ? [event.message] : []))
    return { said, verdict, faults, recorded: mounted.recorded, log: [...mounted.log] }
  } finally {
    await mounted.stop()
  }
}

const WHO = '<r@x>: Recipient address rejected:'
const answers: [object, string][] = [
  [{ action: 'dunno' }, 'dunno'],
  [{ action: 'permit' }, 'permit'],
  [{ action: 'reject' }, `554 5.7.1 ${WHO} Access denied`],
  [{ action: 'reject', code: 550, status: '5.1.1', text: 'nobody grüßt' }, '550 5.1.1 nobody grüßt'],
  [{ action: 'defer' }, `450 4.7.1 ${WHO} Access denied`],
  [{ action: 'defer', code: 421, status: '4.3.2', text: 'bye' }, '421 4.3.2 bye'],
  [{ action: 'discard', text: 'spam' }, 'discard'],
]
for (const [answer, expected] of answers) {
  test(`${JSON.stringify(answer)} gives ${expected}`, () =>
    serving(json(answer), async ({ url }) => {
      const { said, verdict, faults } = await asking({ url })
      assert.equal(said, expected)
      assert.deepEqual(faults, [])
      assert.equal(verdict?.kind === 'defer' && verdict.close === true, said.startsWith('421'))
    }))
}

test('what does not decide is recorded', async () => {
  const edits = [
    { kind: 'prepend', header: 'X-Score: 7' },
    { kind: 'hold' },
    { kind: 'bcc', address: 'archive@x' },
    { kind: 'redirect', address: 'b@x' },
    { kind: 'filter', destination: 'smtp:[127.0.0.1]:10025' },
  ]
  await serving(json({ action: 'defer_if_permit', text: 'grey', edits }), async ({ url }) => {
    const { said, recorded } = await asking({ url })
    assert.equal(said, 'dunno')
    assert.deepEqual(recorded.edits, [edits[0], { kind: 'hold', text: '' }, ...edits.slice(2)])
    assert.equal(recorded.deferIfPermit?.text, 'grey')
    assert.deepEqual(recorded.notes[1], { action: 'bcc', text: '<r@x>: Recipient address triggers BCC archive@x' })
  })
  await serving(json({ action: 'defer_if_reject', code: 451, status: '4.2.0' }), async ({ url }) => {
    assert.partialDeepStrictEqual((await asking({ url })).recorded.deferIfReject, { code: 451 })
  })
})

test('the request: method, path, header fields, token, and a body that fits its schema', async () => {
  writeFileSync(join(base, 'token'), 'from-file\nignored\n')
  let seen: IncomingMessage | undefined
  const answer: Handler = (request, response) => {
    seen = request
    json({ action: 'dunno' })(request, response)
  }
  await serving(answer, async ({ url, asked }) => {
    await asking({ url, headers: { 'x-own': '1' }, token: 'secret', context: 'inbound' })
    assert.equal(`${seen?.method} ${seen?.url}`, 'POST /check?x=1')
    assert.partialDeepStrictEqual(seen?.headers, {
      authorization: 'Bearer secret',
      'x-own': '1',
      'content-type': 'application/json',
    })
    assert.partialDeepStrictEqual(JSON.parse(asked[0] ?? ''), {
      version: 1,
      step: 'http-policy',
      context: 'inbound',
      recipient: 'r@x',
    })
    await asking({ url, token_file: 'token' })
    assert.equal(seen?.headers.authorization, 'Bearer from-file')
  })
})

test('no answer, a bad one, or too much of one is an error of the step', async () => {
  const cases: [Handler, RegExp, Partial<HttpPolicyOptions>?][] = [
    [json({ action: 'explode' }), /does not fit its schema: \/action/],
    [json({ action: 'reject', code: 450 }), /does not fit its schema: \/code must be >= 500/],
    [json({ action: 'dunno', code: 550 }), /does not fit its schema/],
    [json({ action: 'reject', text: 'a\r\nb' }), /does not fit its schema: \/text/],
    [json({ action: 'dunno', edits: [{ kind: 'prepend', header: 'X: a\r\nBcc: all' }] }), /does not fit its schema: \/edits\/0/],
    [json([]), /does not fit its schema/],
    [(_, response) => response.end('{"action":'), /is no JSON/],
    [(_, response) => response.writeHead(500).end('oops'), /^status 500$/],
    [(_, response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end(), /^status 302$/],
    [(_, response) => response.end(`"${'x'.repeat(2000)}"`), /longer than 1000 bytes/, { max_response: 1000 }],
    [() => undefined, /no answer within 200 ms/, { timeout: '200ms' }],
    [() => undefined, /headers timeout/i, { headers_timeout: '50ms' }],
    [(_, response) => response.write('{'), /no answer within 300 ms|body timeout/i, { timeout: '300ms' }],
    [({ socket }) => socket.destroy(), /other side closed|socket/i],
  ]
  for (const [handler, expected, options] of cases) {
    await serving(handler, async ({ url, asked }) => {
      const { said, faults } = await asking({ url, ...options })
      assert.equal(said, '451 4.3.0 Temporary lookup failure')
      assert.match(faults[0] ?? '', expected)
      assert.equal(asked.length, 1, 'it was asked once')
    })
  }
})

test('onError decides what an error means', async () => {
  await serving(json({}), async ({ url }) => {
    assert.equal((await asking({ url }, {}, { onError: 'skip' })).said, 'dunno')
    assert.equal((await asking({ url }, {}, { onError: 'reject' })).said, '554 5.3.0 Service unavailable')
  })
})

test('204 is no opinion', () =>
  serving(
    (_, response) => response.writeHead(204).end(),
    async ({ url }) => assert.equal((await asking({ url })).said, 'dunno'),
  ))

test('where nobody listens, every try is made; nothing was sent', async () => {
  const server = createTcpServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  await new Promise((resolve) => server.close(resolve))
  const waits: number[] = []
  const clock = { now: () => 0, sleep: async (time: number) => void waits.push(time) }
  const { said, faults } = await asking({ url: `http://127.0.0.1:${port}/`, tries: 3, retry_delay: '2s' }, {}, { clock })
  assert.equal(said, '451 4.3.0 Temporary lookup failure')
  assert.match(faults[0] ?? '', /ECONNREFUSED/)
  assert.deepEqual(waits, [2000, 2000])
})

test('an idempotent service is asked again after a broken connection and a busy gateway', async () => {
  for (const trouble of [({ socket }, _) => socket.destroy(), (_, response) => response.writeHead(503).end()] as Handler[]) {
    let times = 0
    const handler: Handler = (request, response) =>
      times++ === 0 ? trouble(request, response) : json({ action: 'reject', text: 'second' })(request, response)
    await serving(handler, async ({ url, asked }) => {
      assert.equal((await asking({ url, idempotent: true })).said, '554 5.7.1 second')
      assert.equal(asked.length, 2)
    })
  }
})

test('a unix socket', () => {
  const path = join(base, 'socket')
  return serving(
    json({ action: 'permit' }),
    async () => assert.equal((await asking({ url: 'http://localhost/x', socket: 'socket' })).said, 'permit'),
    path,
  )
})

test("HTTPS: the certificate must be the host's, and of an authority that is trusted", async () => {
  const path = join(base, 'tls')
  const server = createSecureServer({ cert: certificate('gw.crt'), key: certificate('gw.key') }, (_, response) => {
    response.end('{"action":"permit"}')
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const url = 'https://gw.example.test/check'
  const trusted = { url, socket: path, ca_file: `${CERTIFICATES}ca.crt` }
  assert.deepEqual((await asking(trusted)).faults, [])
  assert.match((await asking({ url, socket: path })).faults[0] ?? '', /certificate/)
  const other = await asking({ ...trusted, url: 'https://other.example.test/' })
  assert.match(other.faults[0] ?? '', /does not match certificate/)
  assert.equal(other.said, '451 4.3.0 Temporary lookup failure')
  await new Promise((resolve) => server.close(resolve))
})

test('connections are kept, and no more than allowed', async () => {
  const ports = new Set<number | undefined>()
  const handler: Handler = (request, response) => {
    ports.add(request.socket.remotePort)
    json({ action: 'dunno' })(request, response)
  }
  await serving(handler, async ({ url, asked }) => {
    const mounted = await mount(httpPolicy, { url, connections: 2 }, { stage: 'rcpt' })
    await Promise.all(Array.from({ length: 20 }, () => mounted.access('rcpt')))
    await mounted.stop()
    assert.equal(asked.length, 20)
    assert.ok(ports.size <= 2)
  })
})

test('what can not be used stops the start', async () => {
  const bad = (options: Partial<HttpPolicyOptions>, message: RegExp) => assert.rejects(mount(httpPolicy, options), message)
  await bad({ url: 'ftp://x/' }, /url/)
  await bad({ url: 'http://[x/' }, /is no URL/)
  await bad({ url: 'http://x/', timeout: 'soon' }, /timeout: "soon" is no time/)
  await bad({ url: 'http://x/', token_file: join(base, 'missing') }, /ENOENT/)
  assert.equal(milliseconds('x', '2m'), 120_000)
})

test('prepend at the end of data is told to be of no use', () =>
  serving(json({ action: 'dunno', edits: [{ kind: 'prepend', header: 'X: y' }] }), async ({ url }) => {
    const mounted = await mount(httpPolicy, { url }, { stage: 'end_of_data' })
    assert.equal(await mounted.access('end_of_data'), undefined)
    assert.deepEqual(mounted.edits, [])
    assert.deepEqual(mounted.log, ['warn: http-policy http-policy: prepend does nothing at end_of_data'])
    await mounted.stop()
  }))

/** Made for tests; theirs is gw.example.test. */
const CERTIFICATES = join(import.meta.dirname, '../../test/conformance/lib/tls/')

const certificate = (name: string): string => readFileSync(CERTIFICATES + name, 'utf8')
