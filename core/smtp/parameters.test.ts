/** Each client reads the parameters of its own name, and they do for LMTP what they do for SMTP. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport, wordsOf } from '../../test/kit/delivery.ts'
import { fakeDns } from '../../test/kit/dns.ts'
import { type FakeMx, fakeMx, type MxOptions, saidTo, until } from '../../test/kit/mx.ts'
import { scopeOf } from '../config/scope.ts'
import { CLIENT_PARAMETERS, LMTP_PARAMETERS, type Settings, SMTP_PARAMETERS, settingsOf } from './parameters.ts'

/** The parameter of the LMTP client, another value than its default, the setting that it is, and what it is then. */
const ROWS: readonly (readonly [string, string, keyof Settings, unknown])[] = [
  ['lmtp_balance_inet_protocols', 'no', 'balance_inet_protocols', false],
  ['lmtp_bind_address', '127.0.0.2', 'bind_address', '127.0.0.2'],
  ['lmtp_bind_address6', '::1', 'bind_address6', '::1'],
  ['lmtp_cname_overrides_servername', 'yes', 'cname_overrides_servername', true],
  ['lmtp_connect_timeout', '5s', 'connect_timeout', 5_000],
  ['lmtp_connection_cache_destinations', 'box.test', 'connection_cache_destinations', ['box.test']],
  ['lmtp_connection_cache_time_limit', '9s', 'connection_cache_time_limit', 9_000],
  ['lmtp_connection_reuse_count_limit', '7', 'connection_reuse_count_limit', 7],
  ['lmtp_connection_reuse_time_limit', '1m', 'connection_reuse_time_limit', 60_000],
  ['lmtp_data_xfer_timeout', '6s', 'data_xfer_timeout', 6_000],
  ['lmtp_defer_if_no_mx_address_found', 'yes', 'defer_if_no_mx_address_found', true],
  ['lmtp_discard_lhlo_keywords', 'dsn', 'discard_ehlo_keywords', ['dsn']],
  ['lmtp_dns_support_level', 'disabled', 'disable_dns_lookups', true],
  ['lmtp_host_lookup', 'native', 'host_lookup', ['native']],
  ['lmtp_lhlo_name', 'me.test', 'helo_name', 'me.test'],
  ['lmtp_lhlo_timeout', '4s', 'helo_timeout', 4_000],
  ['lmtp_line_length_limit', '0', 'line_length_limit', 0],
  ['lmtp_mx_address_limit', '1', 'mx_address_limit', 1],
  ['lmtp_mx_session_limit', '1', 'mx_session_limit', 1],
  ['lmtp_quit_timeout', '3s', 'quit_timeout', 3_000],
  ['lmtp_quote_rfc821_envelope', 'no', 'quote_rfc821_envelope', false],
  ['lmtp_randomize_addresses', 'no', 'randomize_addresses', false],
  ['lmtp_rset_timeout', '2s', 'rset_timeout', 2_000],
  ['lmtp_send_xforward_command', 'yes', 'send_xforward_command', true],
  ['lmtp_skip_5xx_greeting', 'no', 'skip_5xx_greeting', false],
  ['lmtp_skip_quit_response', 'yes', 'skip_quit_response', true],
  ['lmtp_tcp_port', '2003', 'tcp_port', '2003'],
  ['lmtp_xforward_timeout', '1s', 'xforward_timeout', 1_000],
]

const SMTP_NAMES: Readonly<Record<string, string>> = {
  lmtp_discard_lhlo_keywords: 'smtp_discard_ehlo_keywords',
  lmtp_lhlo_name: 'smtp_helo_name',
  lmtp_lhlo_timeout: 'smtp_helo_timeout',
}

test('agent lmtp reads lmtp_ and not smtp_, agent smtp the other way round', () => {
  const settings = (values: Record<string, string>, agent: 'smtp' | 'lmtp'): Settings =>
    settingsOf(scopeOf(values, SMTP_PARAMETERS, LMTP_PARAMETERS, CLIENT_PARAMETERS), agent)
  for (const [lmtpName, written, key, expected] of ROWS) {
    const smtpName = SMTP_NAMES[lmtpName] ?? lmtpName.replace('lmtp_', 'smtp_')
    const usual = { smtp: settings({}, 'smtp')[key], lmtp: settings({}, 'lmtp')[key] }
    assert.notDeepEqual(usual.lmtp, expected, `${lmtpName}=${written} is the default`)
    assert.deepEqual(settings({ [lmtpName]: written }, 'lmtp')[key], expected, lmtpName)
    assert.deepEqual(settings({ [lmtpName]: written }, 'smtp')[key], usual.smtp, lmtpName)
    assert.deepEqual(settings({ [smtpName]: written }, 'smtp')[key], expected, smtpName)
    assert.deepEqual(settings({ [smtpName]: written }, 'lmtp')[key], usual.lmtp, smtpName)
  }
})

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

async function server(options: MxOptions = {}): Promise<FakeMx & { readonly nexthop: string }> {
  const mx = await fakeMx({ lmtp: true, ...options })
  open.push(mx)
  return Object.assign(mx, { nexthop: `inet:[127.0.0.1]:${mx.port}` })
}

const lmtp = (parameters: Record<string, string>, zone: readonly string[] = []) =>
  aTransport({ agent: 'lmtp', parameters, dns: fakeDns(zone).resolver })

