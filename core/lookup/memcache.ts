/** memcache_table(5): `get` by the text protocol; what only the backup table has is stored in memcache. */
import { type Backend, COMMON, configuredType, type Query } from './configured.ts'
import { parseEndpoint } from './endpoint.ts'
import { AnswerError } from './pool.ts'
import type { Servers } from './servers.ts'
import type { Settings } from './settings.ts'
import type { Table, TableContext } from './table.ts'
import { type ParseAnswer, type Wire, wireServers } from './wire.ts'

/** Octets that the protocol allows for a key. */
const LONGEST_KEY = 250
const PORT = 11_211

export const memcache = configuredType({
  name: 'memcache',
  declared: {
    ...COMMON,
    memcache: 'inet:localhost:11211',
    backup: '',
    flags: '0',
    ttl: '3600',
    key_format: '%s',
    data_size_limit: '10240',
    line_size_limit: '1024',
    timeout: '2',
    // Accepted: a question on a connection that is lost is asked once more, at once, and never again.
    max_try: '2',
    retry_pause: '1',
  },
  queries: (settings) => [{ setting: 'key_format', text: settings.text('key_format') }],
  open: openMemcache,
})

async function openMemcache(settings: Settings, context: TableContext): Promise<Backend> {
  const timeout = settings.milliseconds('timeout')
  const servers = wireServers(parseEndpoint(settings.text('memcache'), PORT), { timeout, connections: 10 })
  const backup = settings.text('backup')
  return new Memcache(servers, settings, backup === '' ? undefined : await context.open(backup))
}

class Memcache implements Backend {
  readonly #servers: Servers<Wire>
  readonly #backup: Table | undefined
  readonly #parse: ParseAnswer<string | undefined>
  readonly #limit: number
  /** flags and ttl of what is stored. */
  readonly #stored: string

  constructor(servers: Servers<Wire>, settings: Settings, backup: Table | undefined) {
    const [line, data] = [settings.number('line_size_limit', 1), settings.number('data_size_limit', 1)]
    this.#servers = servers
    this.#backup = backup
    this.#limit = 2 * line + data
    this.#parse = (octets) => parseGet(octets, line, data)
    this.#stored = `${settings.number('flags')} ${settings.number('ttl')}`
  }

  async find({ key, texts: [name = ''] }: Query): Promise<string[]> {
    // The protocol has no way to write such keys; Postfix finds nothing, either.
    if (/[ \p{Cc}]/u.test(name)) return []
    const isTooLong = Buffer.byteLength(name) > LONGEST_KEY
    const backup = this.#backup
    if (backup === undefined) return isTooLong ? [] : found(await this.#get(name))
    // With a backup, memcache makes lookups faster, and its failure only slower.
    const fast = isTooLong ? undefined : await this.#get(name).catch(() => undefined)
    if (fast !== undefined) return [fast]
    const value = await backup.lookup(key.text)
    if (value !== undefined && !isTooLong) this.#set(name, value)
    return found(value)
  }

  #get(name: string): Promise<string | undefined> {
    return this.#servers.ask((wire) => wire.ask(`get ${name}\r\n`, this.#parse, this.#limit))
  }

  /** Nobody waits for it, and a failure is no harm. */
  #set(name: string, value: string): void {
    const octets = Buffer.from(value)
    const command = Buffer.concat([Buffer.from(`set ${name} ${this.#stored} ${octets.length}\r\n`), octets, Buffer.from('\r\n')])
    this.#servers.ask((wire) => wire.ask(command, parseSet, this.#limit)).catch(() => undefined)
  }

  inspect(): Promise<{ source: string }> {
    return this.#servers.ask(async (wire) => {
      await wire.ask('version\r\n', parseSet, this.#limit)
      return { source: this.#servers.names }
    })
  }

  close(): void {
    this.#servers.close()
  }
}

const found = (value: string | undefined): string[] => (value === undefined ? [] : [value])

/** The answer to `get`: `VALUE key flags length`, the value, `END`; or `END` alone. @throws Error, AnswerError */
export function parseGet(
  octets: Buffer,
  lineLimit: number,
  dataLimit: number,
): { readonly value: string | undefined; readonly length: number } | undefined {
  const line = lineOf(octets, 0, lineLimit)
  if (line === undefined) return undefined
  if (line.text === 'END') return { value: undefined, length: line.end }
  const size = Number(/^VALUE \S+ \d+ (\d{1,9})$/.exec(line.text)?.[1] ?? Number.NaN)
  if (Number.isNaN(size)) throw refusal(line.text)
  if (size > dataLimit) throw new Error(`a value of ${size} octets, over data_size_limit`)
  const last = lineOf(octets, line.end + size + 2, lineLimit)
  if (last === undefined) return undefined
  if (last.text !== 'END') throw refusal(last.text)
  return { value: octets.toString('utf8', line.end, line.end + size), length: last.end }
}

const parseSet: ParseAnswer<string> = (octets) => {
  const line = lineOf(octets, 0, 1024)
  return line === undefined ? undefined : { value: line.text, length: line.end }
}

function lineOf(octets: Buffer, start: number, limit: number): { text: string; end: number } | undefined {
  const newline = octets.indexOf('\r\n', start)
  if (newline === -1 && octets.length - start <= limit) return undefined
  if (newline === -1 || newline - start > limit) throw new Error(`an answer with a line of over ${limit} octets`)
  return { text: octets.toString('latin1', start, newline), end: newline + 2 }
}

function refusal(line: string): Error {
  const text = JSON.stringify(line.slice(0, 200))
  // After a malformed answer nobody knows where the next one begins; after a refusal, one does.
  return /^(SERVER_ERROR|CLIENT_ERROR|ERROR)\b/.test(line)
    ? new AnswerError(`the server answers ${text}`)
    : new Error(`a malformed answer: ${text}`)
}
