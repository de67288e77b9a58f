import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import {
  BUILT_IN_TYPES,
  createTables,
  EmptyResult,
  isTableSpec,
  logicalLines,
  openTable,
  splitList,
  suggest,
  type TableType,
} from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'lookup-'))
after(() => rmSync(directory, { recursive: true }))

const warnings: string[] = []
let clock = 0
const context = {
  baseDirectory: directory,
  warn: (message: string) => void warnings.push(message),
  now: () => clock,
  random: () => 0.6,
}
const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text)
  return name
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: ${1} is a table's substitution
/** Spec, then key and value in turn. */
const lookups: [string, ...(string | undefined)[]][] = [
  ['inline:{a=b}', 'a', 'b', 'A', 'b', 'b', undefined, '__proto__', undefined],
  ['inline:{{fine@sender.test=OK}, {x = two  words}}', 'fine@sender.test', 'OK', 'x', 'two  words'],
  ['static:all', 'anything', 'all', '', 'all'],
  ['static:{550 5.7.1 after warn}', 'x', '550 5.7.1 after warn'],
  ['randmap:{a, b}', 'x', 'b'],
  ['randmap:{ {a b} }', 'x', '{a b}'],
  ['unionmap:{static:a, inline:{x=y}}', 'x', 'a,y', 'z', 'a'],
  ['unionmap:{inline:{n=1}, inline:{m=2}}', 'o', undefined],
  ['pipemap:{inline:{x=y}, inline:{y=z}}', 'x', 'z', 'y', undefined],
  ['proxy:inline:{a=b}', 'a', 'b'],
  [
    'cidr:{{192.0.2.40/31 in}, {!192.0.2.0/24 out}, {if 192.0.2.128/25}, {192.0.2.129 deep}, {endif}, {2001:db8::/32 six}}',
    ...['192.0.2.41', 'in', '198.51.100.1', 'out', '192.0.2.129', 'deep', '192.0.2.130', undefined, 'name', undefined],
  ],
  [
    'cidr:{{if 10.0.0.0/8}, {10.1.0.0/16 one}, {if !10.2.0.0/16}, {10.0.0.0/8 not two}, {endif}, {10.2.2.2 host}, {endif}, ' +
      '{!192.0.0.0/8 DUNNO}, {192.0.2.0/24 rest}, {2001:db8::/64 six}}',
    ...[
      '10.1.1.1',
      'one',
      '10.2.1.1',
      'DUNNO',
      '10.2.2.2',
      'host',
      '10.3.1.1',
      'not two',
      '192.0.2.1',
      'rest',
      '2001:db8::1',
      'six',
    ],
  ],
  ['cidr:{{2001:db8::/32 six}, {0.0.0.0/0 four}}', '2001:db8:c::1', 'six', '192.0.2.1', 'four', '::ffff:192.0.2.1', 'four'],
  ['regexp:{{!/@/ 553 no at}, {/^(.+)@re[.]test$/ user ${1}}}', 'x', '553 no at', 'Me@re.test', 'user Me', 'a@b', undefined],
  ['regexp:{{/^([a-z]+)-([a-z]+)$/ $2-$(1)-${2} $$}}', 'ab-cd', 'cd-ab-cd $'],
  ['regexp:{{/CASE/i sensitive}}', 'case', undefined, 'CASE', 'sensitive'],
  ['pcre:{{/^(\\w+)-static@/ no $1}}', 'me-static@x', 'no me'],
  ['pcre:{{/a b/x extended}, {/^c$/ c}}', 'ab', 'extended', 'c\n', 'c'],
  ['pcre:{{|^/var/| pipe}}', '/var/x', 'pipe'],
  ['pcre:{{if /multi/}, {/one/ 1}, {!/two/ not two}, {endif}}', 'multi one', '1', 'multi two', undefined, 'one', undefined],
  ['pcre:{{/[[:digit:]]$/ digit}}', 'a1', 'digit', 'a1b', undefined],
  ['pcre:{{/(a)|(b)/ <$1$2>}}', 'b', '<b>', 'a', '<a>'],
]
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
for (const [spec, ...pairs] of lookups) {
  test(`looks up in ${spec}`, async () => {
    const table = await openTable(spec, context)
    for (let i = 0; i < pairs.length; i += 2) assert.equal(await table.lookup(pairs[i] ?? ''), pairs[i + 1], pairs[i] ?? '')
  })
}

