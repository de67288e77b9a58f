import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aClient, anAccessRequest, record } from '../../test/kit/session.ts'
import { fakeTable } from '../../test/kit/table.ts'
import { scopeOf } from '../config/scope.ts'
import { addressKeys, createTables, domainKeys } from '../lookup/index.ts'
import { type SearchRules, searchClient, searchDomain, searchMail, searchRules } from '../lookup/search.ts'
import { declare, text } from '../parameters.ts'
import type { Restrictions, Verdict } from '../plugin.ts'
import { ROUTE_PARAMETERS } from '../route/index.ts'
import { fitStatus } from '../status.ts'
import { stageSubject } from '../subject.ts'
import { ACCESS_PARAMETERS, createActions, createMatchList } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'access-'))
after(() => rmSync(directory, { recursive: true }))
const tables = createTables({ baseDirectory: directory })
const scope = scopeOf({}, ACCESS_PARAMETERS, ROUTE_PARAMETERS)

const FILTER = declare('test', { smtpd_proxy_filter: text('', '') })

/** Knows `reject` and `again`, which asks for itself; the rest is unknown. */
const restrictions: Restrictions = {
  async compile(text) {
    if (text === 'again') return (request) => actions.apply('again', request, subject)
    if (text !== 'permit_mynetworks, reject') throw new Error(`unknown smtpd restriction: "${text}"`)
    return (request) => ({ kind: 'reject', code: 554, status: '5.7.1', text: `${stageSubject(request).class} of the list` })
  },
}
const warnings: string[] = []
const warn = (message: string): void => void warnings.push(message)
const actions = createActions({ scope, restrictions, warn })
const subject = { name: 'user@example.test', class: 'Recipient address', source: 'hash:/x' }

async function apply(value: string, about: Partial<typeof subject> = {}) {
  const recorded = record()
  const request = anAccessRequest('rcpt', {}, recorded)
  return { verdict: await actions.apply(value, request, { ...subject, ...about }), recorded }
}
const shown = (verdict: Verdict | undefined): string =>
  verdict === undefined || verdict.kind === 'permit' || verdict.kind === 'discard'
    ? (verdict?.kind ?? 'dunno')
    : `${verdict.code} ${verdict.status} ${verdict.text}${verdict.close === true ? ' (close)' : ''}`

const WHO = '<user@example.test>: Recipient address rejected:'
const CONFIGURATION = '451 4.3.5 Server configuration error'
/** Value and reply; measured at the oracle. */
const values: [string, string][] = [
  ['OK', 'permit'],
  ['ok and more', 'permit'],
  ['RELAY', 'permit'],
  ['PERMIT', 'permit'],
  ['12345', 'permit'],
  ['550', 'permit'],
  ['dunno extra', 'dunno'],
  ['', 'dunno'],
  ['REJECT', `554 5.7.1 ${WHO} Access denied`],
  ['reject lower', `554 5.7.1 ${WHO} lower`],
  ['REJECT 5.1.1', `554 5.1.1 ${WHO} Access denied`],
  ['REJECT    two  spaces  ', `554 5.7.1 ${WHO} two  spaces`],
  ['REJECT 4.7.1 text', `554 5.7.1 ${WHO} text`],
  ['REJECT 5.7.1x y', `554 5.7.1 ${WHO} 5.7.1x y`],
  ['REJECT cost $5 ${recipient}', `554 5.7.1 ${WHO} cost $5 \${recipient}`],
  ['DEFER', `450 4.7.1 ${WHO} Access denied`],
  ['DEFER 5.7.1 text', `450 4.7.1 ${WHO} text`],
  ['550 5.7.1', `550 5.7.1 ${WHO} Access denied`],
  ['450 text', `450 4.7.1 ${WHO} text`],
  ['450 5.7.1 text', `450 4.7.1 ${WHO} text`],
  ['550 5.7.1999 x', `550 5.7.1 ${WHO} 5.7.1999 x`],
  ['550 5.7 x', `550 5.7.1 ${WHO} 5.7 x`],
  ['599 x', `599 5.7.1 ${WHO} x`],
  ['400 x', `400 4.7.1 ${WHO} x`],
  ['421 4.9.9 go away', `421 4.9.9 ${WHO} go away (close)`],
  ['521 5.9.9 go away', `521 5.9.9 ${WHO} go away (close)`],
  ['554 5.1.1 x, reject', `554 5.1.1 ${WHO} x, reject`],
  ['DISCARD silently', 'discard'],
  ['permit_mynetworks, reject', '554 5.7.1 Recipient address of the list'],
  ['again', CONFIGURATION],
  ['55 x', CONFIGURATION],
  ['5500 x', CONFIGURATION],
  ['550-5.7.1 x', CONFIGURATION],
  ['300 x', CONFIGURATION],
  ['4.7.1 foo', CONFIGURATION],
  ['REJECTED', CONFIGURATION],
  ['check_sender_access hash:/x', CONFIGURATION],
]
for (const [value, expected] of values) {
  test(`the value "${value}" means ${expected}`, async () => {
    assert.equal(shown((await apply(value)).verdict), expected)
  })
}

