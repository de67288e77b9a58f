/**
 * State in an SQLite database that several processes share: write-ahead log, one short transaction for each batch. A crash of
 * the machine loses the last moments and nothing else; a file that is damaged all the same is set aside. Runs in a thread of
 * its own (sqlite-thread.ts), because a disk may be slow.
 */
import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { afterTaking, refill } from './bucket.ts'
import type { Answer, Op, Taken } from './types.ts'

/** Milliseconds that a batch waits for another process to finish its own. */
const BUSY = 2000
/** Pages of the log before they are copied into the database. */
const CHECKPOINT = 4000
/** Kilobytes of the database that are kept in memory. */
const CACHE = 16_384
/** Rows that one sweep looks at for expired ones. */
const SWEEP = 500

const TABLES = `
  CREATE TABLE IF NOT EXISTS value (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, count REAL NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS bucket (key TEXT PRIMARY KEY, tokens REAL NOT NULL, at REAL NOT NULL, expires INTEGER NOT NULL)
    WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS tally (key TEXT, holder TEXT, held INTEGER NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (key, holder))
    WITHOUT ROWID, STRICT;
`

const FAMILIES = ['value', 'counter', 'bucket', 'tally'] as const

const STATEMENTS = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  get: 'SELECT value FROM value WHERE key = ? AND expires > ?',
  set: `INSERT INTO value VALUES (?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
  setNew: `INSERT INTO value VALUES (?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE value.expires <= ?4`,
  swap: 'UPDATE value SET value = ?2, expires = ?3 WHERE key = ?1 AND value = ?5 AND expires > ?4',
  look: 'SELECT count FROM counter WHERE key = ? AND expires > ?',
  add: `INSERT INTO counter VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN counter.expires > ?4 THEN counter.count ELSE 0 END + excluded.count,
      expires = CASE WHEN counter.expires > ?4 THEN counter.expires ELSE excluded.expires END
    RETURNING count`,
  bucket: 'SELECT tokens, at FROM bucket WHERE key = ? AND expires > ?',
  fill: `INSERT INTO bucket VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET tokens = excluded.tokens, at = excluded.at, expires = excluded.expires`,
  hold: `INSERT INTO tally VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key, holder) DO UPDATE SET held = excluded.held, expires = excluded.expires`,
  drop: 'DELETE FROM tally WHERE key = ? AND holder = ?',
  sum: 'SELECT coalesce(sum(held), 0) AS sum FROM tally WHERE key = ? AND expires > ?',
} as const

export class SqliteStore {
  readonly #db: DatabaseSync
  readonly #now: () => number
  readonly #ready = new Map<string, StatementSync>()
  /** Where the next sweep of each table goes on. */
  readonly #swept = new Map<string, string>()

  /** @throws Error when there can be no database */
  constructor(file: string, now: () => number = Date.now) {
    this.#now = now
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    this.#db = openOrReplace(file)
  }

  /** All of them in one transaction, when any of them writes. @throws Error, and then none was done */
  run(ops: readonly Op[]): Answer[] {
    if (ops.every(({ op }) => op === 'get')) return ops.map((op) => this.#one(op))
    this.#statement('begin').run()
    try {
      const answers = ops.map((op) => this.#one(op))
      this.#statement('commit').run()
      return answers
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Takes expired rows out of the next part of each table. */
  sweep(): void {
    const now = this.#now()
    for (const table of FAMILIES) {
      const from = this.#swept.get(table) ?? ''
      const part = this.#db.prepare(
        `SELECT max(key) AS last FROM (SELECT key FROM ${table} WHERE key > ? ORDER BY key LIMIT ${SWEEP})`,
      )
      const last = part.get(from)?.last
      if (typeof last !== 'string') {
        this.#swept.delete(table)
        continue
      }
      this.#swept.set(table, last)
      this.#db.prepare(`DELETE FROM ${table} WHERE key > ? AND key <= ? AND expires <= ?`).run(from, last, now)
    }
  }

  close(): void {
    this.#db.close()
  }

  #one(op: Op): Answer {
    const now = this.#now()
    switch (op.op) {
      case 'get':
        return (this.#statement('get').get(op.key, now)?.value as string | undefined) ?? null
      case 'set':
        this.#statement('set').run(op.key, op.value, Math.ceil(now + op.lifetime))
        return true
      case 'swap': {
        const expires = Math.ceil(now + op.lifetime)
        const { changes } =
          op.expected === null
            ? this.#statement('setNew').run(op.key, op.value, expires, now)
            : this.#statement('swap').run(op.key, op.value, expires, now, op.expected)
        return Number(changes) > 0
      }
      case 'delete':
        for (const table of FAMILIES) this.#db.prepare(`DELETE FROM ${table} WHERE key = ?`).run(op.key)
        return true
      case 'add':
        if (op.amount === 0) return Number(this.#statement('look').get(op.key, now)?.count ?? 0)
        return Number(this.#statement('add').get(op.key, op.amount, Math.ceil(now + op.window), now)?.count)
      case 'take':
        return this.#take(op, now)
      case 'tally':
        if (op.held > 0) this.#statement('hold').run(op.key, op.holder, op.held, Math.ceil(now + op.lifetime))
        else this.#statement('drop').run(op.key, op.holder)
        return Number(this.#statement('sum').get(op.key, now)?.sum)
    }
  }

  #take(op: Op & { op: 'take' }, now: number): Taken {
    const row = this.#statement('bucket').get(op.key, now)
    const taken = afterTaking(Number(row?.tokens ?? op.burst), now - Number(row?.at ?? now), op, op.tokens)
    if (taken.granted) this.#statement('fill').run(op.key, taken.left, now, Math.ceil(now + refill(taken.left, op)))
    return taken
  }

  #statement(name: keyof typeof STATEMENTS): StatementSync {
    let statement = this.#ready.get(name)
    if (statement === undefined) {
      statement = this.#db.prepare(STATEMENTS[name])
      this.#ready.set(name, statement)
    }
    return statement
  }
}

/** What is kept here can be learnt anew: a file that is no database is set aside. */
function openOrReplace(file: string): DatabaseSync {
  try {
    return open(file)
  } catch (error) {
    if (!/malformed|not a database/.test((error as Error).message)) throw error
    for (const part of ['', '-wal', '-shm']) setAside(file + part)
    return open(file)
  }
}

function setAside(file: string): void {
  try {
    renameSync(file, `${file}.damaged`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY })
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${CHECKPOINT};
      PRAGMA cache_size = -${CACHE}; PRAGMA journal_size_limit = 67108864; ${TABLES}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