/** Spec and what the error says. */
const broken: [string, RegExp][] = [
  ['hahs:/x', /unsupported dictionary type: hahs; did you mean hash\?/],
  ['mysql-ish:/x', /unsupported dictionary type: mysql-ish/],
  ['nothing', /expected "type:name"/],
  ['hash:missing', /table hash:missing: no such file/],
  ['inline:{{a=x}{b=y}}', /expected "," after "\{a=x\}"/],
  ['static:', /expected "type:name"/],
  ['static:{a', /expected "static:\{ \.\.\. \}"/],
  ['cidr:{{192.0.2.1 x}, 10.0.0.0/8}', /found "10\.0\.0\.0\/8" without braces/],
  ['regexp:{{/a/x b}}', /unknown regexp option "x"/],
  ['inline:a=b', /expected "inline:\{key=value/],
  ['inline:{ab}', /expected "key=value"/],
  ['inline:{}', /no entries/],
  ['pipemap:{}', /at least one entry/],
  ['unionmap:{nosuch:x}', /unsupported dictionary type: nosuch/],
  ['pcre:{{/(?=a)b/ x}}', /line 1: pattern .*can not be used.*look-around/],
  ['pcre:{{/(a)\\1/ x}}', /can not be used/],
  ['pcre:{{/a x}}', /no closing "\/"/],
  ['pcre:{{/a/q x}}', /unknown pcre option "q"/],
  ['regexp:{{/a/ $1}}', /out of range replacement index "1"/],
  ['regexp:{{/a/ x$}}', /line 1: bad replacement syntax in "x\$" \("\$\$" stands for a dollar sign\)/],
  ['pcre:{{/a/ $name}}', /bad replacement syntax/],
  ['regexp:{{!/(a)/ $1}}', /substitution in a negated rule/],
  ['regexp:{{abc}}', /expected \/pattern\/flags/],
]
for (const [spec, message] of broken) {
  test(`refuses to open ${spec}`, async () => {
    await assert.rejects(openTable(spec, context), message)
  })
}

test('tables of routes leave rules out that put parts of keys into values', async () => {
  warnings.length = 0
  const tables = createTables(context)
  const spec = 'unionmap:{pcre:{{/^(a)b/ x$1}, {/^(a)/ $$1y}}}'
  assert.equal(await (await tables.open(spec)).lookup('ab'), 'xa')
  assert.equal(await (await tables.openLiteral(spec)).lookup('ab'), '$1y')
  assert.match(warnings[0] ?? '', /regular expression substitution is not allowed: skipping this rule/)
  await tables.close()
})

test('a fail table fails', async () => {
  const table = await openTable('fail:x', context)
  assert.throws(() => table.lookup('a'), { name: 'TableError', message: 'fail:x: this table always fails' })
})

test('a source has comments, continued lines, quoted keys, and keys of any case', async () => {
  warnings.length = 0
  const source = '# comment\nKey  value one\n\n  and more\n"quo ted"@x 557 quoted\r\nuq"x y v\nnovalue\nkey again\n'
  const table = await openTable(`texthash:${file('source', source)}`, context)
  assert.equal(await table.lookup('KEY'), 'value one  and more')
  assert.equal(await table.lookup('"quo ted"@x'), '557 quoted')
  assert.equal(await table.lookup('novalue'), undefined)
  assert.deepEqual(warnings, [
    `texthash:source, line 6: unbalanced '"', line ignored`,
    'texthash:source, line 7: expected format: key whitespace value',
    'texthash:source, line 8: duplicate entry: "key"',
  ])
})

test('a changed file is read again, a broken one is told once and changes nothing', async () => {
  const name = file('changing', '/a/ one\n')
  const table = await openTable(`pcre:${name}`, context)
  file('changing', '/a/ number two\n')
  assert.equal(table.lookup('a'), 'one', 'looked for at most once in a second')
  clock += 1000
  assert.equal(table.lookup('a'), 'number two')
  warnings.length = 0
  file('changing', '/(a/ three\n')
  for (let i = 0; i < 3; i++) {
    clock += 1000
    assert.equal(table.lookup('a'), 'number two')
  }
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /table pcre:changing: line 1: .*keeping the old contents/)
  rmSync(join(directory, 'changing'))
  clock += 1000
  assert.equal(table.lookup('a'), 'number two')
  file('changing', '/a/ the fourth\n')
  clock += 1000
  assert.equal(table.lookup('a'), 'the fourth')
})

