/** Deliveries for tests: a queued message from its text, a transport around an agent, and what became of each recipient. */
import { createMatchList } from '../../core/access/index.ts'
import { scopeOf } from '../../core/config/scope.ts'
import type { TransportConfig } from '../../core/config/types.ts'
import type { Event } from '../../core/events.ts'
import type { Services, TransportRuntime } from '../../core/generation.ts'
import { createHooks, type Hooks } from '../../core/hooks.ts'
import { createTables } from '../../core/lookup/index.ts'
import type { Table } from '../../core/lookup/table.ts'
import { scanFacts } from '../../core/message/facts.ts'
import { createResolver } from '../../core/net/resolver.ts'
import type { Resolver } from '../../core/net/types.ts'
import { type Declared, text } from '../../core/parameters.ts'
import type { Clock } from '../../core/plugin.ts'
import type { ContentFacts, Envelope, QueuedMessage, Recipient } from '../../core/queue/types.ts'
import { createSmtpAgent } from '../../core/smtp/agent.ts'
import { CLIENT_PARAMETERS, LMTP_PARAMETERS, SMTP_PARAMETERS } from '../../core/smtp/parameters.ts'
import type { DeliveryAgent, DeliveryTimes, Outcome, Route } from '../../core/smtp/types.ts'
import { fakeTable } from './table.ts'

/** What a test cares about in a message. */
export interface MessageSketch extends Partial<Omit<Envelope, 'recipients'>> {
  readonly to?: readonly (string | Recipient)[]
  /** Line ends may be LF. */
  readonly text?: string
  readonly content?: Buffer
  /** Hand content out asynchronously, in pieces of so many bytes. */
  readonly piece?: number
  readonly facts?: Partial<ContentFacts>
}

/** A message in the queue. */
export function aQueuedMessage(sketch: MessageSketch = {}): QueuedMessage {
  const { to = ['u@a.test'], text: source = 'Subject: x\n\nhello\n', content, piece, facts: more, ...envelope } = sketch
  const bytes = content ?? Buffer.from(source.replaceAll(/\r?\n/g, '\r\n'), 'utf8')
  const facts = { ...scanFacts([bytes]), ...more }
  const end = bytes.indexOf('\r\n\r\n')
  const head = end < 0 ? bytes : bytes.subarray(0, end + 4)
  return {
    envelope: {
      id: '3f8K2c1zQWz1',
      arrived: Date.UTC(2026, 0, 1),
      sender: 's@sender.test',
      recipients: to.map((each) => (typeof each === 'string' ? { address: each, original: each } : each)),
      origin: { listener: 'smtp', clientName: 'c', clientAddress: '192.0.2.1', clientPort: 1, helo: 'c', protocol: 'ESMTP' },
      ...envelope,
    },
    content: {
      facts,
      head: async () => head,
      chunks: () => (piece === undefined ? [head, bytes.subarray(head.length)] : later(bytes, piece)),
      stream: () => {
        throw new Error('not used')
      },
    },
  }
}

async function* later(bytes: Buffer, piece: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
}

/** A transport around a client agent. */
export interface TransportSketch {
  readonly agent?: 'smtp' | 'lmtp'
  /** As in a configuration. Times may be given in milliseconds under `limits`. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly dns?: Resolver
  readonly clock?: Clock
  readonly random?: () => number
  /** Entries of tables by `type:name`; others are opened for real. */
  readonly tables?: Readonly<Record<string, Readonly<Record<string, string | Error>>>>
  /** Hears what the postmaster is told. */
  readonly notify?: NonNullable<Services['notify']>
  readonly tap?: (hooks: Hooks) => void
}

export interface TestTransport {
  readonly agent: DeliveryAgent
  readonly events: Event[]
  /** Log lines of the peer. */
  readonly log: () => readonly string[]
  /** Delivers and says what became of each recipient: `bounced 5.1.1 reason`. */
  deliver(message: QueuedMessage, nexthop: string, more?: JobSketch): Promise<readonly Outcome[]>
}

