import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDestinations } from '../access/index.ts'
import { scopeOf } from '../config/scope.ts'
import { createHooks } from '../hooks.ts'
import { createTables } from '../lookup/index.ts'
import type { Envelope } from '../queue/types.ts'
import { createCompletion, createRouter, ROUTE_PARAMETERS, type Router } from './index.ts'
import { parseRoute } from './nexthop.ts'
import { PROBE_ROUTE_PARAMETERS } from './parameters.ts'

const tables = createTables({ baseDirectory: '.' })
const BASE = {
  myhostname: 'mx.test',
  mydomain: 'test',
  inet_interfaces: '127.0.0.1',
  mydestination: 'local.test, mx.test',
  relay_domains: 'relay.test',
  virtual_alias_domains: 'alias.test',
  virtual_mailbox_domains: 'box.test',
}
const scope = (more: Record<string, string> = {}) => scopeOf({ ...BASE, ...more }, ROUTE_PARAMETERS)
const destinationsOf = (more?: Record<string, string>) => createDestinations(scope(more), tables.open)

async function routerOf(more: Record<string, string> = {}, known?: ReadonlySet<string>): Promise<Router> {
  const given = scope(more)
  const destinations = await createDestinations(given, tables.open)
  return createRouter({
    scope: given,
    destinations,
    openTable: tables.open,
    ...(known === undefined ? {} : { transports: known }),
  })
}

function envelope(address: string, sender: string, filter?: string): Envelope {
  const origin = { listener: 'smtp', clientName: 'c', clientAddress: '192.0.2.1', clientPort: 1, helo: 'c', protocol: 'SMTP' }
  const recipients = [{ address, original: address }]
  return { id: 'A', arrived: 0, sender, recipients, origin, ...(filter === undefined ? {} : { filter }) }
}

async function route(router: Router, address: string, sender = 'x@y.test', filter?: string): Promise<string> {
  const message = envelope(address, sender, filter)
  const { transport, nexthop, failure } = await router(message, message.recipients[0] as never)
  return failure === undefined ? `${transport}:${nexthop}` : `${transport} ${failure.status} ${failure.reason}`
}

/** Address as smtpd has it (unquoted), what it resolves to, its class, and whether relaying to it is authorised; as the oracle. */
const addresses: [string, string, string, boolean][] = [
  ['b@relay.test', 'b@relay.test', 'relay', true],
  ['b@sub.relay.test', 'b@sub.relay.test', 'relay', true],
  ['b@elsewhere.test', 'b@elsewhere.test', 'default', false],
  ['b%elsewhere.test@relay.test', 'b%elsewhere.test@relay.test', 'relay', false],
  ['b%elsewhere.test@local.test', 'b@elsewhere.test', 'default', false],
  ['b%relay.test@local.test', 'b@relay.test', 'relay', true],
  ['elsewhere.test!b@relay.test', 'elsewhere.test!b@relay.test', 'relay', false],
  ['elsewhere.test!b@local.test', 'b@elsewhere.test', 'default', false],
  ['elsewhere.test!b', 'b@elsewhere.test', 'default', false],
  ['relay.test!b', 'b@relay.test', 'relay', true],
  ['relay.test!elsewhere.test!b', 'elsewhere.test!b@relay.test', 'relay', false],
  ['b@elsewhere.test@local.test', 'b@elsewhere.test', 'default', false],
  ['b@relay.test@local.test', 'b@relay.test', 'relay', true],
  ['b@elsewhere.test@relay.test', 'b@elsewhere.test@relay.test', 'relay', false],
  ['b@[127.0.0.1]', 'b@[127.0.0.1]', 'local', true],
  ['b@[203.0.113.50]', 'b@[203.0.113.50]', 'default', false],
  ['b%elsewhere.test@[127.0.0.1]', 'b@elsewhere.test', 'default', false],
  ['b@LOCAL.test.', 'b@local.test', 'local', true],
  ['b@sub.local.test', 'b@sub.local.test', 'default', false],
  ['b@alias.test', 'b@alias.test', 'virtual_alias', true],
  ['b@box.test', 'b@box.test', 'virtual_mailbox', true],
  ['%b', '@b', 'default', false],
  ['a!b%c@local.test', 'b%c@a', 'default', false],
  ['a%b%c@local.test', 'a%b@c', 'default', false],
  ['a%relay.test%local.test@local.test', 'a@relay.test', 'relay', true],
  ['user', 'user@mx.test', 'local', true],
]
test('addresses mean what they mean to Postfix', async () => {
  const destinations = await destinationsOf()
  for (const [address, resolved, name, authorised] of addresses) {
    assert.equal(await destinations.resolve(address), resolved, address)
    assert.equal(await destinations.classify(address), name, address)
    assert.equal(await destinations.isAuthorised(address), authorised, address)
  }
})

