/** Lookup tables for tests, in memory and failing on demand. */
import { type Table, TableError } from '../../core/plugin.ts'

/** See {@link fakeTable}. */
export interface FakeTable extends Table {
  /** The keys that were asked for, in order. */
  readonly asked: readonly string[]
}

/**
 * A table with these entries. A value that is an Error makes its lookup fail temporarily. `wholeKeys` is for tables of patterns;
 * `later` answers by promise, as a table on the network does.
 */
export function fakeTable(
  entries: Readonly<Record<string, string | Error>>,
  options: { readonly spec?: string; readonly wholeKeys?: boolean; readonly later?: boolean } = {},
): FakeTable {
  const values = new Map(Object.entries(entries))
  const asked: string[] = []
  const spec = options.spec ?? 'fake:table'
  const find = (key: string): string | undefined => {
    const value = values.get(key)
    if (value instanceof Error) throw new TableError(spec, value.message, value)
    return value
  }
  return {
    spec,
    wholeKeys: options.wholeKeys ?? false,
    asked,
    lookup(key) {
      asked.push(key)
      return options.later ? Promise.resolve().then(() => find(key)) : find(key)
    },
  }
}
