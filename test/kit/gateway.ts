/**
 * A whole Postern in this process: real configuration, plugins, spool, queue, bounces and delivery, on a free loopback port.
 * DNS is the test's, and a connection can appear to come from any client.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { connect, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { parseConfiguration } from '../../core/config/load.ts'
import type { Services } from '../../core/generation.ts'
import { createLog } from '../../core/log/log.ts'
import type { QueueEntry } from '../../core/plugin.ts'
import { openEngines } from '../../core/process/engines.ts'
import { buildEpoch, type Epoch } from '../../core/process/epoch.ts'
import { createLeases } from '../../core/process/leases.ts'
import { createServices } from '../../core/process/services.ts'
import { fakeDns } from './dns.ts'

/** What to run. */
export interface GatewayOptions {
  /** An own directory of the test: queue and log are made in it, and relative names in the configuration start there. */
  readonly directory: string
  /** The whole configuration file. Where its listeners listen is not looked at. */
  readonly yaml: string
  /** Lines of the zone that DNS answers from. */
  readonly dns?: readonly string[]
}

/** See {@link startGateway}. */
export interface Gateway {
  /** Port of the first listener. */
  readonly port: number
  /** A connection to a listener, by default the first, as if from this client address. */
  connect(client?: string, listener?: string): Promise<Socket>
  /** Lines of the log so far, in maillog format. */
  log(): string[]
  queue(): Promise<QueueEntry[]>
  stop(): Promise<void>
}

/** Milliseconds that sessions and deliveries are given at the end. */
const GRACE = 100

/** Starts it. @throws ConfigurationError, or whatever keeps it from serving */
export async function startGateway({ directory, yaml, dns: zone = [] }: GatewayOptions): Promise<Gateway> {
  const config = { ...parseConfiguration(join(directory, 'postern.yaml'), yaml), queueDirectory: join(directory, 'queue') }
  const logFile = join(directory, 'gateway.log')
  const log = createLog({ format: 'maillog', file: logFile, level: 'info' })
  const dns = fakeDns(zone)
  let epoch: Epoch | undefined
  const services: Services = {
    ...createServices(
      () => log,
      () => epoch?.generation,
    ),
    dns: dns.resolver,
    probe: (address) => engines.probe(address),
  }
  const now = await buildEpoch(config, services, 1)
  epoch = now
  const engines = await openEngines({
    queueDirectory: config.queueDirectory,
    owners: ['w0'],
    services,
    leases: createLeases(1, { acquire: async () => true, release: () => undefined }),
    epoch: () => now,
    flushSite: async () => undefined,
  })
  const listeners = new Map<string, Listening>()
  for (const { name } of config.listeners) listeners.set(name, await listening(engines.listener(name, () => now.generation)))
  const [first] = listeners.values()
  if (first === undefined) throw new Error('the configuration has no listener')
  return {
    port: first.port,
    connect: (client, listener) => (listener === undefined ? first : (listeners.get(listener) ?? first)).connect(client),
    log() {
      log.flush()
      return readFileSync(logFile, 'utf8').trimEnd().split('\n')
    },
    queue: () => Array.fromAsync(engines.queue.list()),
    async stop() {
      await Promise.all([...listeners.values()].map((each) => each.close()))
      await engines.drain(GRACE)
      await engines.close()
      now.close()
      services.dns.close()
      await dns.close()
      log.close()
    },
  }
}

interface Listening {
  readonly port: number
  connect(client: string | undefined): Promise<Socket>
  close(): Promise<void>
}

interface Endpoint {
  listen(where: { host: string; port: number }): Promise<{ port: number }>
  close(graceMs: number): Promise<void>
}

/** Listens on a free port, and gives each socket the address of the client that the test plays, before anyone looks. */
async function listening(endpoint: Endpoint): Promise<Listening> {
  const servers = new Set<Server>()
  const heard = (message: unknown): void => void servers.add((message as { server: Server }).server)
  subscribe('tracing:net.server.listen:asyncStart', heard)
  const { port } = await endpoint.listen({ host: '127.0.0.1', port: 0 })
  unsubscribe('tracing:net.server.listen:asyncStart', heard)
  const server = [...servers].find((each) => {
    const address = each.address()
    return typeof address === 'object' && address?.port === port
  })
  const expected: (string | undefined)[] = []
  server?.prependListener('connection', (socket: Socket) => {
    const client = expected.shift()
    if (client !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: client })
  })
  return {
    port,
    connect(client) {
      expected.push(client)
      return new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
        socket.once('error', reject)
      })
    },
    close: () => endpoint.close(GRACE),
  }
}