test('actions that do not decide are recorded', async () => {
  const of = async (value: string) => (await apply(value)).recorded
  assert.deepEqual((await of('HOLD waiting')).edits, [{ kind: 'hold', text: 'waiting' }])
  assert.deepEqual((await of('HOLD')).notes, [
    { action: 'hold', text: '<user@example.test>: Recipient address triggers HOLD action' },
  ])
  assert.deepEqual((await of('FILTER smtp:[127.0.0.1]')).edits, [{ kind: 'filter', destination: 'smtp:[127.0.0.1]' }])
  assert.deepEqual((await of('REDIRECT a@b')).notes, [
    { action: 'redirect', text: '<user@example.test>: Recipient address triggers REDIRECT a@b' },
  ])
  assert.deepEqual((await of('BCC a@b')).edits, [{ kind: 'bcc', address: 'a@b' }])
  const prepended = await of('PREPEND X-Added: one')
  assert.deepEqual(prepended.edits, [{ kind: 'prepend', header: 'X-Added: one' }])
  assert.deepEqual(prepended.notes, [])
  assert.deepEqual((await of('PREPEND x-added : one')).edits, [{ kind: 'prepend', header: 'x-added: one' }])
  assert.deepEqual((await of('WARN careful')).notes, [{ action: 'warn', text: 'careful' }])
  assert.deepEqual((await of('INFO')).notes, [{ action: 'info', text: '' }])
  assert.equal(shown((await of('DEFER_IF_PERMIT 4.2.0')).deferIfPermit), `450 4.2.0 ${WHO} Service unavailable`)
  assert.equal(shown((await of('DEFER_IF_REJECT later')).deferIfReject), `450 4.7.1 ${WHO} later`)
})

test('actions without what they need are told and do nothing', async () => {
  for (const value of ['FILTER', 'FILTER relay', 'REDIRECT', 'REDIRECT x', 'BCC', 'PREPEND', 'PREPEND not a header']) {
    warnings.length = 0
    const { verdict, recorded } = await apply(value)
    assert.equal(verdict, undefined)
    assert.deepEqual(recorded.edits, [])
    assert.match(warnings[0] ?? '', /^access table hash:\/x entry "user@example.test" requires /)
  }
  const recorded = record()
  await actions.apply('PREPEND X: y', anAccessRequest('end_of_data', {}, recorded), subject)
  assert.deepEqual(recorded.edits, [])
})

test('what the queue would do can not be had where mail goes through a filter in its place', async () => {
  const proxied = scopeOf({ smtpd_proxy_filter: '127.0.0.1:10025' }, ACCESS_PARAMETERS, FILTER)
  const other = createActions({ scope: proxied, restrictions, warn })
  const recorded = record()
  for (const value of ['HOLD', 'discard', 'REDIRECT a@b.test', 'FILTER smtp:', 'BCC a@b.test', 'PREPEND X: y']) {
    warnings.length = 0
    assert.equal(await other.apply(value, anAccessRequest('rcpt', {}, recorded), subject), undefined)
    const word = value.split(' ', 1)[0]?.toUpperCase()
    const said = `access table hash:/x: with smtpd_proxy_filter specified, action ${word} is unavailable`
    assert.deepEqual(warnings, word === 'PREPEND' ? [] : [said])
  }
  assert.deepEqual(recorded.edits, [{ kind: 'prepend', header: 'X: y' }])
})