test('lmtp: quoting, XFORWARD, long lines', async () => {
  const mx = await server({ keywords: ['PIPELINING', 'XFORWARD NAME ADDR'] })
  const parameters = {
    lmtp_quote_rfc821_envelope: 'no',
    lmtp_send_xforward_command: 'yes',
    lmtp_line_length_limit: '20',
    smtp_line_length_limit: '10',
  }
  const long = `Subject: x\n\n${'a'.repeat(30)}\n`
  await lmtp(parameters).deliver(aQueuedMessage({ to: ['a b@box.test'], text: long }), mx.nexthop)
  assert.deepEqual(saidTo(mx).slice(0, 4), [
    'LHLO gw.example.test',
    'XFORWARD NAME=c ADDR=192.0.2.1',
    'MAIL FROM:<s@sender.test>',
    'RCPT TO:<a b@box.test>',
  ])
  assert.equal(mx.messages[0]?.content.toString(), `Subject: x\r\n\r\n${'a'.repeat(20)}\r\n ${'a'.repeat(10)}\r\n`)
})

test('lmtp: how long and for how much a connection is kept', async () => {
  const kept = { lmtp_connection_cache_destinations: '127.0.0.1', lmtp_connection_cache_time_limit: '60s' }
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [kept, 1],
    [{ ...kept, lmtp_connection_reuse_count_limit: '1' }, 2],
    [{ ...kept, lmtp_connection_reuse_time_limit: '1s' }, 1],
    [{ smtp_connection_cache_destinations: '127.0.0.1' }, 4],
  ]
  for (const [parameters, connections] of cases) {
    const mx = await server()
    const transport = lmtp(parameters)
    for (let i = 0; i < 4; i++) await transport.deliver(aQueuedMessage(), mx.nexthop)
    assert.equal(mx.dialogs.length, connections, JSON.stringify(parameters))
    await transport.agent.close()
  }
})

test('lmtp: a 5xx greeting is final only with lmtp_skip_5xx_greeting=no', async () => {
  const mx = await server({ rules: [{ on: /^<greeting>/, reply: '521 5.3.2 closed' }] })
  const message = aQueuedMessage()
  assert.match(wordsOf((await lmtp({}).deliver(message, mx.nexthop))[0]), /^deferred 4\.3\.2 /)
  assert.match(wordsOf((await lmtp({ lmtp_skip_5xx_greeting: 'no' }).deliver(message, mx.nexthop))[0]), /^bounced 5\.3\.2 /)
})

test('lmtp: which addresses are tried, and under which name', async () => {
  const zone = ['box.test CNAME real.test', 'real.test A 127.0.0.1']
  const mx = await server()
  const [port, usual] = [mx.port, { lmtp_randomize_addresses: 'no', inet_protocols: 'ipv4' }]
  const deliver = async (parameters: Record<string, string>, name: string) =>
    (await lmtp({ ...usual, ...parameters }, zone).deliver(aQueuedMessage(), `inet:${name}:${port}`))[0]
  assert.equal((await deliver({}, 'box.test'))?.relay, `box.test[127.0.0.1]:${port}`)
  assert.equal((await deliver({ lmtp_cname_overrides_servername: 'yes' }, 'box.test'))?.relay, `real.test[127.0.0.1]:${port}`)
  // Each way of looking up has its own words for what it did not find.
  const byDns = /Name service error for name=gone\.test type=A: Host not found$/
  const bySystem = /unable to look up host gone\.test: Name or service not known$/
  assert.match(wordsOf(await deliver({ smtp_host_lookup: 'native', smtp_dns_support_level: 'disabled' }, 'gone.test')), byDns)
  assert.match(wordsOf(await deliver({ lmtp_host_lookup: 'native' }, 'gone.test')), bySystem)
  assert.match(wordsOf(await deliver({ lmtp_dns_support_level: 'disabled' }, 'gone.test')), bySystem)
})

test('lmtp: lmtp_mx_address_limit and lmtp_mx_session_limit end the search', async () => {
  const zone = ['box.test A 127.0.0.2', 'box.test A 127.0.0.3']
  const good = await server({ address: '127.0.0.3' })
  await server({ address: '127.0.0.2', port: good.port, rules: [{ on: /^MAIL/, reply: '451 4.3.0 not now' }] })
  const usual = { lmtp_randomize_addresses: 'no', inet_protocols: 'ipv4' }
  for (const [parameters, kind] of [
    [{}, 'sent'],
    [{ lmtp_mx_address_limit: '1' }, 'deferred'],
    [{ lmtp_mx_session_limit: '1' }, 'deferred'],
  ] as const) {
    const [outcome] = await lmtp({ ...usual, ...parameters }, zone).deliver(aQueuedMessage(), `inet:box.test:${good.port}`)
    assert.equal(outcome?.kind, kind, JSON.stringify(parameters))
  }
})

test('both: the own address of a connection', async () => {
  const seen: (string | undefined)[] = []
  const listener = createServer((socket) => {
    seen.push(socket.remoteAddress)
    socket.end('421 4.3.2 bye\r\n')
  })
  after(() => listener.close())
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await lmtp({ lmtp_bind_address: '127.0.0.8', smtp_bind_address: '127.0.0.9' }).deliver(
    aQueuedMessage(),
    `inet:[127.0.0.1]:${port}`,
  )
  await aTransport({ parameters: { smtp_bind_address: '127.0.0.9' } }).deliver(aQueuedMessage(), `[127.0.0.1]:${port}`)
  assert.deepEqual(seen, ['127.0.0.8', '127.0.0.9'])
})

test('lmtp_skip_quit_response=no waits for the goodbye', async () => {
  const mx = await server({ rules: [{ on: /^QUIT/, reply: '221 2.0.0 bye', end: 'close' }] })
  await lmtp({ lmtp_skip_quit_response: 'no', lmtp_quit_timeout: '5s' }).deliver(aQueuedMessage(), mx.nexthop)
  await until(() => mx.dialogs[0]?.at(-1)?.endsWith('<close>') === true)
  assert.deepEqual(mx.dialogs[0]?.slice(-3), ['C: QUIT', 'S: 221 2.0.0 bye', 'S: <close>'])
})
