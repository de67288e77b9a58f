/** sqlite_table(5): queries in a SQLite file, read-only, in this process. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Watch } from './changes.ts'
import { type Backend, COMMON, configuredType } from './configured.ts'
import { columns, type Dialect, SQL_SETTINGS, sqlQuery } from './sql.ts'
import type { TableContext } from './table.ts'

const SQLITE: Dialect = { backslash: false, doubleQuoted: false, postgres: false }

/**
 * Read-only. `timeout`: milliseconds that a lookup waits for a writer, and with it the whole process. What is in double quotes and names
 * no column is text, as Postfix's library has it.
 */
const HOW = { readOnly: true, timeout: 200, allowExtension: false, enableDoubleQuotedStringLiterals: true } as const

export const sqlite = configuredType({
  name: 'sqlite',
  declared: { ...COMMON, ...SQL_SETTINGS, dbpath: '' },
  queries: (settings) => [sqlQuery(settings, SQLITE)],
  open: (settings, context) => new SqliteFile(resolve(context.baseDirectory, settings.required('dbpath')), context),
})

class SqliteFile implements Backend {
  readonly #path: string
  /** A file that is replaced is opened again; one that is written to is read as it is. */
  readonly #watch: Watch
  #database: DatabaseSync | undefined

  constructor(path: string, { now }: TableContext) {
    if (!existsSync(path)) throw new Error(`no such file ${path}`)
    this.#path = path
    this.#watch = new Watch([path], now)
    this.#open()
  }

  find({ texts }: { texts: readonly string[] }): string[] {
    if (this.#watch.changed()) this.close()
    const statement = this.#open().prepare(texts[0] ?? '')
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    const rows = statement.iterate() as Iterable<unknown> as Iterable<unknown[]>
    return columns(firstColumn(rows))
  }

  inspect() {
    // The first read of a file that is none fails here, and not at the first mail.
    this.#open().prepare('SELECT count(*) FROM sqlite_master').get()
    return { source: this.#path }
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }

  #open(): DatabaseSync {
    this.#database ??= new DatabaseSync(this.#path, { ...HOW })
    return this.#database
  }
}

/** As in Postfix, other columns do not count; and a whole number that is a float has its point, as SQLite writes it. */
function* firstColumn(rows: Iterable<unknown[]>): Generator<unknown[]> {
  for (const [value] of rows) yield [typeof value === 'number' && Number.isInteger(value) ? value.toFixed(1) : value]
}
