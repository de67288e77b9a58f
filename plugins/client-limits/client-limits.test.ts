import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal, Session } from '#postern'
import { aDeadState, aSession, fakeClock, fakeTable, mount, type World } from '../../test/kit/index.ts'
import clientLimits from './index.ts'

const OFF = { smtpd_client_connection_count_limit: '0' }

async function limits(parameters: Record<string, string>, world: World = {}) {
  const clock = fakeClock()
  const all = { myhostname: 'gw.test', mynetworks: '198.51.100.0/28', ...parameters }
  const mounted = await mount(clientLimits, {}, { clock, ...world, parameters: all })
  const text = (refusal: Refusal | undefined): string | undefined =>
    refusal === undefined || refusal.kind === 'discard' ? undefined : `${refusal.code} ${refusal.status} ${refusal.text}`
  return {
    clock,
    mounted,
    session: (client = '192.0.2.10', more: Partial<Session> = {}): Session => aSession({ client, ...more } as never),
    connect: async (session: Session) => text(await mounted.ask('connect', { session, argument: session.client.address })),
    leave: (session: Session) => mounted.hooks.disconnect.promise(session),
    command: async (session: Session, verb: string) => text(await mounted.ask('command', { session, verb, argument: '' })),
    handshake: async (session: Session, resumed = false) =>
      text(await mounted.ask('tls.server.established', { session, protocol: 'TLSv1.3', cipher: 'x', bits: 256, resumed })),
    warnings: () => mounted.events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
  }
}

const TOO_MANY = '421 4.7.0 gw.test Error: too many connections from 192.0.2.10'

test('so many connections at the same time, and one more when one has gone', async () => {
  const { session, connect, leave, warnings, mounted } = await limits({ smtpd_client_connection_count_limit: '2' })
  const [one, two, three] = [session(), session(), session()]
  assert.equal(await connect(one), undefined)
  assert.equal(await connect(two), undefined)
  assert.equal(await connect(three), TOO_MANY)
  assert.deepEqual(warnings(), ['Connection concurrency limit exceeded: 3 from unknown[192.0.2.10] for service smtp'])
  // A refused connection counts until it is gone.
  await leave(one)
  assert.equal(await connect(session()), TOO_MANY)
  await leave(three)
  await leave(two)
  assert.equal(await connect(session()), undefined)
  assert.equal(mounted.hooks.command.isUsed(), false)
})

test('other clients and other listeners have their own counts', async () => {
  const { session, connect } = await limits({ smtpd_client_connection_count_limit: '1' })
  assert.equal(await connect(session()), undefined)
  assert.equal(await connect(session('192.0.2.11')), undefined)
  assert.equal(await connect(session('192.0.2.10', { listener: 'other' })), undefined)
})

test('excepted clients are not counted: networks, names, tables', async () => {
  const exceptions = 'smtpd_client_event_limit_exceptions'
  const { session, connect } = await limits(
    { smtpd_client_connection_count_limit: '1', [exceptions]: '203.0.113.0/24, free.example, hash:/free' },
    { tables: { 'hash:/free': { '192.0.2.244': 'yes' } } },
  )
  for (const client of ['203.0.113.9', 'free.example[192.0.2.245]', '192.0.2.244']) {
    for (let i = 0; i < 3; i++) assert.equal(await connect(session(client)), undefined, client)
  }
  assert.equal(await connect(session('198.51.100.1')), undefined)
  assert.match((await connect(session('198.51.100.1'))) ?? '', /^421/)
})

test('exceptions that can not be looked up: a warning, and the client is bound', async () => {
  const exceptions = 'smtpd_client_event_limit_exceptions'
  for (const later of [false, true]) {
    const free = fakeTable({ '192.0.2.10': new Error('down') }, { spec: 'hash:/free', later })
    const { session, connect, warnings } = await limits(
      { smtpd_client_connection_count_limit: '1', [exceptions]: 'hash:/free' },
      { tables: { 'hash:/free': free } },
    )
    assert.equal(await connect(session()), undefined)
    assert.match(warnings()[0] ?? '', /^smtpd_client_event_limit_exceptions: .*hash:\/free.*down/)
    assert.equal(await connect(session()), TOO_MANY)
  }
})

test('mynetworks is excepted by default; the obsolete name of the list leaves nobody excepted', async () => {
  const usual = await limits({ smtpd_client_connection_count_limit: '1' })
  for (let i = 0; i < 3; i++) assert.equal(await usual.connect(usual.session('198.51.100.1')), undefined)
  const old = { smtpd_client_connection_count_limit: '1', smtpd_client_connection_limit_exceptions: '198.51.100.1' }
  const { session, connect } = await limits(old)
  await connect(session('198.51.100.1'))
  assert.match((await connect(session('198.51.100.1'))) ?? '', /^421/)
})