test('parameters change what addresses mean', async () => {
  const trusting = await destinationsOf({ allow_untrusted_routing: 'yes' })
  assert.equal(await trusting.isAuthorised('b%elsewhere.test@relay.test'), true)
  const plain = await destinationsOf({ allow_percent_hack: 'no', swap_bangpath: 'no', resolve_dequoted_address: 'no' })
  assert.equal(await plain.resolve('b%elsewhere.test@local.test'), 'b%elsewhere.test@local.test')
  assert.equal(await plain.isAuthorised('b%elsewhere.test@relay.test'), false)
  const odd = await destinationsOf({ resolve_null_domain: 'yes', resolve_numeric_domain: 'yes', append_dot_mydomain: 'yes' })
  assert.equal(await odd.classify('joe@'), 'local')
  assert.equal(await odd.classify('joe@127.0.0.1'), 'local')
  assert.equal(await odd.resolve('joe@relay'), 'joe@relay.test')
  assert.equal((await destinationsOf()).isOwnAddress('127.0.0.1'), true)
  const proxied = await destinationsOf({ proxy_interfaces: '192.0.2.77, [2001:db8::1]' })
  assert.equal(await proxied.classify('a@[192.0.2.77]'), 'local')
  assert.equal(await proxied.classify('a@[IPv6:2001:DB8:0::1]'), 'local')
  await assert.rejects(destinationsOf({ relay_domains: 'hash:/nowhere/x' }), /no such file/)
})

test('no address makes resolving fail or hang, and only our domains are authorised', async () => {
  const destinations = await destinationsOf()
  const part = fc.constantFrom('a', '@', '%', '!', '.', 'local.test', 'relay.test', 'elsewhere.test', '[127.0.0.1]', '"', ' ')
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 30 }), async (parts) => {
      const address = parts.join('')
      const resolved = await destinations.resolve(address)
      assert.equal(typeof resolved, 'string')
      if ((await destinations.isAuthorised(address)) && /elsewhere\.test$/.test(resolved)) assert.fail(address)
    }),
    { numRuns: 500 },
  )
})

const TRANSPORT =
  'inline:{{e1.test=error:}, {e2.test=error:5.7.1 no way}, {e3.test=error:plain text}, {e4.test=retry:}, {e5.test=retry:4.1.1 later}, ' +
  '{e6.test=error:4.2.2 soft}, {e7.test=:}, {e8.test=:[127.0.0.1]:9}, {e9.test=smtp:}, {u+x@f1.test=error:with ext}, ' +
  '{u@f1.test=error:no ext}, {f1.test=error:domain}, {.f2.test=error:parent}, {f4.test=discard:}, {f5.test=error}, ' +
  '{f6.test=smtp:[a]:9, [b]:10}, {"q;u"@f7.test=error:quoted}, {q;v@f7.test=error:plain}, {*=smtp:[star]}}'
/** Recipient and where it goes; as the oracle. */
const routed: [string, string][] = [
  ['u@e1.test', 'error 5.0.0 Address is undeliverable'],
  ['u@e2.test', 'error 5.7.1 no way'],
  ['u@e3.test', 'error 5.0.0 plain text'],
  ['u@e4.test', 'retry 4.0.0 Address is undeliverable'],
  ['u@e5.test', 'retry 4.1.1 later'],
  ['u@e6.test', 'error 5.0.0 soft'],
  ['u@e7.test', 'smtp:[relay.host]'],
  ['u@e8.test', 'smtp:[127.0.0.1]:9'],
  ['u@e9.test', 'smtp:e9.test'],
  ['u+x@f1.test', 'error 5.0.0 with ext'],
  ['q;u@f7.test', 'error 5.0.0 quoted'],
  ['q;v@f7.test', 'error 5.0.0 plain'],
  ['u+y@F1.TEST', 'error 5.0.0 no ext'],
  ['z@f1.test', 'error 5.0.0 domain'],
  ['a@b.f2.test', 'error 5.0.0 parent'],
  ['a@f2.test', 'smtp:[star]'],
  ['a@f4.test', 'discard:f4.test'],
  ['a@f5.test', 'error 5.0.0 Address is undeliverable'],
  ['a@f6.test', 'smtp:[a]:9, [b]:10'],
]
test('the transport table has its say', async () => {
  const router = await routerOf({ transport_maps: TRANSPORT, relayhost: '[relay.host]', recipient_delimiter: '+' })
  for (const [address, expected] of routed) assert.equal(await route(router, address), expected, address)
})

