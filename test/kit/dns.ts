/**
 * DNS from a list of lines, without a network (`resolver`) or as a real server on loopback (`listen`).
 *   'mx.example A 192.0.2.1', 'example MX 10 mx.example', 'x.example CNAME y.example', 'x.example TXT some text',
 *   'x.example EMPTY' (exists, has nothing), 'x.example SERVFAIL', 'x.example REFUSED MX' (for one type), 'x.example SILENT'
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import { AUTHENTIC_DATA, AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet'
import type { Exchange } from '../../core/net/exchange.ts'
import { createResolver, type ResolverOptions } from '../../core/net/resolver.ts'
import type { Resolver } from '../../core/net/types.ts'

interface Line {
  readonly name: string
  readonly type: string
  readonly words: readonly string[]
}

const RCODES: Readonly<Record<string, number>> = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }
const LARGEST_UDP = 1232
const TTL = 300

/** How the fake answers. */
export interface FakeDnsOptions {
  /** Set the AD bit. */
  readonly authenticated?: boolean
  /** For the in-process resolver. */
  readonly resolver?: ResolverOptions
}

export interface FakeDns {
  /** Asks the zone in-process, through everything of the real resolver but its sockets. */
  readonly resolver: Resolver
  /** Names and types asked so far: `example MX`. */
  readonly asked: string[]
  /** Adds lines; what resolvers have cached stays cached. */
  add(...lines: string[]): void
  /** Starts a real UDP and TCP server, on one free port of 127.0.0.1 unless told otherwise. */
  listen(where?: { readonly host: string; readonly port: number }): Promise<{ readonly port: number; readonly address: string }>
  close(): Promise<void>
}

/** A name server for the given zone lines. */
export function fakeDns(zone: readonly string[] = [], options: FakeDnsOptions = {}): FakeDns {
  const lines = zone.map(parse)
  const asked: string[] = []
  const respond = (query: Buffer, room: number): Buffer | undefined => {
    const response = answer(query, lines, asked, options)
    if (response === undefined || response.length <= room) return response
    return cut(query)
  }
  const over =
    (room: number): Exchange =>
    async (question, _server, _timeout, accepts) => {
      const response = respond(question, room)
      if (response === undefined || !accepts(response)) throw new Error('time-out')
      return response
    }
  const servers: (UdpSocket | Server)[] = []
  return {
    asked,
    resolver: createResolver({
      servers: ['127.0.0.1'],
      attempts: 1,
      udp: over(LARGEST_UDP),
      tcp: over(65_535),
      ...options.resolver,
    }),
    add: (...more) => void lines.push(...more.map(parse)),
    async listen({ host, port: wanted } = { host: '127.0.0.1', port: 0 }) {
      const tcp = await listenTcp(host, wanted, respond)
      const { port } = tcp.address() as { port: number }
      servers.push(tcp, await listenUdp(host, port, respond))
      return { port, address: `${host}:${port}` }
    },
    close: async () => {
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
    },
  }
}

function parse(line: string): Line {
  const [name = '', type = '', ...words] = line.trim().split(/\s+/)
  return { name: name.toLowerCase(), type: type.toUpperCase(), words }
}

function answer(query: Buffer, lines: readonly Line[], asked: string[], options: FakeDnsOptions): Buffer | undefined {
  const { id, questions } = decode(query)
  const [question] = questions ?? []
  if (question === undefined) return undefined
  asked.push(`${question.name.toLowerCase()} ${question.type}`)
  const answers: unknown[] = []
  let name = question.name.toLowerCase()
  let rcode = 0
  for (let i = 0; i < 10; i++) {
    const found = lines.filter((line) => line.name === name)
    const special = found.find(({ type, words }) => isSpecial(type) && (words[0] ?? question.type) === question.type)
    if (special?.type === 'SILENT') return undefined
    rcode = special === undefined ? (found.length === 0 ? 3 : 0) : (RCODES[special.type] ?? 0)
    for (const line of found) if (line.type === question.type) answers.push(record(line))
    const alias = found.find(({ type }) => type === 'CNAME' && question.type !== 'CNAME')
    if (alias === undefined) break
    answers.push(record(alias))
    name = (alias.words[0] ?? '').toLowerCase()
  }
  const negative = answers.length === 0 ? [SOA] : []
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (options.authenticated ? AUTHENTIC_DATA : 0) | rcode
  return encode({ type: 'response', id, flags, questions: questions ?? [], answers, authorities: negative } as never)
}

const SOA = {
  type: 'SOA',
  name: '.',
  ttl: TTL,
  data: { mname: 'ns.example', rname: 'root.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: TTL },
}

function isSpecial(type: string): boolean {
  return type === 'SILENT' || type in RCODES
}

function record({ name, type, words }: Line): unknown {
  const [first = ''] = words
  const numbers = words.map(Number)
  const data: Readonly<Record<string, unknown>> = {
    MX: { preference: numbers[0], exchange: words[1] },
    TXT: [words.join(' ')],
    SRV: { priority: numbers[0], weight: numbers[1], port: numbers[2], target: words[3] },
    TLSA: {
      usage: numbers[0],
      selector: numbers[1],
      matchingType: numbers[2],
      certificate: Buffer.from(words[3] ?? '', 'hex'),
    },
  }
  return { type, name, ttl: TTL, class: 'IN', data: data[type] ?? first }
}

/** The same answer without its records and with the bit that says so. */
function cut(query: Buffer): Buffer {
  const { id, questions } = decode(query)
  return encode({ type: 'response', id, flags: TRUNCATED_RESPONSE, questions: questions ?? [], answers: [] } as never)
}

type Respond = (query: Buffer, room: number) => Buffer | undefined

function listenTcp(host: string, port: number, respond: Respond): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      const response = chunk.length < 14 ? undefined : respond(chunk.subarray(2), 65_535)
      if (response === undefined) return
      const length = Buffer.alloc(2)
      length.writeUInt16BE(response.length)
      socket.end(Buffer.concat([length, response]))
    })
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function listenUdp(host: string, port: number, respond: Respond): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('message', (query, peer) => {
    const response = respond(query, LARGEST_UDP)
    if (response !== undefined) socket.send(response, peer.port, peer.address)
  })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.bind(port, host, () => resolve(socket))
  })
}
