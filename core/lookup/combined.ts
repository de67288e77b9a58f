/** Tables made of other tables: unionmap, pipemap, randmap, proxy. */
import { chain, type MaybePromise } from './maybe.ts'
import { splitList, unbrace } from './source.ts'
import type { Table, TableContext, TableType } from './table.ts'

type Value = string | undefined

/** The words of `type:{a, b}`. @throws Error when there are none */
function members(type: string, name: string): string[] {
  const body = unbrace(name)
  const words = body === undefined ? [] : splitList(body)
  if (words.length === 0) throw new Error(`table ${type}:${name}: expected "${type}:{...}" with at least one entry`)
  return words
}

/** A type whose tables are asked by `combine`. */
function combined(type: string, combine: (tables: readonly Table[], key: string) => MaybePromise<Value>): TableType {
  return {
    name: type,
    async open(name, context: TableContext) {
      const tables = await Promise.all(members(type, name).map((word) => context.open(unbrace(word) ?? word)))
      return {
        spec: `${type}:${name}`,
        wholeKeys: tables.every((table) => table.wholeKeys),
        lookup: (key) => combine(tables, key),
      }
    },
  }
}

/** `unionmap:{a, b}`: the values of all tables that have one, with commas between. */
export const unionmap = combined('unionmap', (tables, key) => {
  const collect = (i: number, found: readonly string[]): MaybePromise<Value> => {
    const table = tables[i]
    if (table === undefined) return found.length === 0 ? undefined : found.join(',')
    return chain(table.lookup(key), (value) => collect(i + 1, value === undefined ? found : [...found, value]))
  }
  return collect(0, [])
})

/** `pipemap:{a, b}`: the value of one table is the key of the next. */
export const pipemap = combined('pipemap', (tables, key) => {
  const step = (i: number, value: Value): MaybePromise<Value> => {
    const table = tables[i]
    if (table === undefined || value === undefined) return value
    return chain(table.lookup(value), (next) => step(i + 1, next))
  }
  return step(0, key)
})

/** `randmap:{a, b}`: one of the values by chance, for every key. Braces around a value are part of it. */
export const randmap: TableType = {
  name: 'randmap',
  open(name, context) {
    const values = members('randmap', name)
    const random = context.random ?? Math.random
    return { spec: `randmap:${name}`, wholeKeys: false, lookup: () => values[Math.floor(random() * values.length)] }
  },
}

/** `proxy:type:name`: opened in this process, where nothing is gained by another. */
export const proxy: TableType = {
  name: 'proxy',
  open: (name, context) => context.open(name),
}
