/** Lists of command words: plain words in any case, and tables. Postfix: smtpd_noop_commands, smtpd_forbidden_commands. */
import { isTableSpec } from '../lookup/index.ts'
import { chain, firstOf, type MaybePromise } from '../lookup/maybe.ts'
import type { Table } from '../lookup/table.ts'

/** Does the list name this word? @throws TableError, or rejects with it */
export type WordList = (word: string) => MaybePromise<boolean>

/** @throws Error when a table can not be opened */
export async function compileWords(list: readonly string[], open: (spec: string) => Promise<Table>): Promise<WordList> {
  const words = new Set(list.filter((each) => !isTableSpec(each)).map((each) => each.toUpperCase()))
  const tables = await Promise.all(list.filter((each) => isTableSpec(each)).map(open))
  return (word) => {
    if (words.has(word.toUpperCase())) return true
    if (tables.length === 0) return false
    // Patterns say themselves what case means.
    const found = firstOf(tables, (table) => table.lookup(table.wholeKeys ? word : word.toLowerCase()))
    return chain(found, (value) => value !== undefined)
  }
}