test('conditions without their end are told, and a bad one holds for nothing', async () => {
  warnings.length = 0
  const table = await openTable('cidr:{{if 10.0.0.1/8}, {10.0.0.1 inside}, {endif}, {endif}, {10.0.0.2 x}}', context)
  assert.equal(await table.lookup('10.0.0.1'), undefined)
  assert.equal(await table.lookup('10.0.0.2'), 'x')
  assert.equal(warnings.length, 2)
})

test('equal tables are one table, until all are closed', async () => {
  const tables = createTables(context)
  assert.equal(await tables.open('static:x'), await tables.open(' static:x'))
  const before = await tables.open('static:x')
  await tables.close()
  assert.notEqual(await tables.open('static:x'), before)
})

test('plugins add types, and tables have an end', async () => {
  let closed = 0
  const type = {
    name: 'mine',
    open: (name: string) => ({
      spec: `mine:${name}`,
      wholeKeys: true,
      lookup: async (key: string) => `${name} ${key}`,
      close: () => void closed++,
    }),
  }
  const tables = createTables({ ...context, types: [type] })
  assert.equal(await (await tables.open('unionmap:{mine:x, static:y}')).lookup('k'), 'x k,y')
  await tables.close()
  assert.equal(closed, 1)
})

test('a table that contains itself is refused', async () => {
  const type: TableType = { name: 'loop', open: (name, { open }) => open(`loop:${name}x`) }
  await assert.rejects(openTable('loop:a', { ...context, types: [type] }), /nested too deeply/)
})

test('table specs are told from names, addresses and networks', () => {
  for (const text of ['hash:/etc/x', 'inline:{a=b}', 'tcp:127.0.0.1:1', 'fail:x']) assert.equal(isTableSpec(text), true, text)
  for (const text of ['example.org', '::1', '2001:db8::/32', '[::1]/128', 'fe80::1', '10.0.0.0/8', '.example'])
    assert.equal(isTableSpec(text), false, text)
})

test('suggestions are near or none', () => {
  assert.equal(suggest('permit_mynetwork', ['permit', 'permit_mynetworks']), 'permit_mynetworks')
  assert.equal(suggest('xyz', ['permit']), undefined)
})

test('parsers of sources never fail but with an Error, and never hang', async () => {
  const words = fc.constantFrom(
    'if ',
    'endif',
    '!',
    '/',
    '\\',
    '(',
    ')',
    '[',
    ']',
    'a',
    '1',
    '.',
    '$',
    '{',
    '}',
    '\n',
    ' ',
    '#',
    '"',
  )
  const text = fc.array(words, { maxLength: 40 }).map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('pcre', 'regexp', 'cidr', 'texthash'), text, async (type, source) => {
      file('fuzz', source)
      try {
        const table = await openTable(`${type}:fuzz`, context)
        for (const key of ['a', '1.1.1.1', '']) assert.notEqual(await table.lookup(key), null)
      } catch (error) {
        assert.ok(error instanceof Error)
        assert.match(error.message, new RegExp(`^(?:table )?${type}:fuzz: `))
      }
    }),
    { numRuns: 300 },
  )
})

test('lists keep what braces hold together', () => {
  assert.deepEqual(splitList('a, inline:{b=c, d=e} {f g}'), ['a', 'inline:{b=c, d=e}', '{f g}'])
  assert.throws(() => splitList('{a'), /missing "}"/)
  assert.throws(() => splitList('a}'), /unbalanced/)
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z:=]{1,8}$/)), (parts) => assert.deepEqual(splitList(parts.join(', ')), parts)),
  )
  assert.deepEqual(logicalLines('  first\n second\n#x\n third'), [{ text: 'first second third', line: 1 }])
})

test('every type stands on the page', () => {
  const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const missing = BUILT_IN_TYPES.filter(({ name }) => !page.includes(`\`${name}\``))
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  )
})

test('names of plugins replace those that are built in, whatever is loaded late', async () => {
  const type: TableType = { name: 'mysql', open: (name) => ({ spec: `mysql:${name}`, wholeKeys: false, lookup: () => 'mine' }) }
  assert.equal(await (await openTable('mysql:x', { ...context, types: [type] })).lookup('k'), 'mine')
})

test('regexp: a rule without a value is a failure where it matches, and hides no rule after it', async () => {
  file('holes', '/^a/\n/^a/ second\n/^b/ there\n')
  const table = await openTable('regexp:holes', context)
  assert.throws(() => table.lookup('a'), EmptyResult)
  assert.equal(table.lookup('b'), 'there')
})
