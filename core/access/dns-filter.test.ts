import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeDns } from '../../test/kit/index.ts'
import type { Table } from '../lookup/index.ts'
import { filteredDns } from './dns-filter.ts'

const ZONE = [
  'two.test MX 5 bad.mx.test',
  'two.test MX 6 good.mx.test',
  'null.test MX 0 .',
  'a.test A 127.0.0.99',
  'a.test TXT hello',
]

async function setUp(rules: (text: string) => string | undefined) {
  const table: Table = { spec: 'test:', wholeKeys: true, lookup: rules }
  const told: string[] = []
  const warned: string[] = []
  const asked: string[] = []
  const dns = filteredDns(fakeDns(ZONE).resolver, {
    tables: [{ ...table, lookup: (text) => void asked.push(text) }, table],
    tell: (message) => told.push(message),
    warn: (message) => warned.push(message),
  })
  return { dns, told, warned, asked }
}

test('records are looked up as text, and IGNORE drops them', async () => {
  const { dns, told, asked } = await setUp((text) => (text.includes(' bad.mx') ? 'ignore' : undefined))
  const answer = await dns.resolve('two.test', 'MX')
  assert.deepEqual(
    answer.records.map(({ data }) => data.exchange),
    ['good.mx.test'],
  )
  assert.deepEqual(asked.sort(), ['two.test. 300 IN MX 5 bad.mx.test.', 'two.test. 300 IN MX 6 good.mx.test.'])
  assert.deepEqual(told, ['ignoring DNS RR: two.test. 300 IN MX 5 bad.mx.test.'])
  await dns.resolve('null.test', 'MX')
  assert.equal(asked.at(-1), 'null.test. 300 IN MX 0 .')
  await dns.resolve('a.test', 'TXT')
  assert.equal(asked.at(-1), 'a.test. 300 IN TXT hello')
})

test('when all are dropped the answer is a failure that says so', async () => {
  const { dns } = await setUp(() => 'IGNORE')
  const { status, isFiltered, reason, records } = await dns.resolve('a.test', 'A')
  assert.deepEqual([status, isFiltered, records], ['failed', true, []])
  assert.equal(reason, 'Error looking up name=a.test type=A: DNS reply filter drops all results')
})

test('what is not there is not filtered', async () => {
  const { dns } = await setUp(() => 'IGNORE')
  assert.equal((await dns.resolve('none.test', 'A')).isFiltered, undefined)
})

test('an unknown action drops nothing; a table that fails is a temporary failure', async () => {
  const odd = await setUp(() => 'REJECT')
  assert.equal((await odd.dns.resolve('a.test', 'A')).status, 'found')
  assert.deepEqual(odd.warned, ['unknown DNS filter action: "REJECT"'])
  const broken = await setUp(() => {
    throw new Error('gone')
  })
  const answer = await broken.dns.resolve('a.test', 'A')
  assert.deepEqual([answer.status, answer.isFiltered], ['failed', undefined])
})
