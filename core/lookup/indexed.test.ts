/** cdb and lmdb: files that postmap made (testdata/), and the same files with damage. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { CdbFile } from './cdb.ts'
import { openTable } from './index.ts'
import { LmdbFile } from './lmdb.ts'
import { TableError } from './table.ts'

const directory = mkdtempSync(join(tmpdir(), 'lookup-'))
after(() => rmSync(directory, { recursive: true }))
const made = (name: string): Buffer => gunzipSync(readFileSync(join(import.meta.dirname, 'testdata', `${name}.gz`)))

const source = made('accounts').toString()
const entries = source
  .trim()
  .split('\n')
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ')).trim()] as const)
const files = { cdb: made('accounts.cdb'), lmdb: made('accounts.lmdb') } as const
const types = ['cdb', 'lmdb'] as const

const warnings: string[] = []
let clock = 0
const context = { baseDirectory: directory, warn: (message: string) => void warnings.push(message), now: () => clock }
const put = (name: string, content: string | Buffer): string => {
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}

for (const type of types) {
  test(`${type}: finds all that postmap stored, in any case, and nothing else`, async () => {
    put(`all.${type}`, files[type])
    const table = await openTable(`${type}:all`, context)
    for (const [key, value] of entries) {
      assert.equal(table.lookup(key), value)
      assert.equal(table.lookup(key.toUpperCase()), value)
      assert.equal(table.lookup(`${key}x`), undefined)
    }
    assert.equal(table.lookup(''), undefined)
    assert.deepEqual(table.inspect?.(), { entries: entries.length, source: join(directory, `all.${type}`) })
    await table.close?.()
    await table.close?.()
  })

  test(`${type}: the source is read where there is no file of the type`, async () => {
    put('only', 'a  from the source\n')
    assert.equal(await (await openTable(`${type}:only`, context)).lookup('A'), 'from the source')
    await assert.rejects(
      openTable(`${type}:neither`, context),
      new RegExp(`^Error: table ${type}:neither: no such file .*/neither\\.${type}$`),
    )
  })

  test(`${type}: a newer source is told; a file that is replaced is opened again, a damaged one is not`, async () => {
    warnings.length = 0
    const path = put(`replaced.${type}`, files[type])
    utimesSync(path, 1, 1)
    put('replaced', 'x y\n')
    const table = await openTable(`${type}:replaced`, context)
    assert.match(warnings[0] ?? '', /replaced\.\w+ is older than its source .*replaced$/)
    const [key = '', value] = entries[0] ?? []
    renameSync(put('new', 'no such file'), path)
    clock += 1000
    assert.equal(table.lookup(key), value)
    assert.match(warnings[1] ?? '', /keeping the old contents$/)
    // With a key under other octets of the same length, the file is whole and the key is gone.
    const changed = Buffer.from(files[type].toString('latin1').replaceAll(key.toLowerCase(), 'q'.repeat(key.length)), 'latin1')
    renameSync(put('new', changed), path)
    clock += 1000
    assert.equal(table.lookup(key), undefined)
    assert.equal(warnings.length, 2)
    await table.close?.()
  })

  test(`${type}: whatever is damaged, a lookup answers or fails as a table`, async () => {
    const length = files[type].length
    const damage = fc.array(fc.tuple(fc.nat({ max: length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 30 })
    const ends = fc.oneof(fc.constant(length), fc.nat({ max: length }))
    await fc.assert(
      fc.asyncProperty(damage, ends, async (octets, end) => {
        const content = Buffer.from(files[type].subarray(0, end))
        for (const [at, octet] of octets) if (at < content.length) content[at] = octet
        put(`damaged.${type}`, content)
        const table = await openTable(`${type}:damaged`, context).catch((error: Error) => {
          assert.match(error.message, new RegExp(`^table ${type}:damaged: `))
        })
        if (table === undefined) return
        for (const [key] of entries.slice(0, 40)) {
          try {
            table.lookup(key)
          } catch (error) {
            assert.ok(error instanceof TableError, String(error))
          }
        }
        await table.close?.()
      }),
      { numRuns: 150 },
    )
  })
}

test('lmdb: files of other kinds are refused', () => {
  const other = Buffer.from(files.lmdb)
  other.writeUInt32LE(2, 20)
  assert.throws(() => new LmdbFile(put('x', other)), /LMDB data format 2 is not supported/)
  other.writeUInt32LE(1, 20)
  other.writeUInt16LE(4, 92)
  assert.throws(() => new LmdbFile(put('x', other)), /duplicates are not supported/)
  assert.throws(() => new LmdbFile(put('x', Buffer.alloc(8192))), /is no LMDB file/)
})

test('cdb: an empty database has nothing, a short file is none', () => {
  const empty = Buffer.alloc(2048)
  for (let table = 0; table < 256; table++) empty.writeUInt32LE(2048, table * 8)
  const file = new CdbFile(put('x', empty))
  assert.equal(file.get(Buffer.from('a')), undefined)
  assert.equal(file.size, 0)
  file.close()
  assert.throws(() => new CdbFile(put('x', 'short')), /is no cdb file/)
})