export interface JobSketch {
  readonly recipients?: readonly number[]
  readonly more?: boolean
  readonly signal?: AbortSignal
  readonly settled?: (recipient: number, outcome: Outcome, times: DeliveryTimes) => void
  /** What another transport makes of a recipient that is passed on to it. */
  readonly pass?: (route: Route, recipient: number) => Outcome
}

/** Parameters of other rooms that the client looks at. */
const AROUND: Declared = {
  owner: 'test',
  declarations: {
    myhostname: text('gw.example.test', ''),
    inet_interfaces: text('192.0.2.1', ''),
    proxy_interfaces: text('', ''),
    inet_protocols: text('all', ''),
    soft_bounce: text('no', ''),
    relayhost: text('', ''),
    debug_peer_list: text('', ''),
    debug_peer_level: text('2', ''),
    mime_nesting_limit: text('100', ''),
    mime_boundary_length_limit: text('2048', ''),
  },
}

/** An SMTP or LMTP agent as a worker would make it. */
export function aTransport(sketch: TransportSketch = {}): TestTransport {
  const { agent: kind = 'smtp', parameters = {}, tap } = sketch
  const events: Event[] = []
  const hooks = createHooks(
    (step, hook, error) => events.push({ type: 'fault', where: `${step} ${hook}`, message: String(error) }),
    () => undefined,
  )
  tap?.(hooks)
  const scope = scopeOf(
    { myhostname: 'gw.example.test', ...parameters },
    AROUND,
    SMTP_PARAMETERS,
    LMTP_PARAMETERS,
    CLIENT_PARAMETERS,
  )
  const config: TransportConfig = { name: kind, agent: kind, parameters: {}, pipeline: {} }
  const open = tablesOf(sketch)
  const matchList: TransportRuntime['matchList'] = (list, { parent = false } = {}) =>
    createMatchList(list, { openTable: open, parent })
  const runtime: TransportRuntime = { config, scope, hooks, tables: { open }, matchList }
  const agent = createSmtpAgent(runtime, servicesOf(sketch, events))
  return {
    agent,
    events,
    log: () => events.flatMap((event) => (event.type === 'peer' ? [event.message] : [])),
    async deliver(message, nexthop, more = {}) {
      const outcomes: Outcome[] = []
      const recipients = more.recipients ?? message.envelope.recipients.map((_, i) => i)
      const job = {
        message,
        recipients,
        route: { transport: kind, nexthop },
        due: Date.now(),
        more: () => more.more ?? false,
        signal: more.signal ?? new AbortController().signal,
      }
      const settle = (recipient: number, outcome: Outcome, times?: DeliveryTimes): void => {
        if (outcomes[recipient] !== undefined) throw new Error(`recipient ${recipient} was settled twice`)
        outcomes[recipient] = outcome
        if (times !== undefined) more.settled?.(recipient, outcome, times)
      }
      const given = more.pass
      const pass = async (route: Route, recipient: number): Promise<void> =>
        given === undefined ? undefined : settle(recipient, given(route, recipient))
      await agent.deliver(given === undefined ? job : { ...job, pass }, settle)
      for (const recipient of recipients)
        if (outcomes[recipient] === undefined) throw new Error(`recipient ${recipient} was lost`)
      return outcomes
    },
  }
}

function tablesOf({ tables = {} }: TransportSketch): (spec: string) => Promise<Table> {
  const real = createTables({ baseDirectory: process.cwd() })
  return async (spec) => (tables[spec] === undefined ? real.open(spec) : fakeTable(tables[spec], { spec }))
}

function servicesOf({ dns, clock, random, notify }: TransportSketch, events: Event[]): Services {
  const quiet = (): void => undefined
  return {
    dns: dns ?? createResolver({ servers: ['127.0.0.1:1'], timeoutMs: 50, attempts: 1 }),
    clock: clock ?? {
      now: () => Date.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    },
    log: { debug: quiet, info: quiet, warn: quiet },
    emit: (event) => void events.push(event),
    random: random ?? (() => 0.5),
    ...(notify === undefined ? {} : { notify }),
  }
}

/** An outcome in one line: `bounced 5.1.1 host mx[192.0.2.1] said: ...`. */
export function wordsOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  return `${outcome.kind} ${outcome.status} ${outcome.kind === 'sent' ? outcome.text : outcome.reason}`
}
