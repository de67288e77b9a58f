/**
 * Real programs that Postern is tested with: whether they are installed, how they start on loopback, and how they end.
 * A missing one is named; it fails the test where CI=true and skips it, visibly, elsewhere. Nothing is installed from here.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, chmodSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** Programs by the Debian package that brings them. */
const PROGRAMS = {
  postfix: '/usr/sbin/postfix',
  'smtp-source': 'smtp-source',
  haproxy: 'haproxy',
  'smtp-sink': 'smtp-sink',
  swaks: 'swaks',
  python: '/usr/bin/python3',
  dovecot: '/usr/lib/dovecot/lmtp',
  postgrey: 'postgrey',
  rbldnsd: 'rbldnsd',
  unbound: 'unbound',
  pflogsumm: 'pflogsumm',
  socat: 'socat',
  'policyd-spf': 'policyd-spf',
  'policyd-spf-perl': 'postfix-policyd-spf-perl',
  'policyd-rate-limit': 'policyd-rate-limit',
  postfwd: 'postfwd1',
  postmap: '/usr/sbin/postmap',
  'postfix-cdb': '/usr/lib/postfix/postfix-cdb.so',
  'postfix-lmdb': '/usr/lib/postfix/postfix-lmdb.so',
  'postfix-sqlite': '/usr/lib/postfix/postfix-sqlite.so',
  'postfix-ldap': '/usr/lib/postfix/postfix-ldap.so',
  'postfix-mysql': '/usr/lib/postfix/postfix-mysql.so',
  'postfix-pgsql': '/usr/lib/postfix/postfix-pgsql.so',
  cdb: 'cdb',
  mdb_load: 'mdb_load',
  sqlite3: 'sqlite3',
  mariadbd: 'mariadbd',
  postgres: '/usr/lib/postgresql/15/bin/postgres',
  slapd: 'slapd',
  memcached: 'memcached',
  postsrsd: 'postsrsd',
  'redis-server': 'redis-server',
  'redis-sentinel': 'redis-sentinel',
} as const
const PACKAGES: Readonly<Record<keyof typeof PROGRAMS, string>> = {
  postfix: 'postfix',
  'smtp-source': 'postfix',
  haproxy: 'haproxy',
  'smtp-sink': 'postfix',
  swaks: 'swaks',
  python: 'python3',
  dovecot: 'dovecot-lmtpd',
  postgrey: 'postgrey',
  rbldnsd: 'rbldnsd',
  unbound: 'unbound',
  pflogsumm: 'pflogsumm',
  socat: 'socat',
  'policyd-spf': 'postfix-policyd-spf-python',
  'policyd-spf-perl': 'postfix-policyd-spf-perl',
  'policyd-rate-limit': 'policyd-rate-limit',
  postfwd: 'postfwd',
  postmap: 'postfix',
  'postfix-cdb': 'postfix-cdb',
  'postfix-lmdb': 'postfix-lmdb',
  'postfix-sqlite': 'postfix-sqlite',
  'postfix-ldap': 'postfix-ldap',
  'postfix-mysql': 'postfix-mysql',
  'postfix-pgsql': 'postfix-pgsql',
  cdb: 'tinycdb',
  mdb_load: 'lmdb-utils',
  sqlite3: 'sqlite3',
  mariadbd: 'mariadb-server',
  postgres: 'postgresql',
  slapd: 'slapd',
  memcached: 'memcached',
  postsrsd: 'postsrsd',
  'redis-server': 'redis-server',
  'redis-sentinel': 'redis-sentinel',
}
export type Program = keyof typeof PROGRAMS

const SEARCH = ['/usr/sbin', '/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]

/** Path of a program, or undefined when it is not installed. */
export function find(program: Program): string | undefined {
  const name = PROGRAMS[program]
  const places = name.startsWith('/') ? [name] : SEARCH.map((folder) => join(folder, name))
  return places.find((path) => {
    try {
      // A library is loaded, not run.
      accessSync(path, path.endsWith('.so') ? constants.R_OK : constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * True when all are installed. Else the test is skipped, or failed under CI=true.
 * @throws Error under CI=true, naming the packages
 */
export function has(t: TestContext, ...programs: readonly (Program | 'root')[]): boolean {
  const missing = programs.flatMap((program) => {
    if (program === 'root') return process.getuid?.() === 0 ? [] : ['the rights of root']
    return find(program) === undefined ? [`Debian package ${PACKAGES[program]}`] : []
  })
  if (missing.length === 0) return true
  const why = `needs ${[...new Set(missing)].join(', ')}`
  if (process.env.CI === 'true') throw new Error(why)
  t.skip(why)
  return false
}

const endings = new WeakMap<TestContext, (() => unknown)[]>()

/** Runs when the test ends, the last one first: a directory goes after the programs that work in it. */
export function atEnd(t: TestContext, end: () => unknown): void {
  const known = endings.get(t)
  if (known !== undefined) {
    known.push(end)
    return
  }
  const all = [end]
  endings.set(t, all)
  t.after(async () => {
    for (const each of all.reverse()) await each()
  })
}

/** An own directory, readable by daemons that give up root; removed when the test ends. */
export function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-real-'))
  chmodSync(directory, 0o755)
  atEnd(t, () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A program that runs for the length of a test. */
export interface Running {
  readonly output: () => string
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Starts a program in the foreground; it ends with the test. */
export function start(t: TestContext, command: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  // A file, because some programs open /dev/stdout anew, which the sockets that Node makes for pipes do not allow.
  const file = join(scratch(t), 'output')
  const output = openSync(file, 'a')
  const child = spawn(command, argv, { stdio: ['ignore', output, output], env: { ...process.env, ...env } })
  closeSync(output)
  let problem = ''
  child.on('error', (error) => {
    problem = error.message
  })
  const running = {
    output: () => readFileSync(file, 'latin1') + problem,
    signal: (name: NodeJS.Signals) => void child.kill(name),
    stop: () => end(child),
  }
  atEnd(t, running.stop)
  return running
}

/** TERM, and KILL when that does not do within 6 s (programs on libmilter look only every 5 s). */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([gone, sleep(6000, undefined, { ref: false })])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await gone
}

/** Runs a program to its end. @throws Error when it takes over 60 s */
export function run(command: string, argv: readonly string[], input = ''): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Resolves when something listens on a loopback port. @param most how often to try, 50 ms apart @throws Error after the last try */
export async function listening(port: number, host = '127.0.0.1', most = 300): Promise<void> {
  for (let tries = 0; tries < most; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, host)
      socket.on('connect', () => {
        resolve(true)
        socket.destroy()
      })
      socket.on('error', () => resolve(false))
    })
    if (isOpen) return
    await sleep(50)
  }
  throw new Error(`nothing listens on ${host}:${port}`)
}

/** Tries until `check` no longer throws, or 30 s have passed. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const until = Date.now() + 30_000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(50)
    }
  }
}
