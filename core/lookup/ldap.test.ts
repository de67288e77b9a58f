/** ldap tables: entries and what they lead to, quoting, settings. The protocol is the library's; real servers are in test/real. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { openTable } from './index.ts'
import { quoteFilter, quoteName } from './ldap.ts'
import { type Entry, Expansion, NotThere, parseLdapUrl, type Search, type Wanted } from './ldap-entries.ts'

/** A directory by names; searches by filter find what `found` says. */
const directory: Readonly<Record<string, Entry>> = {
  'cn=a': { dn: 'cn=a', mail: ['a@x', 'a2@x'], description: 'box-a', link: [] },
  'cn=b': { dn: 'cn=b', mail: 'b@x', description: Buffer.from('box-b') },
  'cn=group': { dn: 'cn=group', mail: 'group@x', link: ['cn=a', 'cn=gone', 'cn=b'] },
  'cn=url': { dn: 'cn=url', Mail: 'url@x', link: 'ldap:///base?mail?sub?(box=%2A)' },
  'cn=loop': { dn: 'cn=loop', mail: 'loop@x', link: 'cn=loop' },
  'cn=final': { dn: 'cn=final', mail: 'final@x', drop: 'here', link: 'cn=a' },
}
const asked: [string, object][] = []
const search: Search = async (base, options) => {
  asked.push([base, options])
  if (options.filter === '(box=*)') return ['cn=a', 'cn=b'].map((name) => directory[name] as Entry)
  const entry = directory[base]
  if (entry === undefined) throw new NotThere(`search base '${base}' not found`)
  return [entry]
}
const wanted = (kinds: Partial<Wanted>): Wanted => {
  const full = { ordinary: [], special: [], terminal: [], leaf: [], depth: 10, ...kinds }
  return { ...full, all: [...full.ordinary, ...full.terminal, ...full.leaf, ...full.special] }
}

const cases: [string, Partial<Wanted>, string[]][] = [
  ['cn=a', { ordinary: ['mail'] }, ['a@x', 'a2@x']],
  ['cn=b', { ordinary: ['description', 'mail'] }, ['b@x', 'box-b']],
  ['cn=url', { ordinary: ['mail'] }, ['url@x']],
  ['cn=group', { ordinary: ['mail'], special: ['link'] }, ['group@x', 'a@x', 'a2@x', 'b@x']],
  ['cn=group', { leaf: ['mail'], special: ['link'] }, ['a@x', 'a2@x', 'b@x']],
  ['cn=a', { leaf: ['mail'], special: ['link'] }, ['a@x', 'a2@x']],
  ['cn=final', { ordinary: ['mail'], special: ['link'], terminal: ['drop'] }, ['here']],
  ['cn=url', { ordinary: ['mail', 'description'], special: ['link'] }, ['url@x', 'a@x', 'a2@x', 'box-a', 'b@x', 'box-b']],
  ['cn=gone', { ordinary: ['mail'] }, []],
]
for (const [base, kinds, values] of cases) {
  test(`${base} gives ${values.join(' ')} by ${JSON.stringify(kinds)}`, async () => {
    assert.deepEqual(await new Expansion(search, wanted(kinds)).valuesOf(base, '(x=y)', true), values)
  })
}

test('circles, and bases that must exist, are errors', async () => {
  const expansion = (): Expansion => new Expansion(search, wanted({ ordinary: ['mail'], special: ['link'] }))
  await assert.rejects(expansion().valuesOf('cn=loop', '(x=y)', true), /recursion limit exceeded/)
  await assert.rejects(expansion().valuesOf('cn=gone', '(x=y)', false), /search base 'cn=gone' not found/)
})

test('only attributes that URL and table have are asked for', async () => {
  asked.length = 0
  await new Expansion(search, wanted({ ordinary: ['mail', 'description'], special: ['link'] })).valuesOf('cn=url', '(x=y)', true)
  assert.deepEqual(asked[1], ['base', { filter: '(box=*)', scope: 'sub', attributes: ['mail'] }])
})

test('keys are quoted for filters and for names', () => {
  assert.equal(quoteFilter('a*(b)\\c\0'), 'a\\2a\\28b\\29\\5cc\\00')
  assert.equal(quoteName(' a,b+c="x"\\<y>; '), '\\ a\\,b\\+c\\=\\"x\\"\\\\\\<y\\>\\;\\ ')
  assert.equal(quoteName('#a'), '\\#a')
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.doesNotMatch(quoteFilter(text), /[*()\0]/)
      assert.equal(
        quoteFilter(text).replace(/\\([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
        text,
      )
      parseLdapUrl(`ldap://${text}`)
    }),
  )
})

test('URLs are taken apart', () => {
  const url = parseLdapUrl('ldap://host:389/ou=a%20b,dc=x?Mail,cn?one?(a=b%3f)')
  assert.deepEqual(url, { base: 'ou=a b,dc=x', attributes: ['mail', 'cn'], scope: 'one', filter: '(a=b?)' })
  assert.deepEqual(parseLdapUrl('ldap:///dc=x'), { base: 'dc=x', attributes: [], scope: 'base', filter: '(objectclass=*)' })
  assert.equal(parseLdapUrl('ldap:///%zz').base, '%zz')
})

test('settings that can not work are told at the start', async () => {
  const cases: [string, RegExp][] = [
    ['result_attribute=', /result_attribute names no attribute/],
    ['scope=what', /scope must be one of sub, base, one/],
    ['bind=sasl, sasl_mechs=GSSAPI', /sasl_mechs names none that can be had: EXTERNAL, PLAIN/],
    ['{server_host=ldap://a:b}', /server_host has no server/],
    ['query_filter=', /query_filter is required/],
    ['{query_filter=(a=%x)}', /invalid template/],
  ]
  for (const [settings, why] of cases) await assert.rejects(openTable(`ldap:{ ${settings} }`, { baseDirectory: '/' }), why)
})

test('a dead, a deaf and a silent server are temporary failures', async (t) => {
  const server = createServer((socket) => void socket.on('error', () => undefined).end('what?\r\n'))
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
  for (const each of [server, silent]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    silent.close()
  })
  const port = (of: typeof server): number => (of.address() as AddressInfo).port
  for (const [host, why] of [
    ['127.0.0.1:1', /ECONNREFUSED/],
    ['ldapi://%2Fno%2Fsocket', /ENOENT/],
    [`127.0.0.1:${port(server)}`, /./],
    [`127.0.0.1:${port(silent)}`, /no answer within 0\.3 s/],
  ] as const) {
    const table = await openTable(`ldap:{ {server_host = ${host}}, search_base=dc=x, timeout=300ms }`, { baseDirectory: '/' })
    await assert.rejects(async () => table.lookup('key'), { name: 'TableError', message: why })
    await table.close?.()
  }
})
