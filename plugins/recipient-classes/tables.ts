/** Tables of one purpose, asked in order for the keys of an address. */
import type { Table } from '#postern'

export type MaybePromise<T> = T | Promise<T>

/** Applies `next`, now where the value is there. */
export function after<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

export interface Users {
  /** No table is named: everything counts as listed. */
  readonly isEmpty: boolean
  /** @throws TableError, or rejects with it */
  has(keys: readonly string[]): MaybePromise<boolean>
}

/** Tables of patterns are asked for the whole address only. */
export function usersOf(tables: readonly Table[]): Users {
  const hasFrom = (keys: readonly string[], table: number, key: number): MaybePromise<boolean> => {
    for (let t = table, k = key; t < tables.length; t++, k = 0) {
      const each = tables[t] as Table
      const most = each.wholeKeys ? Math.min(1, keys.length) : keys.length
      for (; k < most; k++) {
        const value = each.lookup(keys[k] as string)
        if (value instanceof Promise) return value.then((found) => found !== undefined || hasFrom(keys, t, k + 1))
        if (value !== undefined) return true
      }
    }
    return false
  }
  return { isEmpty: tables.length === 0, has: (keys) => hasFrom(keys, 0, 0) }
}

/** Any of several, the ones after it are asked when the first has nothing. */
export function anyOf(sets: readonly Users[], keys: readonly string[], from = 0): MaybePromise<boolean> {
  for (let i = from; i < sets.length; i++) {
    const found = (sets[i] as Users).has(keys)
    if (found instanceof Promise) return found.then((yes) => yes || anyOf(sets, keys, i + 1))
    if (found) return true
  }
  return false
}
