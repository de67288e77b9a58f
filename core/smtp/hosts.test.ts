/** From next hops to hosts: zone lines in, addresses or the oracle's words out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDns } from '../../test/kit/dns.ts'
import { portsByName } from '../net/ports.ts'
import { FLAVOURS } from './flavour.ts'
import { findHosts } from './hosts.ts'
import { parseNextHop } from './nexthop.ts'
import type { Settings } from './parameters.ts'

const SETTINGS = {
  disable_dns_lookups: false,
  ignore_mx_lookup_error: false,
  defer_if_no_mx_address_found: false,
  host_lookup: ['dns'],
  randomize_addresses: false,
  address_preference: 'any',
  balance_inet_protocols: true,
  mx_address_limit: 5,
  cname_overrides_servername: false,
  inet_protocols: 'ipv4',
  myhostname: 'gw.example.test',
} as unknown as Settings

const ZONE = [
  'fail.test SERVFAIL MX',
  'fail.test A 203.0.113.21',
  'mxip.test MX 10 203.0.113.22',
  'mxcname.test MX 10 alias.mxcname.test',
  'alias.mxcname.test CNAME real.test',
  'real.test A 203.0.113.22',
  'noaddr.test MX 10 nowhere.test',
  'nodata.test EMPTY',
  'cn.test CNAME cn2.test',
  'cn2.test MX 5 real.test',
  'mxsf.test MX 10 sf.mx.test',
  'sf.mx.test SERVFAIL',
  'mxmix.test MX 10 sf.mx.test',
  'mxodd.test MX 10 -odd.test',
  'mxmix.test MX 20 real.test',
  'null2.test MX 0 .',
  'null2.test MX 10 real.test',
  'aaaaonly.test AAAA 2001:db8:f::21',
  'dangling.test CNAME nowhere2.test',
  'one.test MX 10 gw.example.test',
  'gw.example.test A 192.0.2.1',
  'two.test MX 10 real.test',
  'two.test MX 20 gw.example.test',
  'four.test MX 10 real.test',
  'four.test MX 10 gw.example.test',
  'five.test MX 20 real.test',
  'five.test MX 10 gw.example.test',
  'seven.test A 192.0.2.1',
  'eight.test MX 5 sf.mx.test',
  'eight.test MX 10 gw.example.test',
  'order.test MX 20 b.test',
  'order.test MX 10 real.test',
  'b.test A 203.0.113.30',
  'b.test A 203.0.113.31',
  ...[1, 2, 3, 4, 5, 6].map((i) => `wide.test AAAA 2001:db8:f::${i}`),
  ...[1, 2, 3, 4].flatMap((i) => [`even.test AAAA 2001:db8:f::${i}`, `even.test A 203.0.113.6${i}`]),
  'wide.test A 203.0.113.40',
]

async function found(text: string, settings: Partial<Settings> = {}): Promise<string> {
  const { hosts, trouble, warnings } = await findHosts(
    parseNextHop(text, { flavour: FLAVOURS.smtp, defaultPort: 'smtp', ports: portsByName('') }),
    {
      dns: fakeDns(ZONE).resolver,
      native: (name) => (name === 'inhosts.test' ? ['203.0.113.50', '2001:db8::50'] : []),
      isOwn: (address) => address === '192.0.2.1',
      settings: { ...SETTINGS, ...settings },
      random: () => 0,
    },
  )
  const list = hosts.map(({ name, address }) => `${name}[${address}]`).join(' ')
  return [list, trouble === undefined ? '' : `${trouble.status} ${trouble.reason}`, ...warnings]
    .filter((part) => part !== '')
    .join('; ')
}

const NOT_FOUND = 'Host or domain name not found. Name service error for name='

test('what Postfix says of such domains', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['fail.test', `4.4.3 ${NOT_FOUND}fail.test type=MX: Host not found, try again`],
    ['mxip.test', '203.0.113.22[203.0.113.22]'],
    ['mxcname.test', 'alias.mxcname.test[203.0.113.22]'],
    [
      'noaddr.test',
      `5.4.4 ${NOT_FOUND}nowhere.test type=A: Host not found; no MX host for noaddr.test has a valid address record`,
    ],
    ['nodata.test', `5.4.4 ${NOT_FOUND}nodata.test type=A: Host found but no data record of requested type`],
    ['cn.test', 'real.test[203.0.113.22]'],
    [
      'mxsf.test',
      `4.4.3 ${NOT_FOUND}sf.mx.test type=A: Host not found, try again; no MX host for mxsf.test has a valid address record`,
    ],
    ['mxmix.test', 'real.test[203.0.113.22]'],
    ['null2.test', '5.1.0 Domain null2.test does not accept mail (nullMX)'],
    ['aaaaonly.test', `5.4.4 ${NOT_FOUND}aaaaonly.test type=A: Host found but no data record of requested type`],
    ['dangling.test', `5.4.4 ${NOT_FOUND}dangling.test type=A: Host not found`],
    ['gone.test', `5.4.4 ${NOT_FOUND}gone.test type=A: Host not found`],
    ['one.test', '5.4.6 mail for one.test loops back to myself'],
    ['two.test', 'real.test[203.0.113.22]'],
    ['four.test', '5.4.6 mail for four.test loops back to myself'],
    ['five.test', '5.4.6 mail for five.test loops back to myself'],
    ['seven.test', '5.4.6 mail for seven.test loops back to myself'],
    ['eight.test', '4.4.4 unable to find primary relay for eight.test'],
    ['[seven.test]', '5.4.6 mail for seven.test loops back to myself'],
    ['[seven.test]:2525', 'seven.test[192.0.2.1]'],
    ['order.test', 'real.test[203.0.113.22] b.test[203.0.113.30] b.test[203.0.113.31]'],
    ['[203.0.113.9]', '203.0.113.9[203.0.113.9]'],
    ['[2001:db8:f::9]', '5.4.4 Name service error for 2001:db8:f::9: invalid host or domain name'],
    ['mxodd.test', '5.4.4 Name service error for name=mxodd.test type=MX: Malformed or unexpected name server reply'],
    ['-odd.test', '5.4.4 Name service error for -odd.test: invalid host or domain name'],
  ]
  for (const [text, expected] of cases) assert.equal(await found(text), expected, text)
})

test('parameters that change what is found', async () => {
  assert.equal(await found('fail.test', { ignore_mx_lookup_error: true }), 'fail.test[203.0.113.21]')
  assert.match(await found('noaddr.test', { defer_if_no_mx_address_found: true }), /^4\.4\.4 /)
  assert.equal(await found('inhosts.test', { host_lookup: ['native'] }), 'inhosts.test[203.0.113.50]')
  assert.equal(
    await found('inhosts.test', { disable_dns_lookups: true, inet_protocols: 'all' }),
    'inhosts.test[203.0.113.50] inhosts.test[2001:db8::50]',
  )
  assert.equal(
    await found('missing.test', { disable_dns_lookups: true }),
    '5.4.4 unable to look up host missing.test: Name or service not known',
  )
  assert.equal(await found('mxcname.test', { cname_overrides_servername: true }), 'real.test[203.0.113.22]')
  const both = `4.4.3 ${NOT_FOUND}sf.mx.test type=AAAA: Host not found, try again`
  assert.equal(await found('[sf.mx.test]', { inet_protocols: 'all' }), both)
  assert.equal(await found('gone.test', { inet_protocols: 'all' }), `5.4.4 ${NOT_FOUND}gone.test type=AAAA: Host not found`)
})

test('the system resolver: the hosts file, then addresses in DNS', async () => {
  assert.equal(await found('real.test', { disable_dns_lookups: true }), 'real.test[203.0.113.22]')
  assert.equal(
    await found('noaddr.test', { host_lookup: ['dns', 'native'], defer_if_no_mx_address_found: true }),
    '4.4.4 unable to look up host nowhere.test: Name or service not known; no MX host for noaddr.test has a valid address record',
  )
  const failing = await found('sf.mx.test', { host_lookup: ['native'] })
  assert.equal(failing, `4.4.3 ${NOT_FOUND}sf.mx.test type=MX: Host not found, try again`)
  assert.match(
    await found('[sf.mx.test]', { host_lookup: ['native'] }),
    /^4\.4\.4 unable to look up host sf\.mx\.test: Temporary/,
  )
})

test('both families have half of the limit when they need it', async () => {
  const kept = async (more: Partial<Settings>): Promise<string> => {
    const hosts = await found('even.test', { inet_protocols: 'all', ...more })
    return hosts.replace(/even\.test\[(2001)?[^\]]*\] ?/g, (_, six) => (six === undefined ? '4' : '6'))
  }
  assert.equal(await kept({ address_preference: 'ipv4' }), '44466')
  assert.equal(await kept({ address_preference: 'ipv6' }), '66644')
  assert.equal(await kept({ address_preference: 'ipv6', mx_address_limit: 2 }), '64')
})

test('both families within the limit, the preferred one first', async () => {
  const six = await found('wide.test', { inet_protocols: 'all', address_preference: 'ipv6' })
  assert.deepEqual(
    six.split(' ').map((each) => each.includes('2001')),
    [true, true, true, true, false],
  )
  assert.match(await found('wide.test', { inet_protocols: 'all', address_preference: 'ipv4' }), /^wide\.test\[203/)
  const all = await found('wide.test', { inet_protocols: 'all', address_preference: 'ipv6', balance_inet_protocols: false })
  assert.equal(all.split(' ').length, 7)
})
