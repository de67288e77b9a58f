/** Fakes for tests of the SMTP server: a generation without plugins, a client that talks. */
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { after } from 'node:test'
import { ACCESS_PARAMETERS, createMatchList } from '../../core/access/index.ts'
import { BOUNCE } from '../../core/bounce/parameters.ts'
import { CONFIG_PARAMETERS } from '../../core/config/parameters.ts'
import { scopeOf } from '../../core/config/scope.ts'
import type { Event } from '../../core/events.ts'
import type { Generation, ListenerRuntime, Services } from '../../core/generation.ts'
import { createHooks, type Hooks } from '../../core/hooks.ts'
import { createTables } from '../../core/lookup/index.ts'
import { declare, flag, list, text } from '../../core/parameters.ts'
import { unknownClient } from '../../core/smtpd/client.ts'
import { Dialog } from '../../core/smtpd/dialog.ts'
import { createListener, type Listener } from '../../core/smtpd/listener.ts'
import { SMTPD } from '../../core/smtpd/parameters.ts'
import { SmtpSession } from '../../core/smtpd/session.ts'
import { listenerSettings } from '../../core/smtpd/settings.ts'
import { standingOf } from '../../core/smtpd/standing.ts'
import { type FakeIntake, fakeIntake, type Taken } from './fake-intake.ts'

/** What smtpd reads of other rooms. */
const OTHERS = declare('test', {
  myhostname: text('mx.test', ''),
  mynetworks: list('127.0.0.0/8', ''),
  resolve_null_domain: flag('no', ''),
  relay_domains: list('', ''),
})

export interface TestServer {
  readonly port: number
  readonly listener: Listener
  readonly hooks: Hooks
  readonly intake: FakeIntake
  readonly events: Event[]
  /** Times that the generation is held by sessions. */
  readonly held: () => number
  close(): Promise<void>
}

export interface TestServerOptions {
  readonly parameters?: Readonly<Record<string, string>>
  readonly protocol?: 'smtp' | 'lmtp'
  /** Addresses of ours; default: all below example.test. */
  readonly isAuthorised?: (address: string) => boolean
  readonly services?: Partial<Services>
  /** What ETRN starts. */
  readonly flushSite?: (site: string) => Promise<void>
}

/** Client names are not looked up and errors cost no time, unless the parameters say otherwise. */
const QUIET = { myhostname: 'mx.test', smtpd_peername_lookup: 'no', smtpd_error_sleep_time: '0' }

interface Parts {
  readonly runtime: ListenerRuntime
  readonly services: Services
  readonly hooks: Hooks
  readonly intake: FakeIntake
  readonly events: Event[]
}

/** All that a listener or session needs, faked. */
function fakeParts(options: TestServerOptions): Parts {
  const events: Event[] = []
  const hooks = createHooks(
    (step, hook, error) => events.push({ type: 'fault', where: `${step} ${hook}`, message: String(error) }),
    () => {},
  )
  const services: Services = {
    dns: { resolve: () => Promise.reject(new Error('no DNS here')), close: () => {} },
    clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    emit: (event) => void events.push(event),
    random: () => 0.5,
    ...options.services,
  }
  return { runtime: fakeRuntime(hooks, options), services, hooks, intake: fakeIntake(), events }
}