test('reply codes are parameters', async () => {
  const own = scopeOf({ access_map_reject_code: '521', access_map_defer_code: '421' }, ACCESS_PARAMETERS)
  const other = createActions({ scope: own, restrictions })
  const reply = async (value: string) => shown(await other.apply(value, anAccessRequest('rcpt'), subject))
  assert.equal(await reply('REJECT'), `521 5.7.1 ${WHO} Access denied (close)`)
  assert.equal(await reply('DEFER'), `421 4.7.1 ${WHO} Access denied (close)`)
})

/** Status given, and what it becomes for a recipient, a sender and a client; measured at the oracle. */
const statuses: [string, string, string, string][] = [
  ['5.1.0', '5.1.0', '5.1.0', '5.0.0'],
  ['5.1.1', '5.1.1', '5.1.7', '5.0.0'],
  ['5.1.2', '5.1.2', '5.1.8', '5.0.0'],
  ['5.1.3', '5.1.3', '5.1.7', '5.0.0'],
  ['5.1.4', '5.1.4', '5.1.7', '5.0.0'],
  ['5.1.5', '5.1.5', '5.1.0', '5.0.0'],
  ['5.1.6', '5.1.6', '5.1.7', '5.0.0'],
  ['5.1.7', '5.1.3', '5.1.7', '5.0.0'],
  ['5.1.8', '5.1.2', '5.1.8', '5.0.0'],
  ['5.1.9', '5.1.0', '5.1.0', '5.0.0'],
  ['5.1.10', '5.1.0', '5.1.0', '5.0.0'],
  ['2.2.1', '5.2.1', '5.2.1', '5.2.1'],
]
test('statuses fit what the reply is about', () => {
  for (const [status, ...expected] of statuses)
    assert.deepEqual(
      ['Recipient address', 'Sender address', 'Client host'].map((name) => fitStatus(status, 550, name)),
      expected,
    )
})

const RULES: SearchRules = { parent: true, delimiter: '+', nullKey: '<>' }
test('keys are tried from the whole to its parts', () => {
  const asked = (search: (table: ReturnType<typeof fakeTable>) => unknown): string => {
    const table = fakeTable({})
    assert.equal(search(table), undefined)
    return table.asked.join(' ')
  }
  const mail = (address: string, rules = RULES) => asked((table) => searchMail(table, address, rules))
  assert.equal(mail('u+x@a.b.c'), 'u+x@a.b.c u@a.b.c a.b.c b.c c u+x@ u@')
  assert.equal(mail('u@a.b', { ...RULES, parent: false }), 'u@a.b a.b .b u@')
  assert.equal(mail(''), '<>')
  assert.equal(mail('quo ted@a'), '"quo ted"@a a "quo ted"@')
  assert.equal(mail('+x@a'), '+x@a a +x@')
  assert.equal(mail('owner-list@a', { ...RULES, delimiter: '-' }), 'owner-list@a a owner-list@')
  assert.equal(mail('user'), 'user user@')
  assert.equal(
    asked((table) => searchClient(table, { name: 'h.example', address: '10.1.2.3' }, RULES)),
    'h.example example 10.1.2.3 10.1.2 10.1 10',
  )
  assert.equal(
    asked((table) => searchDomain(table, '192.0.2.1', RULES)),
    '192.0.2.1',
  )
  assert.deepEqual(addressKeys('2001:db8:c::5'), ['2001:db8:c::5', '2001:db8:c', '2001:db8', '2001'])
  assert.deepEqual(domainKeys('a.b', false), ['a.b', '.b'])
  assert.deepEqual(domainKeys('a.', true), ['a.'])
})

test('mail addresses are asked for in lower case', async () => {
  const keys: string[] = []
  const table = { ...fakeTable({}), lookup: (key: string) => void keys.push(key) }
  await searchMail(table, 'User+X@Sub.TEST', { parent: true, delimiter: '+', nullKey: '<>' })
  assert.deepEqual(keys, ['user+x@sub.test', 'user@sub.test', 'sub.test', 'test', 'user+x@', 'user@'])
})

