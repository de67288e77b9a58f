/** Opens lookup tables by `type:name`, each once, and closes them all when a generation ends. */
import { cidr } from './cidr.ts'
import { pipemap, proxy, randmap, unionmap } from './combined.ts'
import { HASH_TYPES } from './hash.ts'
import { environ, fail, fixed, inline } from './simple.ts'
import { suggest } from './suggest.ts'
import type { Table, TableContext, TableType } from './table.ts'

/** Types whose module, with the client library that it may need, is loaded when the first table names it. */
const LATE: Readonly<Record<string, () => Promise<TableType>>> = {
  regexp: async () => (await import('./regexp.ts')).regexp,
  pcre: async () => (await import('./regexp.ts')).pcre,
  unix: async () => (await import('./unix.ts')).unix,
  cdb: async () => (await import('./cdb.ts')).cdb,
  lmdb: async () => (await import('./lmdb.ts')).lmdb,
  sqlite: async () => (await import('./sqlite.ts')).sqlite,
  tcp: async () => (await import('./tcp.ts')).tcp,
  socketmap: async () => (await import('./socketmap.ts')).socketmap,
  memcache: async () => (await import('./memcache.ts')).memcache,
  mysql: async () => (await import('./mysql.ts')).mysql,
  pgsql: async () => (await import('./pgsql.ts')).pgsql,
  ldap: async () => (await import('./ldap.ts')).ldap,
  redis: async () => (await import('./redis.ts')).redis,
  http: async () => (await import('./http.ts')).http,
}

/** The types that are always there. */
export const BUILT_IN_TYPES: readonly TableType[] = [
  inline,
  fixed,
  fail,
  environ,
  ...HASH_TYPES,
  cidr,
  unionmap,
  pipemap,
  randmap,
  proxy,
  ...Object.entries(LATE).map(([name, load]): TableType => ({ name, open: async (...how) => (await load()).open(...how) })),
]

export interface TablesOptions extends Omit<TableContext, 'open' | 'literal'> {
  /** Types that plugins add; a name that is built in is replaced. */
  readonly types?: readonly TableType[]
}

/** The tables of one generation. */
export interface Tables {
  /** Opens a table, or gives the one that is open under the same spec. @throws Error that says what is wrong with it */
  open(spec: string): Promise<Table>
  /**
   * The same for a table that decides where mail goes: nothing of an address may become part of a value, so rules with `$1` are left
   * out (DICT_FLAG_NO_REGSUB).
   */
  openLiteral(spec: string): Promise<Table>
  /** Closes all. */
  close(): Promise<void>
}

/** How deep tables may stand inside of tables. */
const DEEPEST = 20

/** A set of tables that share what is equal. */
export function createTables(options: TablesOptions): Tables {
  const types = new Map([...BUILT_IN_TYPES, ...(options.types ?? [])].map((type) => [type.name, type]))
  const opened = new Map<string, Promise<Table>>()
  const open = (spec: string, depth: number, literal: boolean): Promise<Table> => {
    const key = literal ? `literal ${spec}` : spec
    const known = opened.get(key)
    if (known !== undefined) return known
    const table = openNew(spec, depth, literal)
    opened.set(key, table)
    // A failure is not kept: the next generation, or a test, may try again.
    table.catch(() => opened.delete(key))
    return table
  }
  const openNew = async (spec: string, depth: number, literal: boolean): Promise<Table> => {
    if (depth > DEEPEST) throw new Error(`table ${spec}: nested too deeply`)
    const { type, name } = parseSpec(spec)
    const found = types.get(type)
    if (found === undefined) throw new Error(unsupported(type, types.keys()))
    return await found.open(name, { ...options, literal, open: (inner) => open(inner.trim(), depth + 1, literal) })
  }
  return {
    open: (spec) => open(spec.trim(), 0, false),
    openLiteral: (spec) => open(spec.trim(), 0, true),
    async close() {
      const tables = await Promise.allSettled(opened.values())
      opened.clear()
      await Promise.allSettled(tables.map((each) => (each.status === 'fulfilled' ? each.value.close?.() : undefined)))
    },
  }
}

/** Opens one table by itself. @throws Error that says what is wrong with it */
export function openTable(spec: string, options: TablesOptions): Promise<Table> {
  return createTables(options).open(spec)
}

/** True for `type:name` with a plausible type word, false for names, addresses and networks. */
export function isTableSpec(text: string): boolean {
  return /^[a-z][a-z0-9_-]*:/i.test(text) && !/^\[?[0-9a-f]*:[0-9a-f:.]*\]?(\/\d+)?$/i.test(text)
}

function parseSpec(spec: string): { type: string; name: string } {
  const colon = spec.indexOf(':')
  if (colon < 1) throw new Error(`table ${JSON.stringify(spec)}: expected "type:name"`)
  return { type: spec.slice(0, colon), name: spec.slice(colon + 1) }
}

function unsupported(type: string, known: Iterable<string>): string {
  const near = suggest(type, known)
  return `unsupported dictionary type: ${type}${near === undefined ? '' : `; did you mean ${near}?`}`
}