test('the transport table has nothing to say of addresses that are aliases only', async () => {
  const router = await routerOf({ transport_maps: 'inline:{*=smtp:[all.test]}' })
  assert.equal(await route(router, 'a@alias.test'), 'error 5.1.1 User unknown in virtual alias table')
  assert.equal(await route(router, 'a@elsewhere.test'), 'smtp:[all.test]')
})

test('each address class has its transport', async () => {
  const router = await routerOf({ relayhost: '[relay.host]' })
  assert.equal(await route(router, 'a@local.test'), 'local:mx.test')
  assert.equal(await route(router, 'a@alias.test'), 'error 5.1.1 User unknown in virtual alias table')
  assert.equal(await route(router, 'a@box.test'), 'virtual:box.test')
  assert.equal(await route(router, 'a@relay.test'), 'smtp:[relay.host]')
  assert.equal(await route(router, 'a@elsewhere.test'), 'smtp:[relay.host]')
  assert.equal(await route(await routerOf(), 'a@elsewhere.test'), 'smtp:elsewhere.test')
  assert.equal(await route(await routerOf({}, new Set(['relay'])), 'a@relay.test'), 'relay:relay.test')
  const own = await routerOf({ relay_transport: 'lmtp:unix:/x', default_transport: 'smtp:[d]', relayhost: '[r]' })
  assert.equal(await route(own, 'a@relay.test'), 'lmtp:unix:/x')
  assert.equal(await route(own, 'a@elsewhere.test'), 'smtp:[d]')
  assert.equal(await route(await routerOf({ local_transport: 'lmtp:unix:/l' }), 'a@local.test'), 'lmtp:unix:/l')
  assert.equal(await route(await routerOf({ local_transport: 'maildir:' }), 'a@local.test'), 'maildir:mx.test')
  assert.equal(
    await route(await routerOf({ local_transport: 'error:5.1.1 no mailboxes here' }), 'a@local.test'),
    'error 5.1.1 no mailboxes here',
  )
})

test('what comes back of notices to the postmaster ends at home', async () => {
  const router = await routerOf({ double_bounce_sender: 'double-bounce' })
  assert.equal(await route(router, 'Double-Bounce@local.test'), 'discard:undeliverable postmaster notification discarded')
  assert.equal(await route(router, 'double-bounce@elsewhere.test'), 'smtp:elsewhere.test')
  assert.equal(await route(await routerOf(), '@local.test'), 'local:mx.test')
})

test('senders have their own ways', async () => {
  const router = await routerOf({
    relayhost: '[r]',
    sender_dependent_relayhost_maps: 'inline:{s@a.test=[a], @b.test=[b], d@b.test=DUNNO, <>=[null]}',
    sender_dependent_default_transport_maps: 'inline:{t@a.test=slow:, u@a.test=slow:[u]}',
  })
  assert.equal(await route(router, 'x@y.example', 's@a.test'), 'smtp:[a]')
  assert.equal(await route(router, 'x@y.example', 'q@b.test'), 'smtp:[b]')
  assert.equal(await route(router, 'x@y.example', 'd@b.test'), 'smtp:[r]')
  assert.equal(await route(router, 'x@y.example', ''), 'smtp:[null]')
  assert.equal(await route(router, 'x@y.example', 't@a.test'), 'slow:[r]')
  assert.equal(await route(router, 'x@y.example', 'u@a.test'), 'slow:[u]')
})

test('the null sender is looked up as what the parameters say', async () => {
  const tables = {
    relayhost: '[r]',
    sender_dependent_relayhost_maps: 'inline:{<>=[null], nobody=[own]}',
    sender_dependent_default_transport_maps: 'inline:{<>=slow:, nobody=other:}',
  }
  assert.equal(await route(await routerOf(tables), 'x@y.example', ''), 'slow:[null]')
  const own = { ...tables, empty_address_relayhost_maps_lookup_key: 'nobody' }
  assert.equal(await route(await routerOf(own), 'x@y.example', ''), 'slow:[own]')
  const both = { ...own, empty_address_default_transport_maps_lookup_key: 'nobody' }
  assert.equal(await route(await routerOf(both), 'x@y.example', ''), 'other:[own]')
})

