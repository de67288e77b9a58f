/** pgsql_table(5): queries to PostgreSQL servers, by the npm package pg. */
import { clientLibrary } from './client-library.ts'
import { type Backend, COMMON, configuredType } from './configured.ts'
import { type Endpoint, endpointText, parseEndpoint } from './endpoint.ts'
import { AnswerError, ConnectionLost, Pool } from './pool.ts'
import { messageOf, type Server, Servers } from './servers.ts'
import type { Settings } from './settings.ts'
import { columns, type Dialect, SQL_SETTINGS, sqlQuery } from './sql.ts'
import type { TableContext } from './table.ts'
import { IDLE } from './wire.ts'

const PGSQL: Dialect = { backslash: false, doubleQuoted: false, postgres: true }
const PORT = 5432

/** What is used of pg. */
interface Client {
  connect(): Promise<unknown>
  query(query: object | string): Promise<Result | Result[]>
  on(event: 'error' | 'end', listener: (error?: Error) => void): void
  end(): Promise<void>
}
interface Result {
  readonly rows: unknown[][]
}
interface Library {
  readonly Client: new (options: object) => Client
}

/** A connection, and whether it can be asked. */
interface Link {
  readonly client: Client
  isOpen: boolean
}

export const pgsql = configuredType({
  name: 'pgsql',
  declared: {
    ...COMMON,
    ...SQL_SETTINGS,
    select_function: '',
    hosts: 'localhost',
    user: '',
    password: '',
    dbname: '',
    encoding: 'UTF8',
    timeout: '10',
    connections: '5',
  },
  queries: (settings) => [sqlQuery(settings, PGSQL)],
  open: openPgsql,
})

async function openPgsql(settings: Settings, { random }: TableContext): Promise<Backend> {
  const library = await clientLibrary<Library>(settings.spec, 'pg')
  const [timeout, connections] = [settings.milliseconds('timeout'), settings.number('connections', 1)]
  // What is sent is always UTF-8; the server converts from what it has.
  if (!/^utf-?8$/i.test(settings.text('encoding'))) throw settings.problem('encoding', 'must be UTF8')
  const hosts = settings.list('hosts')
  if (hosts.length === 0) throw settings.problem('hosts', 'names no server')
  const servers = new Servers<Link>(
    hosts.map((host): Server<Link> => {
      const { name, isLocal, options } = serverOf(host, settings)
      const pool = new Pool<Link>({
        connect: () =>
          connect(library, { ...options, connectionTimeoutMillis: timeout, application_name: 'postern', keepAlive: true }),
        close: (link) => void link.client.end().catch(() => undefined),
        isUsable: (link) => link.isOpen,
        limit: connections,
        idle: IDLE,
        timeout,
      })
      return { name, isLocal, pool }
    }),
    random,
  )
  return {
    find: ({ texts }) => servers.ask((link) => ask(link, texts[0] ?? '')),
    inspect: () => servers.ask((link) => ask(link, 'SELECT 1')).then(() => ({ source: servers.names })),
    close: () => servers.close(),
  }
}

function serverOf(host: string, settings: Settings): { name: string; isLocal: boolean; options: object } {
  if (/^postgres(ql)?:\/\//.test(host)) {
    if (!URL.canParse(host)) throw settings.problem('hosts', 'has a malformed URI')
    const { hostname, port } = new URL(host)
    return { name: `${hostname}:${port === '' ? PORT : port}`, isLocal: false, options: { connectionString: host } }
  }
  let endpoint: Endpoint
  try {
    endpoint = parseEndpoint(host, PORT)
  } catch (error) {
    throw settings.problem('hosts', (error as Error).message)
  }
  // For a local socket, the path is that of its directory, as for libpq.
  const where = endpoint.kind === 'unix' ? { host: endpoint.path, port: PORT } : { host: endpoint.host, port: endpoint.port }
  const [user, password, database] = ['user', 'password', 'dbname'].map((name) => settings.text(name))
  return { name: endpointText(endpoint), isLocal: endpoint.kind === 'unix', options: { ...where, user, password, database } }
}

async function connect({ Client }: Library, options: object): Promise<Link> {
  const client = new Client(options)
  const link = { client, isOpen: true }
  const over = (): void => {
    link.isOpen = false
  }
  client.on('error', over)
  client.on('end', over)
  try {
    await client.connect()
    // The way in which keys are quoted relies on it.
    await client.query('SET standard_conforming_strings = on')
    return link
  } catch (error) {
    client.end().catch(() => undefined)
    throw new Error(messageOf(error), { cause: error })
  }
}

/** Values as the server writes them, not as JavaScript would. */
const AS_TEXT = { getTypeParser: () => (value: string | null) => value }

async function ask(link: Link, text: string): Promise<string[]> {
  try {
    const result = await link.client.query({ text, rowMode: 'array', types: AS_TEXT })
    // Of several statements the last one counts, as in PQexec().
    const last = Array.isArray(result) ? result.at(-1) : result
    return columns(last?.rows ?? [])
  } catch (error) {
    const { severity } = error as { severity?: string }
    if (severity === 'ERROR') throw new AnswerError(`query failed: ${messageOf(error)}`, { cause: error })
    link.isOpen = false
    throw new ConnectionLost(messageOf(error), { cause: error })
  }
}