test('tables of patterns are asked for the whole only', async () => {
  const table = fakeTable({}, { wholeKeys: true, later: true })
  await searchClient(table, { name: 'h.example', address: '10.1.2.3' }, RULES)
  await searchMail(table, 'u+x@a.b', RULES)
  assert.deepEqual(table.asked, ['h.example', '10.1.2.3', 'u+x@a.b'])
})

test('the rules of searching are parameters', () => {
  assert.deepEqual(searchRules(scope), { parent: true, delimiter: '', nullKey: '<>' })
  const own = scopeOf(
    { parent_domain_matches_subdomains: 'mynetworks', recipient_delimiter: '+-', smtpd_null_access_lookup_key: 'none' },
    ACCESS_PARAMETERS,
    ROUTE_PARAMETERS,
  )
  assert.deepEqual(searchRules(own), { parent: false, delimiter: '+-', nullKey: 'none' })
})

const listOf = (patterns: string | string[], parent = false) => createMatchList(patterns, { openTable: tables.open, parent })

test('lists match networks, names, tables and files in order', async () => {
  const file = join(directory, 'more')
  writeFileSync(file, '# ours\n203.0.113.0/24, !198.51.100.7\n198.51.100.0/24\n')
  const list = await listOf(
    `!10.0.0.5, 10.0.0.0/8 [2001:db8::]/32, ${file}, Example.org .sub.test, inline:{192.0.2.9=x, in.table=x}`,
  )
  const client = (text: string) => list.client(aClient(text))
  for (const yes of ['10.1.1.1', '203.0.113.9', '198.51.100.8', 'example.org[192.0.2.1]', 'a.sub.test[192.0.2.1]', '192.0.2.9'])
    assert.equal(await client(yes), true, yes)
  for (const no of ['10.0.0.5', '198.51.100.7', 'a.example.org[192.0.2.1]', 'sub.test[192.0.2.1]', '192.0.2.8'])
    assert.equal(await client(no), false, no)
  assert.equal(await client('2001:db8::9'), true)
  assert.equal(await list.name('IN.TABLE'), true)
  assert.equal(await list.address('10.9.9.9'), true)
  assert.equal(await list.name('10.9.9.9'), false)
})

test('parents match where they shall', async () => {
  const list = await listOf(['example.org', 'inline:{table.test=x}'], true)
  assert.equal(await list.name('a.b.example.org'), true)
  assert.equal(await list.name('notexample.org'), false)
  assert.equal(await list.name('a.table.test'), true)
  const dotted = await listOf('inline:{.table.test=x}')
  assert.equal(await dotted.name('a.table.test'), true)
  assert.equal(await dotted.name('table.test'), false)
})

test('bad patterns of lists are refused with advice', async () => {
  await assert.rejects(listOf('10.0.0.1/8'), /non-null host address bits in "10.0.0.1\/8", perhaps you should use "10.0.0.0\/8"/)
  await assert.rejects(listOf('10.0.0.0/99'), /bad net\/mask pattern/)
  await assert.rejects(listOf('!'), /"!" without a pattern/)
  await assert.rejects(listOf('/nowhere/at/all'), /can not read/)
  await assert.rejects(listOf('nosuch:x'), /unsupported dictionary type/)
  const itself = join(directory, 'itself')
  writeFileSync(itself, itself)
  await assert.rejects(listOf(itself), /too deeply/)
})

test('an answer stays synchronous without slow tables, and a failing table fails', async () => {
  const list = await listOf('127.0.0.0/8')
  assert.equal(list.client(aClient('127.0.0.1')), true)
  const slow = fakeTable({ 'a.test': 'x' }, { later: true })
  const mixed = await createMatchList('!b.test, fake:x, c.test', { openTable: async () => slow })
  assert.equal(await mixed.name('a.test'), true)
  assert.equal(await mixed.name('c.test'), true)
  assert.equal(mixed.name('b.test'), false)
  const failing = await listOf('fail:x')
  assert.throws(() => failing.name('x'), { name: 'TableError' })
})
