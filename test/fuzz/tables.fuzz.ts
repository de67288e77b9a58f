/** Everything that lookup tables read: sources, settings, index files, answers of servers; and keys, wherever they are put. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { CdbFile } from '../../core/lookup/cdb.ts'
import { Entries } from '../../core/lookup/entries.ts'
import { fill, parseTemplate, splitKey } from '../../core/lookup/expansion.ts'
import { openTable } from '../../core/lookup/index.ts'
import { quoteFilter, quoteName } from '../../core/lookup/ldap.ts'
import { parseLdapUrl } from '../../core/lookup/ldap-entries.ts'
import { find, isBranch, leafValue, metaOf } from '../../core/lookup/lmdb-page.ts'
import { parseGet } from '../../core/lookup/memcache.ts'
import { parseNetstring } from '../../core/lookup/netstring.ts'
import { optionFile } from '../../core/lookup/option-file.ts'
import { readSettings } from '../../core/lookup/settings.ts'
import { parseReply } from '../../core/lookup/socketmap.ts'
import { decode, encode, parseAnswer } from '../../core/lookup/tcp.ts'
import { octets, type Target, target, text } from './target.ts'

const directory = mkdtempSync(join(tmpdir(), 'fuzz-tables-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
const file = join(directory, 'file')
const context = { baseDirectory: directory, open: () => Promise.reject(new Error('no')) }

/** Runs what may throw an Error, but none that only a mistake of ours throws. */
function mayFail(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Error && !(error instanceof TypeError || error instanceof RangeError), String(error))
  }
}

export const targets: readonly Target[] = [
  target(
    'table sources',
    fc.tuple(fc.constantFrom('texthash', 'cidr', 'regexp', 'pcre'), octets, text),
    async ([type, source, key]) => {
      writeFileSync(file, source)
      const table = await openTable(`${type}:${file}`, { baseDirectory: directory }).catch((error: Error) => {
        assert.match(error.message, /^table /)
      })
      // A rule without a value fails where it matches.
      mayFail(() => {
        const value = table?.lookup(key)
        assert.ok(value === undefined || typeof value === 'string')
      })
    },
  ),

  target('entries of texthash', fc.array(fc.tuple(text, text)), (pairs) => {
    const [entries, map] = [new Entries(), new Map<string, string>()]
    for (const [key, value] of pairs) {
      const folded = key.toLowerCase().toWellFormed()
      assert.equal(entries.add(key, value), !map.has(folded))
      if (!map.has(folded)) map.set(folded, value.toWellFormed())
    }
    for (const [key] of pairs) assert.equal(entries.get(key), map.get(key.toLowerCase().toWellFormed()))
  }),

  target('table settings', octets, (source) => {
    writeFileSync(file, source)
    const declared = { hosts: '', query: '', timeout: '5' }
    mayFail(() => {
      const settings = readSettings('mysql', file, declared, context)
      for (const read of ['milliseconds', 'number', 'flag', 'list', 'text'] as const) mayFail(() => settings[read]('timeout'))
    })
    optionFile(source.toString(), ['client'])
  }),

  target('cdb files', octets, (bytes) => {
    const head = Buffer.alloc(2048)
    for (let at = 0; at < 2048; at++) head[at] = bytes[at % Math.max(1, bytes.length)] ?? 0
    // Mostly small numbers, so that more than the first check is passed.
    for (let table = 0; table < 256; table++) head.writeUInt32LE(2048 + ((head[table] ?? 0) % 64), table * 8)
    for (let table = 0; table < 256; table++) head.writeUInt32LE((head[table] ?? 0) % 4, table * 8 + 4)
    writeFileSync(file, Buffer.concat([head, bytes]))
    mayFail(() => {
      const cdb = new CdbFile(file)
      try {
        for (const key of ['', 'a', 'key\0']) cdb.get(Buffer.from(key))
      } finally {
        cdb.close()
      }
    })
  }),

  target('LMDB pages', octets, (bytes) => {
    const page = Buffer.concat([bytes, Buffer.alloc(256)])
    mayFail(() => metaOf(page))
    for (const kind of [1, 2]) {
      page.writeUInt16LE(kind, 10)
      mayFail(() => {
        const { index } = find(page, Buffer.from('key'))
        if (!isBranch(page)) leafValue(page, index)
      })
    }
  }),

  target('answers of table servers', octets, (bytes) => {
    for (const parse of [
      parseAnswer,
      parseReply,
      (some: Buffer) => parseGet(some, 100, 100),
      (some: Buffer) => parseNetstring(some, 100),
    ]) {
      mayFail(() => {
        const answer = parse(bytes)
        if (answer !== undefined) assert.ok(answer.length > 0 && answer.length <= bytes.length)
      })
    }
  }),

  target('keys in requests and queries', text, (key) => {
    assert.match(encode(key), /^[!-~]*$/)
    assert.equal(decode(encode(key)), key.toWellFormed())
    assert.doesNotMatch(quoteFilter(key), /[*()\0]/)
    assert.doesNotMatch(quoteName(key).replace(/\\./gs, ''), /[,+"\\<>;=]/)
    parseLdapUrl(`ldap://${key}`)
    mayFail(() => fill(parseTemplate(key), splitKey(key)))
  }),
]
