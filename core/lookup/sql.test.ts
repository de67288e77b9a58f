/** Quoting of keys in SQL: strings, names, comments and what stands outside of them, in each dialect. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fill, parseTemplate, splitKey } from './expansion.ts'
import { optionFile } from './option-file.ts'
import { Settings } from './settings.ts'
import { type Dialect, sqlQuery } from './sql.ts'

const MYSQL: Dialect = { backslash: true, doubleQuoted: true, postgres: false }
const PGSQL: Dialect = { backslash: false, doubleQuoted: false, postgres: true }

function queryOf(dialect: Dialect, query: string): (key: string) => string {
  const settings = new Settings('x:y', undefined, {}, new Map([['query', { value: query, line: 1 }]]))
  const { text, quoteAt } = sqlQuery(settings, dialect)
  const template = parseTemplate(text, quoteAt)
  return (key) => fill(template, splitKey(key))
}

const cases: [Dialect, string, string, string][] = [
  [MYSQL, "a = '%s'", "x'y\\", "a = 'x''y\\\\'"],
  [MYSQL, 'a = "%s"', 'x"y\\', 'a = "x""y\\\\"'],
  [MYSQL, "a = 'it\\'s %s'", "x'", "a = 'it\\'s x'''"],
  [MYSQL, 'a = `%s`', 'x`y', 'a = `x``y`'],
  [MYSQL, 'a = %s', '12', 'a = 12'],
  [MYSQL, 'a = %s', '1 OR 1', "a = '1 OR 1'"],
  [MYSQL, "a LIKE '%%%s%%' AND b = %d", "u@d'x", "a LIKE '%u@d''x%' AND b = 'd''x'"],
  [PGSQL, "a = '%s'", "x'y\\", "a = 'x''y\\'"],
  [PGSQL, "a = E'%s'", "x'y\\", "a = E'x''y\\\\'"],
  [PGSQL, "a = e'it\\'s %s'", "x'", "a = e'it\\'s x'''"],
  [PGSQL, "value'%s'", 'x\\', "value'x\\'"],
  [PGSQL, "a = '\\' AND b = '%s'", "x'", "a = '\\' AND b = 'x'''"],
  [PGSQL, 'a = "%s"', 'x"y\\', 'a = "x""y\\"'],
  [PGSQL, "a = $x$it's$x$ AND b = '%s'", "x'", "a = $x$it's$x$ AND b = 'x'''"],
  [PGSQL, "a = 'x' /* it's */ AND b = '%s'", "x'", "a = 'x' /* it's */ AND b = 'x'''"],
]
for (const [dialect, query, key, sql] of cases) {
  test(`${dialect.postgres ? 'pgsql' : 'mysql'}: ${key} in ${query}`, () => assert.equal(queryOf(dialect, query)(key), sql))
}

test('where nothing can be quoted, nothing is put', () => {
  for (const query of ['$$%s$$', '$t$ %s $t$', '1 /* %s */', '1 -- %s']) {
    assert.throws(() => queryOf(PGSQL, query), /query has a % expansion (in a comment|between \$t?\$)/)
  }
})

/** Strings and what is between them, as a server of the dialect reads them; undefined when one is not closed. */
function strings(sql: string, quotes: string, hasBackslash: boolean): string[] | undefined {
  const found: string[] = []
  for (let i = 0; i < sql.length; i++) {
    if (!quotes.includes(sql[i] as string)) continue
    const quote = sql[i]
    let text = ''
    for (i++; ; i++) {
      if (i >= sql.length) return undefined
      if (hasBackslash && sql[i] === '\\') text += sql[++i]
      else if (sql[i] !== quote) text += sql[i]
      else if (sql[i + 1] === quote) text += sql[i++]
      else break
    }
    found.push(text)
  }
  return found
}

test('whatever a key is, the server reads it back, and only it, in both modes', () => {
  const key = fc
    .array(fc.constantFrom("'", '"', '\\', 'a', ' OR ', '--', '/*', ';', '%', '\u00a5'), { maxLength: 12 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(key, (text) => {
      assert.deepEqual(strings(queryOf(MYSQL, `a = '%s' AND b = "%s"`)(text), `'"`, true), [text, text])
      assert.deepEqual(strings(queryOf(PGSQL, "a = '%s' AND b = '%s'")(text), "'", false), [text, text])
      // A MySQL server with NO_BACKSLASH_ESCAPES sees more backslashes, but no end of the string.
      assert.equal(strings(queryOf(MYSQL, "a = '%s' AND b = 'x'")(text), "'", false)?.length, 2)
      if (!/^\d+$/.test(text)) assert.deepEqual(strings(queryOf(PGSQL, 'a = %s')(text), "'", false), [text])
    }),
    { numRuns: 500 },
  )
})

test('option files: groups, quotes, comments', () => {
  const text =
    '# my.cnf\n[mysqld]\nuser=mysql\n[client]\nuser = someone # comment\npassword="a # b"\n[postfix]\ndatabase=mail\nuser=\'x\'\n!include y\n'
  assert.deepEqual(optionFile(text, ['client']), { user: 'someone', password: 'a # b' })
  assert.deepEqual(optionFile(text, ['client', 'postfix']), { user: 'x', password: 'a # b', database: 'mail' })
  fc.assert(fc.property(fc.string(), (any) => void optionFile(any, ['client'])))
})
