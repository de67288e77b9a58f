/** mysql_table(5): queries to MySQL and MariaDB servers, by the npm package mysql2. */
import { existsSync, readFileSync } from 'node:fs'
import { readCertificates } from './certificates.ts'
import { clientLibrary } from './client-library.ts'
import { type Backend, COMMON, configuredType } from './configured.ts'
import { type Endpoint, endpointText, parseEndpoint } from './endpoint.ts'
import { optionFile } from './option-file.ts'
import { AnswerError, ConnectionLost, Pool } from './pool.ts'
import { messageOf, type Server, Servers } from './servers.ts'
import type { Settings } from './settings.ts'
import { columns, type Dialect, SQL_SETTINGS, sqlQuery } from './sql.ts'
import type { TableContext } from './table.ts'
import { IDLE } from './wire.ts'

const MYSQL: Dialect = { backslash: true, doubleQuoted: true, postgres: false }
const PORT = 3306

/** Where `localhost` is, as in MySQL's own client. */
const SOCKETS = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/tmp/mysql.sock']

/** What is used of mysql2. */
interface Connection {
  query(options: object, done: (error: MysqlError | null, rows: unknown, fields: unknown) => void): void
  connect(done: (error: MysqlError | null) => void): void
  on(event: 'error' | 'end', listener: (error?: Error) => void): void
  destroy(): void
}
interface MysqlError extends Error {
  readonly fatal?: boolean
}
interface Library {
  createConnection(options: object): Connection
}

/** A connection, and whether it can be asked. */
interface Link {
  readonly connection: Connection
  isOpen: boolean
}

export const mysql = configuredType({
  name: 'mysql',
  declared: {
    ...COMMON,
    ...SQL_SETTINGS,
    hosts: 'localhost',
    user: '',
    password: '',
    dbname: '',
    charset: 'utf8mb4',
    option_file: '',
    option_group: 'client',
    require_result_set: 'yes',
    tls_cert_file: '',
    tls_key_file: '',
    tls_CAfile: '',
    tls_CApath: '',
    tls_ciphers: '',
    tls_verify_cert: 'no',
    timeout: '10',
    connections: '5',
  },
  queries: (settings) => [sqlQuery(settings, MYSQL)],
  open: openMysql,
})

async function openMysql(settings: Settings, { random }: TableContext): Promise<Backend> {
  const library = await clientLibrary<Library>(settings.spec, 'mysql2')
  const options = optionsOf(settings)
  const needsResult = settings.flag('require_result_set')
  const [timeout, connections] = [settings.milliseconds('timeout'), settings.number('connections', 1)]
  const endpoints = settings.list('hosts').flatMap((host) => endpointOf(host, settings))
  if (endpoints.length === 0) throw settings.problem('hosts', 'names no server')
  const servers = new Servers<Link>(
    endpoints.map((endpoint): Server<Link> => {
      const where = endpoint.kind === 'unix' ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port }
      const pool = new Pool<Link>({
        connect: () => connect(library, { ...options, ...where, connectTimeout: timeout }),
        close: (link) => link.connection.destroy(),
        isUsable: (link) => link.isOpen,
        limit: connections,
        idle: IDLE,
        timeout,
      })
      return { name: endpointText(endpoint), isLocal: endpoint.kind === 'unix', pool }
    }),
    random,
  )
  return {
    find: ({ texts }) => servers.ask((link) => ask(link, texts[0] ?? '', needsResult)),
    inspect: () => servers.ask(async (link) => ask(link, 'SELECT 1', true)).then(() => ({ source: servers.names })),
    close: () => servers.close(),
  }
}

/** `localhost` is the local socket, as it is for MySQL's own client. */
function endpointOf(host: string, settings: Settings): Endpoint {
  if (/^(inet:)?localhost$/.test(host)) return { kind: 'unix', path: localSocket() }
  try {
    return parseEndpoint(host, PORT)
  } catch (error) {
    throw settings.problem('hosts', (error as Error).message)
  }
}

function localSocket(): string {
  return SOCKETS.find((path) => existsSync(path)) ?? (SOCKETS[0] as string)
}

function optionsOf(settings: Settings): object {
  const file = settings.text('option_file')
  const group = settings.text('option_group')
  const given = file === '' ? {} : optionFile(readFileSync(file, 'utf8'), ['client', ...(group === '' ? [] : [group])])
  const text = (setting: string, option: string | undefined): string =>
    settings.text(setting) === '' ? (option ?? '') : settings.text(setting)
  const isTls = ['tls_cert_file', 'tls_key_file', 'tls_CAfile', 'tls_CApath', 'tls_ciphers'].some(
    (name) => settings.text(name) !== '',
  )
  const files = readCertificates(settings)
  const ciphers = settings.text('tls_ciphers')
  return {
    user: text('user', given.user),
    password: text('password', given.password),
    database: text('dbname', given.database),
    charset: settings.text('charset'),
    multipleStatements: false,
    enableKeepAlive: true,
    ...(isTls ? { ssl: { ...files, verifyIdentity: files.rejectUnauthorized, ...(ciphers === '' ? {} : { ciphers }) } } : {}),
  }
}

function connect(library: Library, options: object): Promise<Link> {
  return new Promise((resolve, reject) => {
    const connection = library.createConnection(options)
    const link = { connection, isOpen: true }
    const over = (): void => {
      link.isOpen = false
    }
    connection.on('error', over)
    connection.on('end', over)
    connection.connect((error) => {
      if (error === null || error === undefined) return resolve(link)
      connection.destroy()
      reject(new Error(messageOf(error), { cause: error }))
    })
  })
}

function ask(link: Link, sql: string, needsResult: boolean): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const typeCast = (field: { string(): string | null }): string | null => field.string()
    link.connection.query({ sql, rowsAsArray: true, typeCast }, (error, rows, fields) => {
      if (error !== null && error !== undefined) {
        if (error.fatal !== true) return reject(new AnswerError(`query failed: ${error.message}`, { cause: error }))
        link.isOpen = false
        return reject(new ConnectionLost(messageOf(error), { cause: error }))
      }
      const sets = resultSets(rows, fields)
      if (sets.length > 1) return reject(new AnswerError('query failed: multiple result sets'))
      if (sets.length === 0 && needsResult) return reject(new AnswerError('query failed: no result set'))
      resolve(columns(sets[0] ?? []))
    })
  })
}

/** Rows of each result set. A procedure gives several, each with its fields, and ends with one that has none. */
function resultSets(rows: unknown, fields: unknown): unknown[][][] {
  if (!Array.isArray(fields)) return []
  const isProcedure = fields.some((each) => each === undefined || Array.isArray(each))
  if (!isProcedure) return [rows as unknown[][]]
  return (rows as unknown[][][]).filter((_, i) => Array.isArray(fields[i]))
}
