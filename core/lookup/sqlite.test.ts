/** Tables with settings, tried on SQLite: expansion, result format, limits, domains, quoting; values as Postfix gives them. */
import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { openTable } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'lookup-'))
after(() => rmSync(directory, { recursive: true }))

function database(name: string, rows: readonly (readonly (string | null)[])[]): string {
  const file = new DatabaseSync(join(directory, name))
  file.exec('create table a(k text, v text, w text)')
  const insert = file.prepare('insert into a values(?, ?, ?)')
  for (const row of rows) insert.run(...row)
  file.close()
  return join(directory, name)
}
database('t.db', [
  ['x', '1', '2'],
  ['x', '3', null],
  ['x', '', null],
  ['u@d.o.m', 'q@r', null],
  ['u@d.o.m', 'loc', null],
  ['u@d.o.m', '@r', null],
  ["it's\\", 'quote', null],
  ['Ab', 'upper', null],
  ['lines', 'a\r\nb\0', null],
])

const warnings: string[] = []
let clock = 0
const context = { baseDirectory: directory, warn: (message: string) => void warnings.push(message), now: () => clock }
const select = "query = select v from a where k='%s'"

/** Settings, then key and value in turn; each as postmap -q gives it. */
const lookups: [string, ...(string | undefined)[]][] = [
  [select, 'x', '1,3', 'X', '1,3', 'Ab', undefined, "it's\\", 'quote', "x' or '1'='1", undefined, '', undefined],
  [select, 'lines', 'a b'],
  ["query = select v, w from a where k='%s'", 'x', '1,3'],
  [`${select}\nresult_format = <%u>`, 'u@d.o.m', '<q>,<loc>', 'x', '<1>,<3>'],
  [`${select}\nresult_format = <%d>`, 'u@d.o.m', '<r>,<r>', 'x', undefined],
  [`${select}\nresult_format = <%s %D>`, 'u@d.o.m', '<q@r d.o.m>,<loc d.o.m>,<@r d.o.m>', 'x', undefined],
  [`${select}\nresult_format = <%s %3 %1>`, 'u@d.o.m', '<q@r d m>,<loc d m>,<@r d m>', 'x', undefined],
  [`${select}\nresult_format = a%%b %S`, 'x', 'a%b x,a%b x'],
  [
    "query = select '%1|%2|%u|%d'",
    ...['u@d.o.m', 'm|o|u|d.o.m', 'd.o.m', undefined, 'x', undefined, 'x@', undefined, '@x.y', undefined, 'u@x', undefined],
    ...['u@a..b', 'b|a|u|a..b', 'u@a.b.', 'b|a|u|a.b.', 'u@.b', undefined, 'a@b@c.d', 'd|c|a@b|c.d'],
  ],
  ["query = select '%1'", 'x', undefined, 'a.b', undefined, '@x', 'x'],
  ["query = select '%u|%s'", 'plain', 'plain|plain', '@d', undefined, 'x@', 'x|x@'],
  [`${select}\nexpansion_limit = 2`, 'x', '1,3'],
  ["query = select '%s'\ndomain = d.o.m, .sub.x, !no.x, inline:{tab.x=y}", 'u@d.o.m', 'u@d.o.m', 'd.o.m', undefined],
  [
    "query = select '%s'\ndomain = !no.x, static:all",
    ...['@d.o.m', undefined, 'u@no.x', undefined, 'u@other', 'u@other', 'user', undefined],
  ],
  ['query = select "%s $x"', 'x', 'x $x'],
  ["table = a\nselect_field = v\nwhere_field = k\nadditional_conditions = and w='2'", 'x', '1'],
  ['query = select %s + 1', '5', '6', "1 or '1", '2'],
  ["query = select k from a where k = %s and v = '3'", 'x', 'x'],
]
for (const [i, [settings, ...pairs]] of lookups.entries()) {
  test(`asks with ${settings.replaceAll('\n', '; ')}`, async () => {
    writeFileSync(join(directory, `${i}.cf`), `# comment\ndbpath = t.db\n${settings.replace('select ', 'select\n   ')}\n`)
    const table = await openTable(`sqlite:${i}.cf`, context)
    for (let at = 0; at < pairs.length; at += 2) assert.equal(await table.lookup(pairs[at] ?? ''), pairs[at + 1], pairs[at] ?? '')
    assert.deepEqual(await table.inspect?.(), { source: join(directory, 't.db') })
    await table.close?.()
  })
}

