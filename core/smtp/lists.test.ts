/** Tables and lists about servers: which keywords are ignored, whose dialogs are logged, whose connections are kept. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo } from '../../test/kit/mx.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

async function server(options: MxOptions = {}): Promise<FakeMx> {
  const mx = await fakeMx(options)
  open.push(mx)
  return mx
}

test('smtp_discard_ehlo_keyword_address_maps: a table that knows the server takes the place of the list', async () => {
  const parameters = {
    smtp_discard_ehlo_keywords: 'dsn, pipelining',
    smtp_discard_ehlo_keyword_address_maps: 'fake:none fake:k',
  }
  const mail = async (entries: Record<string, string>): Promise<readonly [string | undefined, number, readonly string[]]> => {
    const mx = await server()
    const transport = aTransport({ parameters, tables: { 'fake:none': {}, 'fake:k': entries } })
    await transport.deliver(aQueuedMessage(), `[127.0.0.1]:${mx.port}`)
    return [saidTo(mx)[1], mx.mostPipelined, transport.log()]
  }
  const [plain, one, log] = await mail({ '127.0.0.1': 'Size 8bitmime,smtputf8' })
  assert.deepEqual([plain, log], ['MAIL FROM:<s@sender.test>', ['discarding EHLO keywords: 8BITMIME SIZE SMTPUTF8']])
  assert.ok(one > 1)
  assert.deepEqual((await mail({ '127.0.0.1': 'silent-discard none' }))[2], [])
  const [sized, alone, listed] = await mail({ '127.0.0.2': 'size' })
  assert.match(sized ?? '', / SIZE=\d+$/)
  assert.equal(alone, 1)
  assert.deepEqual(listed, ['discarding EHLO keywords: PIPELINING DSN'])
})

test('lmtp_discard_lhlo_keyword_address_maps; a table that fails has the mail wait', async () => {
  const mx = await server({ lmtp: true })
  const tables = { 'fake:k': { '127.0.0.1': 'size' }, 'fake:bad': { '127.0.0.1': new Error('down') } }
  const nexthop = `inet:[127.0.0.1]:${mx.port}`
  const lmtp = aTransport({ agent: 'lmtp', tables, parameters: { lmtp_discard_lhlo_keyword_address_maps: 'fake:k' } })
  await lmtp.deliver(aQueuedMessage(), nexthop)
  assert.equal(saidTo(mx)[1], 'MAIL FROM:<s@sender.test>')
  const failing = aTransport({ agent: 'lmtp', tables, parameters: { lmtp_discard_lhlo_keyword_address_maps: 'fake:bad' } })
  const [outcome] = await failing.deliver(aQueuedMessage(), nexthop)
  assert.equal(wordsOf(outcome), 'deferred 4.3.0 local data error while talking to 127.0.0.1[127.0.0.1]')
  assert.deepEqual(failing.log(), ['warning: lmtp_discard_lhlo_keyword_address_maps map lookup error for 127.0.0.1'])
})

test('debug_peer_list: dialogs with its servers are logged line by line, content is not', async () => {
  const mx = await server({ keywords: ['SIZE'] })
  const log = async (parameters: Record<string, string>): Promise<readonly string[]> => {
    const transport = aTransport({ parameters })
    await transport.deliver(aQueuedMessage({ text: 'Subject: secret\n' }), `[127.0.0.1]:${mx.port}`)
    return transport.log()
  }
  const peer = `127.0.0.1[127.0.0.1]:${mx.port}:`
  const lines = await log({ debug_peer_list: '127.0.0.0/8' })
  assert.deepEqual(lines.slice(0, 2), [`< ${peer} 220 mx.fake ESMTP ready`, `> ${peer} EHLO gw.example.test`])
  assert.ok(lines.includes(`> ${peer} DATA`) && lines.includes(`> ${peer} .`) && !lines.join().includes('secret'))
  assert.deepEqual(await log({ debug_peer_list: '127.0.0.0/8', debug_peer_level: '0' }), [])
  assert.deepEqual(await log({ debug_peer_list: '192.0.2.1' }), [])
})

test('smtp_connection_cache_destinations: names and addresses, tables and exceptions', async () => {
  const connections = async (list: string): Promise<number> => {
    const mx = await server()
    const transport = aTransport({
      parameters: { smtp_connection_cache_destinations: list },
      tables: { 'fake:k': { '127.0.0.1': 'x' } },
    })
    for (let i = 0; i < 2; i++) await transport.deliver(aQueuedMessage(), `[127.0.0.1]:${mx.port}`)
    await transport.agent.close()
    return mx.dialogs.length
  }
  assert.equal(await connections('other.test, 127.0.0.1'), 1)
  assert.equal(await connections('other.test fake:k'), 1)
  assert.equal(await connections('!127.0.0.1, fake:k'), 2)
  assert.equal(await connections('.0.0.1 [127.0.0.1] 127.0.0.1:25'), 2)
})
