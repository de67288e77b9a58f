/** Lookup tables, Postfix's `type:name`. One file per type beside this one; plugins can add types. */

/** A temporary failure of a table: the asker must answer 4xx, never go on as if nothing was found. */
export class TableError extends Error {
  constructor(table: string, message: string, cause?: unknown) {
    super(`${table}: ${message}`, { cause })
    this.name = 'TableError'
  }
}

/** An empty value is a mistake in a table, and no answer: what it stands for can not be known. */
export class EmptyResult extends TableError {
  constructor(table: string, key: string) {
    super(table, `lookup of ${key} returns an empty string result`)
    this.name = 'EmptyResult'
  }
}

export interface Table {
  /** `type:name`, for logs and errors. */
  readonly spec: string
  /**
   * True where keys are patterns (regexp, pcre, cidr) and the whole key is asked only once;
   * false where the asker tries partial keys such as parent domains (access(5) "search order").
   */
  readonly wholeKeys: boolean
  /** The value, or undefined when the key is not there. @throws TableError now or by rejection on temporary failure. */
  lookup(key: string): string | undefined | Promise<string | undefined>
  /** What a look at the table finds, for `postern map check`. @throws TableError, or rejects with it, when it can not be asked */
  inspect?(): TableReport | Promise<TableReport>
  close?(): void | Promise<void>
}

/** See {@link Table.inspect}. */
export interface TableReport {
  /** How many entries or rules there are, where that can be known. */
  readonly entries?: number
  /** Where the contents come from: a file, or a server that answers. */
  readonly source?: string
}

/** Where a warning belongs. */
export interface WarningPlace {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The warning without its place. */
  readonly text: string
}

/** What a table type needs to open one. */
export interface TableContext {
  /** Directory against which relative names are resolved: that of the configuration file. */
  readonly baseDirectory: string
  /** Rules with `$1` in their value are left out, with a warning. */
  readonly literal?: boolean
  /** Opens another table: unionmap, pipemap, proxy. */
  open(spec: string): Promise<Table>
  /** Told of lines that are skipped and of changed files that can not be read. */
  warn?(message: string, place?: WarningPlace): void
  /** Milliseconds; for the check of changed files. Default: the system clock. */
  now?(): number
  /** 0 <= x < 1, for randmap. Default: Math.random. */
  random?(): number
}

/** A table type: `hash`, `inline`, ... */
export interface TableType {
  readonly name: string
  /** @throws Error with a clear message when the table can not be opened: this stops the start. */
  open(name: string, context: TableContext): Promise<Table> | Table
}
