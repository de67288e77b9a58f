/** ldap_table(5): searches in LDAP directories, by the npm package ldapts. */
import { isIP, connect as netConnect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { readCertificates, type TlsFiles } from './certificates.ts'
import { clientLibrary } from './client-library.ts'
import { type Backend, COMMON, configuredType } from './configured.ts'
import type { Quote } from './expansion.ts'
import { type Entry, Expansion, NotThere, type Search, type Wanted } from './ldap-entries.ts'
import { AnswerError, ConnectionLost, Pool } from './pool.ts'
import { messageOf, type Server, Servers } from './servers.ts'
import type { Settings } from './settings.ts'
import type { TableContext } from './table.ts'
import { IDLE } from './wire.ts'

/** What is used of ldapts. */
interface Client {
  readonly isConnected: boolean
  bind(who: string, password?: string): Promise<void>
  startTLS(options: object): Promise<void>
  search(base: string, options: object): Promise<{ readonly searchEntries: readonly Entry[] }>
}
interface Library {
  readonly Client: new (options: object) => Client
}

/** A connection: its socket can be opened once only, because the library would open the next without binding. */
interface Link {
  readonly client: Client
  socket(): Socket | undefined
}

/** How to reach a server. */
interface Target {
  readonly name: string
  /** As the library wants it. */
  readonly url: string
  readonly path: string | undefined
}

/** LDAP result codes (RFC 4511 4.1.9) that are not failures of the connection. */
const NO_SUCH_OBJECT = 32

const DEREFERENCE = ['never', 'search', 'find', 'always'] as const

/** SASL mechanisms that can be had. */
const MECHANISMS: ReadonlySet<string> = new Set(['EXTERNAL', 'PLAIN'])

export const ldap = configuredType({
  name: 'ldap',
  declared: {
    ...COMMON,
    server_host: 'localhost',
    server_port: '389',
    timeout: '10',
    search_base: '',
    query_filter: '(mailacceptinggeneralid=%s)',
    result_attribute: 'maildrop',
    special_result_attribute: '',
    terminal_result_attribute: '',
    leaf_result_attribute: '',
    // The name of result_format in old files.
    result_filter: '',
    scope: 'sub',
    bind: 'yes',
    bind_dn: '',
    bind_pw: '',
    recursion_limit: '1000',
    size_limit: '',
    dereference: '0',
    sasl_mechs: '',
    start_tls: 'no',
    tls_ca_cert_dir: '',
    tls_ca_cert_file: '',
    tls_cert: '',
    tls_key: '',
    tls_require_cert: 'no',
    tls_cipher_suite: '',
    connections: '5',
    // Accepted, without effect: version 3 is spoken, referrals are not followed, and the rest is not for this library.
    ...Object.fromEntries(
      'cache cache_expiry cache_size chase_referrals version debuglevel sasl_realm sasl_authz_id sasl_minssf tls_random_file'
        .split(' ')
        .map((name) => [name, '']),
    ),
  },
  resultFormat: (settings) =>
    settings.isSet('result_filter') && !settings.isSet('result_format') ? 'result_filter' : 'result_format',
  queries: (settings) => [
    { setting: 'search_base', text: settings.text('search_base'), quoteAt: () => quoteName },
    { setting: 'query_filter', text: inParentheses(settings.required('query_filter')), quoteAt: () => quoteFilter },
  ],
  open: openLdap,
})

const inParentheses = (filter: string): string => (filter.startsWith('(') ? filter : `(${filter})`)

/** RFC 4515: what means something in a filter, as `\XX`. */
export const quoteFilter: Quote = (text) =>
  text.replace(/[*()\\\0]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** RFC 4514: what means something in a distinguished name. */
export const quoteName: Quote = (text) =>
  text
    .replace(/[,+"\\<>;=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')

async function openLdap(settings: Settings, { random }: TableContext): Promise<Backend> {
  const library = await clientLibrary<Library>(settings.spec, 'ldapts')
  const [timeout, connections] = [settings.milliseconds('timeout'), settings.number('connections', 1)]
  const sizeLimit = settings.text('size_limit') === '' ? settings.number('expansion_limit') : settings.number('size_limit')
  const wanted = wantedOf(settings)
  const options = {
    scope: settings.choice('scope', ['sub', 'base', 'one']),
    derefAliases: DEREFERENCE[settings.number('dereference')] ?? 'never',
    attributes: wanted.all,
    // The server is not told the limit: if it was, the library would not tell when the server has a lower one and left something out.
    sizeLimit: 0,
    timeLimit: Math.ceil(timeout / 1000),
  }
  const login = loginOf(settings)
  const targets = settings.list('server_host').map((host) => targetOf(host, settings))
  if (targets.length === 0) throw settings.problem('server_host', 'names no server')
  const servers = new Servers<Link>(
    targets.map((target): Server<Link> => {
      const pool = new Pool<Link>({
        connect: () => connect(library, target, login),
        close: (link) => void link.socket()?.destroy(),
        isUsable: (link) => link.client.isConnected,
        limit: connections,
        idle: IDLE,
        timeout,
      })
      return { name: target.name, isLocal: target.path !== undefined, pool }
    }),
    // In the order of the file, as the OpenLDAP library tries them.
    targets.length > 1 ? () => 0 : random,
  )
  const searchOn =
    (link: Link): Search =>
    (base, more) =>
      search(link, base, { ...options, ...more }).then((entries) => {
        if (sizeLimit > 0 && entries.length > sizeLimit) throw new AnswerError('search error 4: size limit exceeded')
        return entries
      })
  // A base that is made of the key may not exist; one that is always the same has to.
  const mayBeMissing = settings.text('search_base').replaceAll('%%', '').includes('%')
  return {
    find: ({ texts: [base = '', filter = ''] }) =>
      servers.ask((link) => new Expansion(searchOn(link), wanted).valuesOf(base, filter, mayBeMissing)),
    inspect: () => servers.ask(async () => ({ source: servers.names })),
    close: () => servers.close(),
  }
}

function wantedOf(settings: Settings): Wanted {
  const [ordinary, special, terminal, leaf] = ['', 'special_', 'terminal_', 'leaf_'].map((kind) =>
    settings.list(`${kind}result_attribute`).map((name) => name.toLowerCase()),
  ) as [string[], string[], string[], string[]]
  const all = [...new Set([...ordinary, ...terminal, ...leaf, ...special])]
  if (all.length === 0) throw settings.problem('result_attribute', 'names no attribute')
  return { ordinary, special, terminal, leaf, all, depth: settings.number('recursion_limit', 1) }
}

/** What is done on a new connection. */
interface Login {
  readonly tls: TlsFiles & { readonly ciphers?: string }
  readonly startTls: boolean
  readonly bind: { readonly who: string; readonly password: string } | undefined
}

function loginOf(settings: Settings): Login {
  const names = {
    caFile: 'tls_ca_cert_file',
    caDirectory: 'tls_ca_cert_dir',
    certificate: 'tls_cert',
    key: 'tls_key',
    verify: 'tls_require_cert',
  }
  const ciphers = settings.text('tls_cipher_suite')
  const tls = { ...readCertificates(settings, names), ...(ciphers === '' ? {} : { ciphers }) }
  const how = settings.choice('bind', ['yes', 'no', 'simple', 'none', 'sasl'])
  let who = settings.text('bind_dn')
  if (how === 'sasl') {
    who = settings.list('sasl_mechs').find((each) => MECHANISMS.has(each.toUpperCase())) ?? ''
    if (who === '') throw settings.problem('sasl_mechs', `names none that can be had: ${[...MECHANISMS].join(', ')}`)
  }
  // Without a name, to bind would change nothing.
  const isBound = how !== 'no' && how !== 'none' && who !== ''
  return { tls, startTls: settings.flag('start_tls'), bind: isBound ? { who, password: settings.text('bind_pw') } : undefined }
}

/** `host`, `host:port`, `ldap://host:port`, `ldaps://host`, `ldapi://%2Fpath`. */
function targetOf(host: string, settings: Settings): Target {
  const local = /^ldapi:\/\/([^/?]*)/.exec(host)
  if (local !== null) {
    const path = decodeURIComponent(local[1] === '' ? '%2Fvar%2Frun%2Fslapd%2Fldapi' : (local[1] ?? ''))
    return { name: `unix:${path}`, url: 'ldap://localhost', path }
  }
  const url = /^ldaps?:\/\//.test(host) ? host.replace(/\/+$/, '') : `ldap://${host}`
  const port = /:\d+$/.test(url) || url.startsWith('ldaps:') ? '' : `:${settings.number('server_port', 1)}`
  if (!URL.canParse(url + port)) throw settings.problem('server_host', `has no server ${JSON.stringify(host)}`)
  return { name: url + port, url: url + port, path: undefined }
}

async function connect({ Client }: Library, target: Target, { tls, startTls, bind }: Login): Promise<Link> {
  let socket: Socket | undefined
  const only = (make: () => Socket): Socket => {
    if (socket !== undefined) throw new ConnectionLost('the connection is closed')
    socket = make()
    return socket
  }
  const isTls = target.url.startsWith('ldaps:')
  const client = new Client({
    url: target.url,
    strictDN: false,
    ...(isTls ? { tlsOptions: tls } : {}),
    createConnection: (port: number, host: string) =>
      only(() => (target.path === undefined ? netConnect(port, host) : netConnect(target.path))),
    // Also called, with options alone, when TLS is started on the connection that there is.
    createSecureConnection: (port: number | object, host: string, options: object) =>
      typeof port === 'number' ? only(() => tlsConnect(port, host, options)) : tlsConnect(port),
  })
  try {
    if (startTls && !isTls) await client.startTLS({ ...tls, ...nameOf(target.url) })
    if (bind !== undefined) await client.bind(bind.who, bind.password)
    return { client, socket: () => socket }
  } catch (error) {
    socket?.destroy()
    throw new Error(reasonOf(error), { cause: error })
  }
}

/** The name that a certificate must have. An address is no name to ask for. */
function nameOf(url: string): object {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? { host, servername: host } : { host }
}

async function search({ client }: Link, base: string, options: object): Promise<readonly Entry[]> {
  try {
    return (await client.search(base, options)).searchEntries
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === NO_SUCH_OBJECT) throw new NotThere(`search base '${base}' not found`, { cause: error })
    // The errors that the server answers with have a number, those of sockets a word; a malformed filter has none and harms nothing.
    if (typeof code === 'number' || client.isConnected) throw new AnswerError(`search error ${reasonOf(error)}`, { cause: error })
    throw new ConnectionLost(reasonOf(error), { cause: error })
  }
}

/** The library often has no more of a result code than the name of its class: `49: Invalid credentials`. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string }
  const message = messageOf(error).trim()
  if (typeof code !== 'number') return message
  const words = (name ?? '').replace(/Error$/, '').replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${code}: ${message.startsWith('Code: ') ? words : message.replace(/ ?Code: 0x[0-9a-f]+$/i, '')}`
}
