/**
 * Address verification probes: a message that goes through routing and a delivery agent up to RCPT, and delivers nothing.
 * It never touches the spool and is never bounced; it keeps to the concurrency of its destination like mail. Postfix: the
 * queue's side of verify(8).
 */
import type { Generation, Services } from '../generation.ts'
import { probeSenderOf } from '../probe-sender.ts'
import type { Leases } from '../queue/manager-types.ts'
import { transportLimits } from '../queue/parameters.ts'
import type { Envelope, QueuedMessage, QueueId, Recipient } from '../queue/types.ts'
import type { DeliveryAgent, Outcome, Route } from '../smtp/types.ts'
import { emptyContent } from './content.ts'
import { VERIFY_PARAMETERS } from './parameters.ts'
import { Turns } from './turns.ts'

export interface ProberOptions {
  readonly services: Services
  readonly leases: Leases
  readonly current: () => Generation
  /** Where probes go: as mail, but for the address_verify_* parameters of routing. */
  readonly route: (envelope: Envelope, recipient: Recipient) => Route | Promise<Route>
  readonly agentFor: (transport: string) => DeliveryAgent | undefined
  /** What mail for an address would be sent to: aliases are not asked about themselves. Absent: the address. */
  readonly rewritten?: (address: string) => Promise<readonly string[]>
  readonly newId: () => QueueId
}

export class Prober {
  readonly #options: ProberOptions
  readonly #turns: Turns
  readonly #stop = new AbortController()
  /** By address: nobody is asked twice at once. */
  readonly #running = new Map<string, Promise<Outcome>>()

  constructor(options: ProberOptions) {
    this.#options = options
    this.#turns = new Turns(options.leases)
  }

  /** Would mail for this address be taken? Rejects when the process ends meanwhile; all else that goes wrong is an outcome. */
  probe(address: string): Promise<Outcome> {
    const running = this.#running.get(address)
    if (running !== undefined) return running
    const { scope } = this.#options.current()
    if (this.#running.size >= scope.values(VERIFY_PARAMETERS).address_verify_pending_request_limit)
      return Promise.resolve(TOO_MANY)
    const probing = this.#probe(address).finally(() => this.#running.delete(address))
    this.#running.set(address, probing)
    return probing
  }

  /** Probes under way end without an answer. */
  stop(): void {
    this.#stop.abort()
    this.#turns.stop()
  }

  /** Of several addresses in place of one, any that takes mail is enough. */
  async #probe(address: string): Promise<Outcome> {
    let refused: Outcome | undefined
    try {
      for (const each of (await this.#options.rewritten?.(address)) ?? [address]) {
        const outcome = await this.#ask(this.#message(each, address))
        if (outcome.kind === 'sent') return outcome
        refused ??= outcome
      }
    } catch (error) {
      if (this.#stop.signal.aborted) throw error
    }
    return refused ?? NOT_REWRITTEN
  }

  async #ask(message: QueuedMessage): Promise<Outcome> {
    const { services } = this.#options
    const { envelope } = message
    const told = (outcome: Outcome, transport: string, times = instant(services.clock.now())): Outcome => {
      services.emit({ type: 'delivery', envelope, recipient: 0, transport, outcome, times, due: envelope.arrived })
      return outcome
    }
    let transport = 'error'
    try {
      const route = await this.#options.route(envelope, envelope.recipients[0] as Recipient)
      transport = route.transport
      const { failure } = route
      if (failure !== undefined) {
        const kind = failure.status.startsWith('5') ? 'bounced' : 'deferred'
        return told({ kind, relay: 'none', ...failure }, transport)
      }
      return await this.#inTurn(message, route, told)
    } catch (error) {
      if (this.#stop.signal.aborted) throw error
      const reason = (error instanceof Error ? error.message : String(error)).replace(/[\r\n\0]+/g, ' ')
      return told({ kind: 'deferred', status: '4.3.0', reason, relay: 'none' }, transport)
    }
  }

  /** Waits for room at the destination, and delivers nothing there. */
  async #inTurn(
    message: QueuedMessage,
    route: Route,
    told: (outcome: Outcome, transport: string, times: Parameters<Settle>[2]) => Outcome,
  ): Promise<Outcome> {
    const { transport, nexthop } = route
    const { concurrency, recipients } = transportLimits(this.#options.current(), transport)
    // As in the queue: with a recipient limit of 1, concurrency is counted for each recipient.
    const key = `${transport}:${recipients === 1 ? message.envelope.recipients[0]?.address : nexthop}`
    const leave = await this.#turns.enter(key, concurrency)
    try {
      const agent = this.#options.agentFor(transport)
      if (agent === undefined) throw new Error('mail transport unavailable')
      let outcome: Outcome | undefined
      const settle: Settle = (_index, said, times) => {
        outcome ??= told(said, transport, times)
      }
      const due = message.envelope.arrived
      const job = { message, route, recipients: [0], due, more: () => false, signal: this.#stop.signal }
      await agent.deliver(job, settle)
      if (this.#stop.signal.aborted && outcome?.kind !== 'sent') throw new Error('server shutdown')
      if (outcome === undefined) throw new Error('delivery agent gave no result')
      return outcome
    } finally {
      leave()
    }
  }

  #message(address: string, original: string): QueuedMessage {
    const { services, current, newId } = this.#options
    const arrived = services.clock.now()
    const { scope } = current()
    const hostname = scope.text('myhostname') ?? 'localhost'
    const envelope: Envelope = {
      id: newId(),
      arrived,
      sender: probeSenderOf(scope).at(arrived),
      recipients: [{ address, original }],
      origin: {
        listener: 'local',
        clientName: hostname,
        clientAddress: '127.0.0.1',
        clientPort: 0,
        helo: hostname,
        protocol: 'SMTP',
      },
      probe: true,
      ...(isInternational(address) ? { smtputf8: true } : {}),
    }
    return { envelope, content: emptyContent(address) }
  }
}

type Settle = Parameters<DeliveryAgent['deliver']>[1]

const TOO_MANY: Outcome = Object.freeze({
  kind: 'deferred',
  status: '4.3.2',
  reason: 'Too many address verification requests',
  relay: 'none',
})

const NOT_REWRITTEN: Outcome = Object.freeze({
  kind: 'deferred',
  status: '4.3.0',
  reason: 'temporary failure of address rewriting',
  relay: 'none',
})

const instant = (now: number) => ({ started: now, connected: now, finished: now })

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is looked for
const isInternational = (address: string): boolean => /[^\x00-\x7f]/.test(address)
