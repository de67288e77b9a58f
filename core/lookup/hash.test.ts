/** The text source as a table: compact storage against a Map, and large files that change. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { Entries } from './entries.ts'
import { splitEntry } from './hash.ts'
import { openTable } from './index.ts'
import { fileLines, logicalLines } from './lines.ts'

const directory = mkdtempSync(join(tmpdir(), 'lookup-'))
after(() => rmSync(directory, { recursive: true }))
const put = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}

test('entries are what a Map of keys in lower case would be', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom('a', 'A', 'ß', 'Ä'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { maxLength: 300 }), fc.array(word), (pairs, others) => {
      const [entries, map] = [new Entries(), new Map<string, string>()]
      const octets = (text: string): string => text.toLowerCase().toWellFormed()
      for (const [key, value] of pairs) {
        assert.equal(entries.add(key, value), !map.has(octets(key)))
        if (!map.has(octets(key))) map.set(octets(key), value.toWellFormed())
      }
      entries.trim()
      assert.equal(entries.size, map.size)
      for (const key of [...pairs.map(([each]) => each), ...others]) assert.equal(entries.get(key), map.get(octets(key)))
    }),
    { numRuns: 200 },
  )
})

test('lines of a file are those of its text, wherever it is cut', () => {
  const long = 'x'.repeat(300_000)
  const text = `# c\n key one\n\tmore\r\n${long} v\n\n  \u00a0\nlast ä`
  assert.deepEqual([...fileLines(put('lines', text))], logicalLines(text))
  assert.deepEqual(
    logicalLines(text).map(({ line }) => line),
    [2, 4, 7],
  )
  assert.deepEqual([...fileLines(put('lines', ''))], [])
})

test('keys end at white space outside of quotes', () => {
  assert.deepEqual(splitEntry('"a b"@c  d e'), ['"a b"@c', 'd e'])
  assert.deepEqual(splitEntry('a\\ b c'), ['a\\ b', 'c'])
  assert.deepEqual(splitEntry('key'), ['key', ''])
  assert.equal(splitEntry('"a b'), undefined)
})

test('a large file is read again between other work, and the old contents answer meanwhile', async () => {
  const lines = (value: string): string => Array.from({ length: 12_000 }, (_, i) => `k${i} ${value}\n`).join('')
  let clock = 0
  const path = put('large', lines('old'))
  const table = await openTable('texthash:large', { baseDirectory: directory, now: () => clock })
  put('large', `${lines('newer')}k0 again\n`)
  clock += 1000
  assert.equal(table.lookup('k0'), 'old')
  for (let turns = 0; table.lookup('K11999') !== 'newer'; turns++) {
    assert.ok(turns < 1000, 'never read again')
    await turn()
  }
  assert.equal(table.lookup('k0'), 'newer')
  assert.deepEqual(await table.inspect?.(), { entries: 12_000, source: path })
})

test('a file that is no table at all does not fill the log', async () => {
  const warnings: string[] = []
  put('noise', 'word\n'.repeat(1000))
  await openTable('hash:noise', { baseDirectory: directory, warn: (message) => void warnings.push(message) })
  assert.equal(warnings.length, 51)
  assert.equal(warnings[50], 'hash:noise, line 51: more such lines are not shown')
})