/** What is wrong with settings. */
const broken: [string, RegExp][] = [
  ['dbpath=t.db', /^Error: table sqlite:\{\.\.\.\}: query is required$/],
  ["{query=select '%s'}", /dbpath is required/],
  ["dbpath=none.db, {query=select '%s'}", /no such file .*none\.db/],
  ["dbpath=t.db, {query=select '%q'}", /query is an invalid template: "%q"/],
  ["dbpath=t.db, {query=select '%'}", /invalid template/],
  ['dbpath=t.db, {query=select 1 /* %s */}', /query has a % expansion in a comment/],
  ["dbpath=t.db, {query=select '%s'}, expansion_limit=many", /expansion_limit must be a whole number from 0, not "many"/],
  ['dbpath=t.db, {=x secret}', /setting:2: expected "name = value", found "=x"/],
  ["dbpath=t.db, {query=select '%s'}, domain=hahs:x", /unsupported dictionary type: hahs/],
]
for (const [settings, message] of broken) {
  test(`refuses ${settings}`, async () => {
    await assert.rejects(openTable(`sqlite:{ ${settings} }`, context), message)
  })
}

test('an unknown or repeated setting is told with its line, a wrong one with its place', async () => {
  warnings.length = 0
  writeFileSync(join(directory, 'odd.cf'), `dbpath = t.db\nqurey = x\n${select}\n${select}\n`)
  await openTable('sqlite:odd.cf', context)
  assert.deepEqual(warnings, [
    'sqlite:odd.cf, line 2: qurey is no setting of sqlite tables; did you mean query?',
    'sqlite:odd.cf, line 4: query is set again; the last value counts',
  ])
  writeFileSync(join(directory, 'odd.cf'), `dbpath = t.db\n${select}\nexpansion_limit = x\n`)
  await assert.rejects(openTable('sqlite:odd.cf', context), /table sqlite:odd\.cf: .*odd\.cf:3: expansion_limit must be/)
})

test('failures are temporary: a bad query, a limit that is exceeded', async () => {
  const bad = await openTable('sqlite:{ dbpath=t.db, {query=select nonsense} }', context)
  assert.throws(() => bad.lookup('x'), { name: 'TableError', message: 'sqlite:{...}: no such column: nonsense' })
  const limited = await openTable(`sqlite:{ dbpath=t.db, {${select}}, expansion_limit=1 }`, context)
  assert.throws(() => limited.lookup('x'), { message: "sqlite:{...}: expansion limit exceeded for key: 'x'" })
  const domains = await openTable(`sqlite:{ dbpath=t.db, {${select}}, domain=fail:x }`, context)
  assert.throws(() => domains.lookup('u@x'), { name: 'TableError', message: 'fail:x: this table always fails' })
})

test('what is written is seen at once, a replaced database and changed settings within a second', async () => {
  writeFileSync(join(directory, 'changing.cf'), `dbpath = changing.db\n${select}\n`)
  const path = database('changing.db', [['x', 'one', null]])
  const table = await openTable('sqlite:changing.cf', context)
  assert.equal(table.lookup('x'), 'one')
  const writer = new DatabaseSync(path)
  writer.exec("update a set v = 'two'")
  writer.close()
  assert.equal(table.lookup('x'), 'two')
  renameSync(database('new.db', [['x', 'three', null]]), path)
  clock += 1000
  assert.equal(table.lookup('x'), 'three')
  writeFileSync(join(directory, 'changing.cf'), `dbpath = changing.db\n${select}\nresult_format = new %s\n`)
  clock += 1000
  for (let turns = 0; table.lookup('x') !== 'new three'; turns++) {
    assert.ok(turns < 1000)
    await turn()
  }
  warnings.length = 0
  writeFileSync(join(directory, 'changing.cf'), 'dbpath = changing.db\nbroken\n')
  clock += 1000
  assert.equal(table.lookup('x'), 'new three')
  await turn()
  assert.match(warnings.join(), /changing\.cf:2: expected "name = value".*; keeping the old settings$/)
  await table.close?.()
})

test('no key ends the string that it stands in', async () => {
  const queries = [
    "select '%s'",
    "select 'a%sb%%'",
    'select "%s"',
    "select 'it''s %s'",
    'select %s',
    "select '%u' || '@' || '%d'",
  ]
  const tables = await Promise.all(queries.map((query) => openTable(`sqlite:{ dbpath=t.db, {query = ${query}} }`, context)))
  const key = fc.array(fc.constantFrom("'", '"', '\\', '%', '--', '/*', ';', 'a', '@', '`', ' ', '$$', '%s'), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(key, fc.nat({ max: queries.length - 1 }), (parts, i) => {
      const text = parts.join('').trim()
      const isWhole = i < 5 || (text.lastIndexOf('@') > 0 && !text.endsWith('@'))
      const [before = '', after = ''] =
        (
          [
            ['', ''],
            ['a', 'b%'],
            ['', ''],
            ["it's ", ''],
          ] as const
        )[i] ?? []
      assert.equal(tables[i]?.lookup(text), text === '' || !isWhole ? undefined : `${before}${text}${after}`)
    }),
    { numRuns: 500 },
  )
})
