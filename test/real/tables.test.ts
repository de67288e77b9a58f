/**
 * Lookup tables with what Debian brings: files of postmap, tinycdb, LMDB's and SQLite's tools; MariaDB, PostgreSQL, OpenLDAP, memcached,
 * Redis, postsrsd. Where Postfix has the type, postmap -q says what is right.
 */
import assert from 'node:assert/strict'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openTable, type Table } from '../../core/lookup/index.ts'
import { freePort } from '../kit/process.ts'
import { atEnd, eventually, find, has, listening, type Program, run, scratch, start } from './components.ts'
import { redisCluster, redisSentinel } from './redis-servers.ts'

const script = (name: string): string => join(import.meta.dirname, name)
const path = (program: Program): string => find(program) ?? ''

async function open(t: TestContext, spec: string): Promise<Table> {
  const table = await openTable(spec, { baseDirectory: '/', warn: () => undefined })
  t.after(() => table.close?.())
  return table
}

/** Writes a file that Postfix takes for an old one: it waits a second before it reads one that is new. */
function write(file: string, content: string): void {
  writeFileSync(file, content)
  const past = Date.now() / 1000 - 5
  utimesSync(file, past, past)
}

/** What postmap -q says, with a configuration directory of its own. */
function oracle(directory: string): (spec: string, key: string) => Promise<string | undefined> {
  const etc = join(directory, 'etc')
  mkdirSync(etc, { recursive: true })
  write(join(etc, 'main.cf'), 'compatibility_level = 3.6\n')
  return async (spec, key) => {
    const { status, output } = await run('/usr/sbin/postmap', ['-c', etc, '-q', key, spec])
    const values = output.split('\n').filter((line) => line !== '' && !line.startsWith('postmap: warning:'))
    if (values.some((line) => line.startsWith('postmap: fatal:'))) return 'failure'
    return status === 0 ? values.join('\n') : undefined
  }
}

/** The same answers for these keys as Postfix has; `failure` for a temporary one. */
async function agrees(t: TestContext, directory: string, spec: string, keys: readonly string[]): Promise<void> {
  const table = await open(t, spec)
  const asked = oracle(directory)
  for (const key of keys) {
    const value = await Promise.resolve(key)
      .then((each) => table.lookup(each))
      .catch((error: Error) => {
        assert.equal(error.name, 'TableError', String(error))
        return 'failure'
      })
    assert.equal(value, await asked(spec, key), `${spec} ${key}`)
  }
}

const numbers = Array.from({ length: 5000 }, (_, i) => i)

test('files that postmap, tinycdb and mdb_load made', async (t) => {
  if (!has(t, 'postmap', 'postfix-cdb', 'postfix-lmdb', 'cdb', 'mdb_load')) return
  const directory = scratch(t)
  const source = join(directory, 'source')
  const lines = numbers.map((i) => `User${i}@Example${i % 7}.test relay:[mx${i}.test]\n`)
  writeFileSync(source, `${lines.join('')}"quoted key"@x value\ngrün@x ä ö\nlong ${'y'.repeat(6000)}\n`)
  for (const type of ['cdb', 'lmdb']) assert.equal((await run('/usr/sbin/postmap', [`${type}:${source}`])).output, '')
  const keys = [
    'user0@example0.test',
    'USER4999@example1.test',
    'user5000@example2.test',
    '"quoted key"@x',
    'grün@x',
    'long',
    'x',
  ]
  for (const type of ['cdb', 'lmdb']) {
    await agrees(t, directory, `${type}:${source}`, keys)
    const table = await open(t, `${type}:${source}`)
    for (const i of numbers) assert.equal(await table.lookup(`user${i}@example${i % 7}.test`), `relay:[mx${i}.test]`)
    assert.equal((await table.inspect?.())?.entries, 5003)
  }
  const pairs = numbers.map((i) => [`k${i}`, `v${i}`] as const)
  await run(path('cdb'), ['-c', '-m', join(directory, 'tiny.cdb')], pairs.map(([key, value]) => `${key} ${value}\n`).join(''))
  // mdb_load wants keys in no order, and makes a tree that is deeper than what postmap makes of the same.
  const dump = ['VERSION=3', 'format=print', 'type=btree', 'mapsize=16777216', 'HEADER=END']
  await run(
    path('mdb_load'),
    ['-n', join(directory, 'tiny.lmdb')],
    `${[...dump, ...pairs.flatMap(([key, value]) => [` ${key}`, ` ${value}`])].join('\n')}\nDATA=END\n`,
  )
  for (const type of ['cdb', 'lmdb']) {
    const table = await open(t, `${type}:${join(directory, 'tiny')}`)
    for (const [key, value] of pairs) assert.equal(await table.lookup(key), value, `${type} ${key}`)
    assert.equal(await table.lookup('k5000'), undefined)
  }
})