test('connections in a time', async () => {
  const { session, connect, leave, warnings, clock } = await limits({ ...OFF, smtpd_client_connection_rate_limit: '2' })
  const visit = async (): Promise<string | undefined> => {
    const each = session()
    const said = await connect(each)
    await leave(each)
    return said
  }
  assert.deepEqual([await visit(), await visit(), await visit()], [undefined, undefined, TOO_MANY])
  assert.deepEqual(warnings(), ['Connection rate limit exceeded: 3 from unknown[192.0.2.10] for service smtp'])
  await clock.advance(60_001)
  assert.equal(await visit(), undefined)
})

const commands = [
  ['MAIL', 'smtpd_client_message_rate_limit', 'Message delivery request rate', 'too much mail'],
  ['RCPT', 'smtpd_client_recipient_rate_limit', 'Recipient address rate', 'too many recipients'],
  ['AUTH', 'smtpd_client_auth_rate_limit', 'AUTH command rate', 'too many AUTH commands'],
] as const
for (const [verb, parameter, event, refused] of commands) {
  test(`${verb} commands in a time`, async () => {
    const { session, connect, command, warnings, mounted } = await limits({ ...OFF, [parameter]: '2' })
    const one = session()
    await connect(one)
    for (let i = 0; i < 2; i++) assert.equal(await command(one, verb), undefined)
    assert.equal(await command(one, verb), `450 4.7.1 Error: ${refused} from 192.0.2.10`)
    assert.equal(await command(one, 'NOOP'), undefined)
    const again = session()
    await connect(again)
    assert.equal(await command(again, verb), `450 4.7.1 Error: ${refused} from 192.0.2.10`)
    assert.equal(warnings()[0], `${event} limit exceeded: 3 from unknown[192.0.2.10] for service smtp`)
    const free = session('198.51.100.1')
    await connect(free)
    for (let i = 0; i < 5; i++) assert.equal(await command(free, verb), undefined)
    await mounted.stop()
  })
}

test('VRFY counts as RCPT', async () => {
  const { session, connect, command } = await limits({ ...OFF, smtpd_client_recipient_rate_limit: '2' })
  const one = session()
  await connect(one)
  const said = [await command(one, 'RCPT'), await command(one, 'VRFY'), await command(one, 'VRFY'), await command(one, 'RCPT')]
  const refused = '450 4.7.1 Error: too many recipients from 192.0.2.10'
  assert.deepEqual(said, [undefined, undefined, refused, refused])
})

test('TLS sessions in a time, resumed ones not counted', async () => {
  const { session, connect, command, handshake } = await limits({ ...OFF, smtpd_client_new_tls_session_rate_limit: '1' })
  const visit = async (resumed = false): Promise<(string | undefined)[]> => {
    const each = session()
    await connect(each)
    const said = await command(each, 'STARTTLS')
    return said === undefined ? [said, await handshake(each, resumed)] : [said]
  }
  assert.deepEqual(await visit(), [undefined, undefined])
  assert.deepEqual(await visit(true), [undefined, undefined])
  assert.deepEqual(await visit(), [undefined, '421 4.7.0 gw.test Error: too many new TLS sessions from unknown[192.0.2.10]'])
  assert.deepEqual(await visit(), ['454 4.7.0 Error: too many new TLS sessions from unknown[192.0.2.10]'])
})

test('XCLIENT makes the connection another client’s', async () => {
  const { session, connect } = await limits({ smtpd_client_connection_count_limit: '1' })
  const one = session()
  assert.equal(await connect(one), undefined)
  const { client } = session('192.0.2.99')
  Object.assign(one, { client })
  assert.equal(await connect(one), undefined)
  assert.equal(await connect(session()), undefined)
  assert.match((await connect(session('192.0.2.99'))) ?? '', /^421/)
})

test('without its state the rates do not bind, and the connections do', async () => {
  const parameters = {
    smtpd_client_connection_count_limit: '1',
    smtpd_client_connection_rate_limit: '1',
    smtpd_client_message_rate_limit: '1',
  }
  const { session, connect, command, mounted } = await limits(parameters, { state: aDeadState() })
  const one = session()
  assert.equal(await connect(one), undefined)
  for (let i = 0; i < 3; i++) assert.equal(await command(one, 'MAIL'), undefined)
  assert.equal(await connect(session()), TOO_MANY)
  assert.deepEqual(
    mounted.events.filter(({ type }) => type === 'fault'),
    [],
  )
})