/** Starts a listener on a free port of 127.0.0.1; with the test that started it it ends. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { runtime, services, hooks, intake, events } = fakeParts(options)
  let held = 0
  const generation = {
    listeners: new Map([['smtp', runtime]]),
    retain: () => void held++,
    release: () => void held--,
  } as unknown as Generation
  const hosts = { addresses: () => [], names: () => [] }
  const listener = createListener({
    current: () => generation,
    name: 'smtp',
    services,
    intake,
    hosts,
    ...(options.flushSite === undefined ? {} : { flushSite: options.flushSite }),
  })
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 })
  let closed: Promise<void> | undefined
  const close = () => (closed ??= listener.close(0))
  // A test that fails before it closes would leave sockets open, and its process would never end.
  after(close)
  return { port, listener, hooks, intake, events, held: () => held, close }
}

function fakeRuntime(hooks: Hooks, options: TestServerOptions): ListenerRuntime {
  const isAuthorised = options.isAuthorised ?? ((address: string) => address.endsWith('example.test') || !address.includes('@'))
  const scoped = (more: Readonly<Record<string, string>>) =>
    scopeOf({ ...QUIET, ...options.parameters, ...more }, SMTPD, BOUNCE, ACCESS_PARAMETERS, CONFIG_PARAMETERS, OTHERS)
  const tables = createTables({ baseDirectory: '/' })
  return {
    config: { name: 'smtp', protocol: options.protocol ?? 'smtp' },
    scope: scoped({}),
    stressed: scoped({ stress: 'yes' }),
    hooks,
    destinations: {
      classify: () => 'relay',
      isAuthorised,
      resolve: (address: string) => address.replace(/%(.*)@example\.test$/, '@$1'),
    },
    tables,
    matchList: (patterns: string | readonly string[], { parent = false } = {}) =>
      createMatchList(patterns, { openTable: (spec) => tables.open(spec), parent }),
  } as unknown as ListenerRuntime
}

/** A session without a socket: what it says to the given chunks, up to the end of both sides. */
export interface Played {
  readonly transcript: string
  readonly taken: readonly Taken[]
  readonly events: readonly Event[]
}

/** Plays chunks to a session, one after the other, each when the session is ready for it, and then ends the client's side. */
export async function play(chunks: Iterable<Buffer>, options: TestServerOptions = {}): Promise<Played> {
  const { runtime, services, intake, events } = fakeParts(options)
  const { calm: settings } = await listenerSettings(runtime)
  let transcript = ''
  const wire = new Duplex({
    allowHalfOpen: true,
    read: () => {},
    write: (text, _encoding, done) => {
      transcript += String(text)
      done()
    },
  })
  const socket = Object.assign(wire, { setTimeout: () => socket, destroySoon: () => wire.destroy() }) as unknown as Socket
  const client = unknownClient('127.0.0.1', 1)
  const standing = await standingOf(client, settings, () => {})
  const over = new Promise<void>((resolve) => {
    const begun = { client, server: { address: '127.0.0.1', port: 25 }, settings, standing }
    const session = new SmtpSession('S1', begun, { runtime, services, intake })
    new Dialog(socket, session, () => resolve()).start()
  })
  for (const chunk of chunks) {
    if (wire.destroyed) break
    wire.push(chunk)
    await new Promise(setImmediate)
  }
  if (!wire.destroyed) wire.push(null)
  await over
  await new Promise(setImmediate)
  return { transcript, taken: intake.taken, events }
}

/** A client that sends bytes and gathers what comes back. */
export class TestClient {
  readonly socket: Socket
  #received = ''
  #hasEnded = false
  #wake: (() => void) | undefined

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.socket.setEncoding('utf8')
    const wake = () => this.#wake?.()
    this.socket.on('data', (text: string) => {
      this.#received += text
      wake()
    })
    this.socket.on('error', () => {})
    for (const end of ['end', 'close'] as const) {
      this.socket.on(end, () => {
        this.#hasEnded = true
        wake()
      })
    }
  }

  /** The next reply, its lines joined by `|`; `<closed>` at the end of the connection. */
  async reply(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.#received)?.[0]
      if (whole !== undefined) {
        this.#received = this.#received.slice(whole.length)
        return whole.trimEnd().replaceAll('\r\n', '|')
      }
      if (this.#hasEnded) return '<closed>'
      await this.#more()
    }
  }

  /** Sends bytes (one for each character) and waits for a reply. */
  say(line: string): Promise<string> {
    this.send(`${line}\r\n`)
    return this.reply()
  }

  send(bytes: string): void {
    if (!this.#hasEnded) this.socket.write(Buffer.from(bytes, 'latin1'))
  }

  /** All that comes until the server hangs up. */
  async rest(): Promise<string> {
    while (!this.#hasEnded) await this.#more()
    const rest = this.#received
    this.#received = ''
    return rest
  }

  close(): void {
    this.socket.destroy()
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** A client that has read the greeting. */
export async function greeted(server: TestServer): Promise<TestClient> {
  const client = new TestClient(server.port)
  await client.reply()
  return client
}