test('an lmdb file that postmap changes is read while it changes', async (t) => {
  if (!has(t, 'postmap', 'postfix-lmdb')) return
  const directory = scratch(t)
  const source = join(directory, 'source')
  const fillWith = (value: string): void => writeFileSync(source, numbers.map((i) => `k${i} ${value}\n`).join(''))
  fillWith('first')
  await run('/usr/sbin/postmap', [`lmdb:${source}`])
  const table = await open(t, `lmdb:${source}`)
  fillWith('second')
  let isDone = false
  const changing = run('/usr/sbin/postmap', [`lmdb:${source}`]).finally(() => (isDone = true))
  for (let i = 0; !isDone; i = (i + 13) % numbers.length) {
    assert.match((await table.lookup(`k${i}`)) ?? 'gone', /^(first|second|gone)$/)
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await changing
  for (const i of numbers) assert.equal(await table.lookup(`k${i}`), 'second')
})

/** Settings and keys that every SQL database is asked with. */
const SQL: [string, readonly string[]][] = [
  [
    "query = select v, w from a where k = '%s'",
    ['x', 'X', 'e', "it's", "x' or '1'='1", "x\\' or 1=1 -- ", 'none', '', 'u@d.o.m'],
  ],
  ["query = select v from a where k = '%s'\nresult_format = <%u@%d>", ['u@d.o.m', 'x']],
  ["query = select '%1|%2|%u|%d'", ['u@d.o.m', 'd.o.m', 'u@a..b', '@a.b', 'u@b']],
  ["query = select v from a where k = '%s'\nexpansion_limit = 1", ['x', 'u@d.o.m']],
  ["query = select '%s'\ndomain = d.o.m, !no.x, static:all", ['u@d.o.m', 'd.o.m', 'u@no.x']],
  ["table = a\nselect_field = v\nwhere_field = k\nadditional_conditions = and w = '2'", ['x']],
  ['query = select nonsense', ['x']],
]
const ROWS =
  "insert into a values ('x','1','2'), ('x','3',null), ('x','',null), ('e','',''), ('u@d.o.m','q@r',null), ('it''s','quote',null)"
const CREATE = `create table a (k varchar(100), v varchar(100), w varchar(100)); ${ROWS};`

async function agreesOnSql(
  t: TestContext,
  directory: string,
  type: string,
  settings: string,
  more: [string, readonly string[]][],
): Promise<void> {
  for (const [i, [query, keys]] of [...SQL, ...more].entries()) {
    const file = join(directory, `${type}${i}.cf`)
    write(file, `${settings}\n${query}\n`)
    await agrees(t, directory, `${type}:${file}`, keys)
  }
}

test('SQLite', async (t) => {
  if (!has(t, 'postmap', 'postfix-sqlite', 'sqlite3')) return
  const directory = scratch(t)
  assert.equal((await run(path('sqlite3'), [join(directory, 'db')], CREATE)).output, '')
  await agreesOnSql(t, directory, 'sqlite', `dbpath = ${directory}/db`, [['query = select 1.50, 3', ['x']]])
})

/** A dead server is told at once; one that is back is asked again. */
async function diesAndComesBack(table: Table, key: string, stop: () => Promise<void>, again: () => Promise<void>): Promise<void> {
  const value = await table.lookup(key)
  assert.notEqual(value, undefined)
  await stop()
  await assert.rejects(async () => table.lookup(key), { name: 'TableError' })
  await again()
  await eventually(async () => assert.equal(await table.lookup(key), value))
}

test('MariaDB', async (t) => {
  if (!has(t, 'postmap', 'postfix-mysql', 'mariadbd', 'root')) return
  const [directory, port] = [scratch(t), await freePort()]
  start(t, script('mariadb.sh'), [directory, String(port)])
  await listening(port)
  const procedures = [
    'create procedure look(in p varchar(255)) reads sql data select v from a where k = p',
    'create procedure nothing(in p varchar(255)) set @x = p',
    'delimiter //\ncreate procedure two(in p varchar(255)) begin select 1; select 2; end//\ndelimiter ',
  ]
  const sql = `create database d; create user u identified by 'p w'; grant all on d.* to u; use d; ${CREATE}\n${procedures.join(';\n')};`
  assert.equal(
    (await run('/usr/bin/mariadb', ['--no-defaults', '-u', 'root', '-S', join(directory, 'data/s.sock')], sql)).output,
    '',
  )
  const login = 'user = u\npassword = p w\ndbname = d'
  await agreesOnSql(t, directory, 'mysql', `hosts = 127.0.0.1:${port}\n${login}`, [
    ['query = select "%s"', ["it's", 'q"q', 'a\\b']],
    ["query = call look('%s')", ['x', 'none']],
    ["query = call nothing('%s')", ['x']],
    ["query = call nothing('%s')\nrequire_result_set = no", ['x']],
    ["query = call two('%s')", ['x']],
    ["query = select date('2020-01-01'), true, 0x41, 1.50", ['x']],
  ])
  const settings = `{hosts = unix:${directory}/data/s.sock}, user=u, {password=p w}, dbname=d`
  const local = await open(t, `mysql:{ ${settings}, {query = select v from a where k='%s'} }`)
  assert.equal(await local.lookup('u@d.o.m'), 'q@r')
  const kept = await open(t, `mysql:{ ${settings}, {query = select connection_id()} }`)
  const id = await kept.lookup('x')
  assert.equal(await kept.lookup('x'), id, 'the connection is kept')
  await run('/usr/bin/mariadb', ['--no-defaults', '-u', 'root', '-S', join(directory, 'data/s.sock')], `kill ${id};`)
  assert.notEqual(await kept.lookup('x'), id)
})

test('PostgreSQL', async (t) => {
  if (!has(t, 'postmap', 'postfix-pgsql', 'postgres', 'root')) return
  const [directory, port] = [scratch(t), await freePort()]
  const first = start(t, script('postgres.sh'), [directory, String(port)])
  await listening(port)
  const psql = (sql: string) => run('/usr/bin/psql', ['-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'], sql)
  const look = "create function look(text) returns text language sql as 'select v from a where k = $1 limit 1';"
  await eventually(async () => assert.equal((await psql(`${CREATE} ${look}`)).output, ''))
  const login = 'user = postgres\ndbname = postgres'
  await agreesOnSql(t, directory, 'pgsql', `hosts = 127.0.0.1:${port}\n${login}`, [
    ['select_function = look', ['x', 'none']],
    ["query = select true, date '2020-01-01', 12345678901234567890, '{1,2}'::int[]", ['x']],
    ["query = select '%s'; select 'second'", ['x']],
    ["query = select E'%s'", ["it's"]],
  ])
  const uri = await open(
    t,
    `pgsql:{ {hosts = postgresql://postgres@127.0.0.1:${port}/postgres}, {query = select v from a where k='%s'} }`,
  )
  assert.equal(await uri.lookup('u@d.o.m'), 'q@r')
  const settings = `{hosts = 127.0.0.1:${port}}, user=postgres, dbname=postgres`
  const escaped = await open(t, `pgsql:{ ${settings}, {query = select E'%s'} }`)
  assert.equal(await escaped.lookup("a\\b\\' or"), "a\\b\\' or")
  const again = async (): Promise<void> => {
    start(t, '/usr/bin/setpriv', [
      '--reuid=postgres',
      '--regid=postgres',
      '--clear-groups',
      path('postgres'),
      '-D',
      join(directory, 'data'),
      '-p',
      String(port),
      '-c',
      `unix_socket_directories=${directory}/data`,
    ])
    await listening(port)
  }
  const table = await open(t, `pgsql:{ ${settings}, {query = select v from a where k='%s'} }`)
  await diesAndComesBack(table, 'u@d.o.m', first.stop, again)
})

const LDAP: [string, readonly string[]][] = [
  ['result_attribute = description', ['a@x.test', 'none', 'star*@x.test', '*', '*@x.test', 'a)(x=b@x.test', 'a\\2a', 'ä@x.test']],
  ['result_attribute = mail, description\nresult_format = <%u %d %S>', ['a@x.test']],
  ['result_filter = old %s\nresult_attribute = mail', ['a@x.test']],
  ['special_result_attribute = seeAlso\nresult_attribute = mail', ['group@x.test']],
  ['special_result_attribute = seeAlso\nresult_attribute =\nleaf_result_attribute = mail', ['group@x.test', 'a@x.test']],
  ['special_result_attribute = seeAlso\nterminal_result_attribute = description\nresult_attribute = mail', ['group@x.test']],
  ['special_result_attribute = seeAlso\nrecursion_limit = 5\nresult_attribute = mail', ['loop@x.test']],
  ['special_result_attribute = labeledURI\nresult_attribute = description, mail', ['url@x.test']],
  ['search_base = ou=%d,dc=test\nresult_attribute = description', ['in@x.test', 'in@nowhere', 'in@x,ou=y']],
  ['search_base = ou=nobase,dc=test\nresult_attribute = description', ['in@x.test']],
  [
    'search_base = ou=people,dc=test\nscope = one\nquery_filter = (mail=*%d)\nexpansion_limit = 2\nresult_attribute = description',
    ['in@x.test'],
  ],
  ['query_filter = (&(mail=%s)(|(cn=A)(!(sn=q))))\nresult_attribute = cn,Mail', ['a@x.test']],
  ['bind_pw = wrong', ['a@x.test']],
  ['bind = no', ['a@x.test']],
  ['query_filter = (mail=%s', ['a@x.test']],
]

test('OpenLDAP', async (t) => {
  if (!has(t, 'postmap', 'postfix-ldap', 'slapd')) return
  const [directory, port] = [scratch(t), await freePort()]
  start(t, script('slapd.sh'), [directory, String(port), script('testdata/directory.ldif')])
  await listening(port)
  const defaults = {
    server_host: `ldap://127.0.0.1:${port}`,
    version: '3',
    bind_dn: 'cn=reader,dc=test',
    bind_pw: 'pw',
    search_base: 'dc=test',
    query_filter: '(mail=%s)',
  }
  for (const [i, [settings, keys]] of LDAP.entries()) {
    const file = join(directory, `ldap${i}.cf`)
    const rest = Object.entries(defaults).filter(([name]) => !new RegExp(`^${name} `, 'm').test(settings))
    write(file, `${rest.map(([name, value]) => `${name} = ${value}\n`).join('')}${settings}\n`)
    await agrees(t, directory, `ldap:${file}`, keys)
  }
  const login =
    '{bind_dn = cn=reader,dc=test}, bind_pw=pw, {search_base = dc=test}, {query_filter = (mail=%s)}, result_attribute=description'
  const ways = {
    'a local socket': `{server_host = ldapi://${encodeURIComponent(join(directory, 'sock'))}}`,
    'TLS that is verified': `{server_host = 127.0.0.1:${port}}, start_tls=yes, tls_require_cert=yes, {tls_ca_cert_file = ${directory}/cert.pem}`,
    'TLS that is not': `{server_host = 127.0.0.1:${port}}, start_tls=yes`,
    'the second server': `{server_host = ldap://127.0.0.1:1 ldap://127.0.0.1:${port}}`,
  }
  for (const [way, settings] of Object.entries(ways)) {
    const table = await open(t, `ldap:{ ${login}, ${settings} }`)
    for (let i = 0; i < 3; i++) assert.equal(await table.lookup('a@x.test'), 'box-a', way)
  }
  const unknown = await open(t, `ldap:{ ${login}, {server_host = 127.0.0.1:${port}}, start_tls=yes, tls_require_cert=yes }`)
  await assert.rejects(async () => unknown.lookup('a@x.test'), { name: 'TableError', message: /self-signed certificate/ })
})

test('memcached', async (t) => {
  if (!has(t, 'postmap', 'memcached')) return
  const [directory, port] = [scratch(t), await freePort()]
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const argv = [...user, '-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '16']
  const first = start(t, path('memcached'), argv)
  await listening(port)
  const backup = join(directory, 'backup')
  writeFileSync(backup, 'a@x.test from backup\n')
  const file = join(directory, 'memcache.cf')
  write(file, `memcache = inet:127.0.0.1:${port}\nkey_format = p:%s\nbackup = texthash:${backup}\n`)
  const bare = join(directory, 'bare.cf')
  write(bare, `memcache = inet:127.0.0.1:${port}\nkey_format = p:%s\n`)
  const table = await open(t, `memcache:${file}`)
  assert.equal(await table.lookup('A@x.test'), 'from backup')
  const stored = await open(t, `memcache:${bare}`)
  await eventually(async () => assert.equal(await stored.lookup('a@x.test'), 'from backup'))
  await agrees(t, directory, `memcache:${bare}`, ['a@x.test', 'none', 'a b', 'ä@x'])
  await diesAndComesBack(stored, 'a@x.test', first.stop, async () => {
    assert.equal(await table.lookup('a@x.test'), 'from backup')
    start(t, path('memcached'), argv)
    await listening(port)
    await eventually(async () => {
      await table.lookup('a@x.test')
      assert.equal(await stored.lookup('a@x.test'), 'from backup')
    })
  })
})

test('postsrsd answers as a tcp table', async (t) => {
  if (!has(t, 'postmap', 'postsrsd')) return
  const [directory, forward, reverse] = [scratch(t), await freePort(), await freePort()]
  writeFileSync(join(directory, 'secret'), 'secret\n')
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  start(t, path('postsrsd'), [
    '-s',
    join(directory, 'secret'),
    '-d',
    'srs.test',
    '-f',
    String(forward),
    '-r',
    String(reverse),
    '-l',
    '127.0.0.1',
    ...user,
  ])
  await listening(forward)
  await agrees(t, directory, `tcp:127.0.0.1:${forward}`, ['a@b.test', 'no address', 'a@srs.test', 'ä b%c@x.test'])
  const there = await open(t, `tcp:127.0.0.1:${forward}`)
  const rewritten = (await there.lookup('a@b.test')) ?? ''
  assert.match(rewritten, /^SRS0=.*@srs\.test$/)
  assert.equal(await (await open(t, `tcp:127.0.0.1:${reverse}`)).lookup(rewritten), 'a@b.test')
})

const cli = (port: number, ...words: readonly string[]) => run('/usr/bin/redis-cli', ['-c', '-p', String(port), ...words])

test('Redis', async (t) => {
  if (!has(t, 'redis-server')) return
  const [directory, port] = [scratch(t), await freePort()]
  const argv = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory]
  const serve = async (): Promise<ReturnType<typeof start>> => {
    const server = start(t, path('redis-server'), argv)
    await listening(port)
    await cli(port, 'set', 'mail:a@x.test', 'box')
    return server
  }
  const first = await serve()
  await cli(port, 'hset', 'aliases', 'a@x.test', 'from a hash')
  await cli(port, 'sadd', 'domains', 'x.test')
  await cli(port, 'rpush', 'list:a@x.test', 'one', 'two')
  const host = `{hosts = 127.0.0.1:${port}}`
  const cases: [string, string][] = [
    ['command=hget, hash=aliases', 'from a hash'],
    ['command=sismember, set=domains, key_format=%d, {result_format=OK %s}', 'OK x.test'],
    ['command=lrange, key_format=list:%s', 'one,two'],
  ]
  for (const [settings, value] of cases)
    assert.equal(await (await open(t, `redis:{ ${host}, ${settings} }`)).lookup('A@x.test'), value)
  const table = await open(t, `redis:{ ${host}, key_format=mail:%s }`)
  assert.equal(await table.lookup('none'), undefined)
  await diesAndComesBack(table, 'A@x.test', first.stop, async () => void (await serve()))
})

test('a Redis Cluster: keys on every node are found from any', async (t) => {
  if (!has(t, 'redis-server')) return
  const cluster = await redisCluster()
  atEnd(t, cluster.stop)
  const [first, second] = cluster.ports as [number, number]
  for (let i = 0; i < 20; i++) await cli(first, 'set', `k${i}`, `v${i}`)
  const table = await open(t, `redis:{ {hosts = 127.0.0.1:${second}}, cluster=yes }`)
  for (let i = 0; i < 20; i++) assert.equal(await table.lookup(`k${i}`), `v${i}`)
})

test('Redis behind Sentinels: another master is found when the first is gone', async (t) => {
  if (!has(t, 'redis-server', 'redis-sentinel')) return
  const servers = await redisSentinel()
  atEnd(t, servers.stop)
  const [master, replica, ...sentinels] = servers.ports as [number, number, number, number, number]
  await cli(master, 'set', 'key', 'value')
  await eventually(async () => assert.match((await cli(replica, 'get', 'key')).output, /value/))
  const table = await open(t, `redis:{ {hosts = 127.0.0.1:${sentinels[0]} 127.0.0.1:${sentinels[1]}}, sentinel=mymaster }`)
  assert.equal(await table.lookup('key'), 'value')
  await cli(master, 'shutdown', 'nosave')
  await eventually(async () => assert.equal(await table.lookup('key'), 'value'))
})