test('probes can take another way than mail', async () => {
  const mail = { transport_maps: 'inline:{t@a.test=smtp:[t]}', relayhost: '[r]', relay_transport: 'smtp:[relay]' }
  const probing = async (more: Record<string, string> = {}): Promise<Router> => {
    const given = scopeOf({ ...BASE, ...mail, ...more }, ROUTE_PARAMETERS, PROBE_ROUTE_PARAMETERS)
    return createRouter({ scope: given, destinations: await destinationsOf(mail), openTable: tables.open, probes: true })
  }
  assert.equal(await route(await probing(), 't@a.test'), 'smtp:[t]')
  assert.equal(await route(await probing(), 'x@relay.test'), 'smtp:[relay]')
  const other = await probing({
    address_verify_transport_maps: 'inline:{p@a.test=smtp:[p]}',
    address_verify_relayhost: '[q]',
    address_verify_relay_transport: 'smtp:[q2]',
    address_verify_local_transport: 'lmtp:l',
    address_verify_virtual_transport: 'lmtp:v',
    address_verify_sender_dependent_relayhost_maps: 'inline:{@s.test=[s]}',
    address_verify_sender_dependent_default_transport_maps: 'inline:{d@d.test=slow:}',
  })
  assert.equal(await route(other, 'p@a.test'), 'smtp:[p]')
  assert.equal(await route(other, 't@a.test'), 'smtp:[q]')
  assert.equal(await route(other, 'x@relay.test'), 'smtp:[q2]')
  assert.equal(await route(other, 'x@local.test'), 'lmtp:l')
  assert.equal(await route(other, 'x@box.test'), 'lmtp:v')
  assert.equal(await route(other, 't@a.test', 'x@s.test'), 'smtp:[s]')
  assert.equal(await route(other, 't@a.test', 'd@d.test'), 'slow:[q]')
  assert.equal(await route(await probing({ address_verify_default_transport: 'smtp:[z]' }), 'x@a.test'), 'smtp:[z]')
})

test('a filter wins over tables, and a step over both', async () => {
  const more = { transport_maps: 'static:error:never' }
  assert.equal(await route(await routerOf(more), 'a@b.test', 'x@y', 'scan:[127.0.0.1]:10025'), 'scan:[127.0.0.1]:10025')
  assert.equal(await route(await routerOf(more), 'a@b.test', 'x@y', 'scan:'), 'scan:b.test')
  const hooks = createHooks(
    () => assert.fail(),
    () => assert.fail(),
  )
  hooks['queue.route'].tap('mine', () => ({ transport: 'mine', nexthop: 'x' }))
  const given = scope(more)
  const router = await createRouter({ scope: given, destinations: await destinationsOf(), openTable: tables.open, hooks })
  assert.equal(await route(router, 'a@b.test', 'x@y', 'scan:x'), 'mine:x')
})

test('a table that fails makes the route fail', async () => {
  const router = await routerOf({ transport_maps: 'fail:x' })
  await assert.rejects(route(router, 'a@b.test'), { name: 'TableError' })
})

test('incomplete addresses are completed', () => {
  const complete = createCompletion(scope({ myorigin: '$mydomain', append_dot_mydomain: 'yes', mydomain: 'corp.test' }))
  assert.deepEqual(['', 'user', 'user@host', 'user@host.x', 'user@[1.2.3.4]'].map(complete), [
    '',
    'user@corp.test',
    'user@host.corp.test',
    'user@host.x',
    'user@[1.2.3.4]',
  ])
  const bare = createCompletion(scope({ append_at_myorigin: 'no' }))
  assert.deepEqual(['user', 'user@host'].map(bare), ['user', 'user@host'])
})

test('routes are split at the first colon', () => {
  assert.deepEqual(parseRoute('smtp:[a]:25'), { transport: 'smtp', nexthop: '[a]:25' })
  assert.deepEqual(parseRoute(' : x '), { transport: '', nexthop: 'x' })
  assert.deepEqual(parseRoute('local'), { transport: 'local', nexthop: '' })
})

test('mail that asks this host to route it goes to whom it is for, other mail to the address as written', async () => {
  const router = await routerOf({ resolve_numeric_domain: 'yes' })
  for (const [written, address] of [
    ['b%elsewhere.test@local.test', 'b@elsewhere.test'],
    ['relay.test!b@local.test', 'b@relay.test'],
    ['b@elsewhere.test@local.test', 'b@elsewhere.test'],
    ['b@203.0.113.50', 'b@[203.0.113.50]'],
    ['b@Elsewhere.test', undefined],
    ['B@LOCAL.test.', undefined],
    ['b%elsewhere.test@relay.test', undefined],
  ] as const) {
    const message = envelope(written, 'x@y.test')
    assert.equal((await router(message, message.recipients[0] as never)).address, address, written)
  }
})
