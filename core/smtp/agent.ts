/**
 * The SMTP and LMTP delivery agents: takes a job over idle connections, next hops, their hosts, and fall-back relays until
 * every recipient has an outcome.
 */
import type { Services, TransportRuntime } from '../generation.ts'
import type { NoticeRequest } from '../hooks.ts'
import { shaped } from '../hooks.ts'
import { openHostsFile } from '../net/hosts.ts'
import { portsByName } from '../net/ports.ts'
import { Roster } from '../roster.ts'
import { dial } from './connect.ts'
import { Delivery, type DeliveryContext, type Settle } from './delivery.ts'
import { loopingRecipients, withFlags } from './flags.ts'
import { FLAVOURS } from './flavour.ts'
import type { Destination, Host } from './hooked.ts'
import { findHosts, type HostFinder } from './hosts.ts'
import { type ServerLists, serverLists } from './lists.ts'
import { type NextHop, type NextHopRules, parseNextHops } from './nexthop.ts'
import { ownAddresses } from './own-addresses.ts'
import { type Settings, settingsOf } from './parameters.ts'
import type { SessionContext } from './place.ts'
import { ConnectionPool } from './pool.ts'
import { Session } from './session.ts'
import { isNoticed } from './transcript.ts'
import { configurationProblem, INTERNAL, STOPPING, type Trouble, UNAVAILABLE } from './trouble.ts'
import type { DeliveryAgent, DeliveryJob } from './types.ts'

/** Next hops that are remembered in parsed form. */
const MOST_ROUTES = 1000

/** Makes the agent of a transport whose agent is `smtp` or `lmtp`. @throws ParameterError */
export function createSmtpAgent(runtime: TransportRuntime, services: Services): DeliveryAgent {
  return new SmtpAgent(runtime, services)
}

/** A next hop, parsed. */
interface Way {
  readonly destination: Destination
  /** First those of the next hop, then the fall-back relays. */
  readonly hops: readonly NextHop[]
  readonly own: number
}

class SmtpAgent implements DeliveryAgent {
  readonly #settings: Settings
  readonly #rules: NextHopRules
  readonly #runtime: TransportRuntime
  readonly #services: Services
  readonly #finder: HostFinder
  readonly #session: SessionContext
  readonly #context: DeliveryContext
  readonly #pool: ConnectionPool<Session>
  readonly #ways = new Map<string, Way>()
  readonly #running = new Roster<Delivery>()
  readonly #signals = new WeakSet<AbortSignal>()
  #lists: ServerLists | undefined

  constructor(runtime: TransportRuntime, services: Services) {
    const { hooks, scope, config } = runtime
    const { clock } = services
    this.#runtime = runtime
    this.#services = services
    const flavour = config.agent === 'lmtp' ? FLAVOURS.lmtp : FLAVOURS.smtp
    this.#settings = settingsOf(scope, flavour.agent)
    const { tcp_port: defaultPort, known_tcp_ports, enable_idna2003_compatibility } = this.#settings
    this.#rules = { flavour, defaultPort, ports: portsByName(known_tcp_ports), idna2003: enable_idna2003_compatibility }
    this.#pool = new ConnectionPool(this.#settings)
    const file = openHostsFile('/etc/hosts', () => clock.now())
    const native = (name: string): readonly string[] => file.addresses(name)
    const isOwn = ownAddresses(this.#settings, () => clock.now(), native)
    const dns = runtime.dns ?? services.dns
    this.#finder = { dns, native, isOwn, settings: this.#settings, random: () => services.random() }
    const notify = isNoticed(scope) ? (notice: NoticeRequest) => services.notify?.(notice) : undefined
    this.#session = { flavour, settings: this.#settings, hooks, clock, pool: this.#pool, notify }
    this.#context = {
      hooks,
      softBounce: this.#settings.soft_bounce,
      assumesFinal: this.#settings.assume_final,
      emit: (event) => services.emit(event),
      now: () => clock.now(),
    }
  }

  async deliver(given: DeliveryJob, settle: Settle): Promise<void> {
    const { flags = '' } = this.#runtime.config
    const job = flags === '' ? given : await this.#flagged(given, flags, settle)
    if (job.recipients.length === 0) return
    const way = this.#way(job.route.nexthop, job.route.transport)
    const delivery = new Delivery(job, way.destination, settle, this.#context)
    this.#watch(delivery)
    this.#running.add(delivery)
    delivery.isSteady = this.#pool.begin(way.destination.nexthop)
    try {
      this.#lists ??= await serverLists(this.#runtime)
      const isListed = this.#lists.isKept(way.destination.domain)
      delivery.isListed = typeof isListed === 'boolean' ? isListed : await isListed
      await this.#overIdle(delivery)
      if (delivery.open.size > 0) await this.#overHops(delivery, way)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#services.emit({ type: 'fault', where: `transport ${job.route.transport}`, message })
      delivery.giveUp(INTERNAL)
    } finally {
      this.#pool.end(way.destination.nexthop, job.more())
      this.#running.delete(delivery)
    }
  }

  /** The job as the flags of the transport have it, without recipients that the message has already been at. */
  async #flagged(job: DeliveryJob, flags: string, settle: Settle): Promise<DeliveryJob> {
    const { agent } = this.#runtime.config
    const looping = await loopingRecipients(job, flags)
    const now = this.#context.now()
    for (const index of looping) {
      const reason = `mail forwarding loop for ${job.message.envelope.recipients[index]?.address}`
      settle(index, { kind: 'bounced', relay: agent, status: '5.4.6', reason }, { started: now, connected: now, finished: now })
    }
    const recipients = job.recipients.filter((index) => !looping.includes(index))
    return withFlags({ ...job, recipients }, flags)
  }

  close(): Promise<void> {
    this.#pool.close()
    return Promise.resolve()
  }

  #way(nexthop: string, transport: string): Way {
    const key = `${transport} ${nexthop}`
    const known = this.#ways.get(key)
    if (known !== undefined) return known
    const own = parseNextHops(nexthop, this.#rules)
    const [first] = own
    const domain = first?.kind === 'inet' ? first.name : nexthop
    // A socket is on this machine: no other server can stand in for it.
    const relays =
      first?.kind === 'unix' ? [] : this.#settings.fallback_relay.flatMap((relay) => parseNextHops(relay, this.#rules))
    const way = { destination: { transport, nexthop, domain }, hops: [...own, ...relays], own: own.length }
    if (this.#ways.size >= MOST_ROUTES) this.#ways.clear()
    this.#ways.set(key, way)
    return way
  }

  /** One listener for each signal, not for each job. */
  #watch(delivery: Delivery): void {
    const { signal } = delivery.job
    if (signal.aborted) delivery.isStopping = true
    if (this.#signals.has(signal) || signal.aborted) return
    this.#signals.add(signal)
    const stop = (): void => {
      for (const running of this.#running) {
        if (running.job.signal !== signal) continue
        running.isStopping = true
        running.abandon?.()
      }
    }
    signal.addEventListener('abort', stop, { once: true })
  }

  /** Over a connection that waits for mail. One that has died meanwhile is no failure: the next is tried. */
  async #overIdle(delivery: Delivery): Promise<void> {
    const { nexthop } = delivery.destination
    if (!this.#pool.serves(nexthop, delivery.isListed, delivery.isSteady)) return
    while (!delivery.isStopping) {
      const session = this.#pool.take(nexthop)
      if (session === undefined) return
      delivery.connected(session.uses)
      delivery.isFinal = session.isOnly
      const outcome = await session.transfer(delivery)
      delivery.isFinal = false
      if (outcome === 'done') return
    }
  }

  async #overHops(delivery: Delivery, way: Way): Promise<void> {
    let { hops } = way
    for (let i = 0; i < hops.length && delivery.open.size > 0 && !delivery.isStopping; i++) {
      const hop = hops[i]
      if (hop === undefined) break
      const { hosts, trouble, isBackup, warnings } = await findHosts(hop, this.#finder)
      for (const warning of warnings) delivery.tell(`warning: ${warning}`)
      if (trouble?.status === '5.4.6' && (await this.#passOn(delivery))) return
      if (trouble !== undefined) delivery.why = trouble
      // A loop would not end at a fall-back relay: it would only get longer.
      if (trouble?.status === '5.4.6') break
      if (isBackup) hops = hops.slice(0, Math.max(way.own, i + 1))
      const shaping = shaped(this.#runtime.hooks['smtp.hosts'], hosts, delivery.destination)
      const shapedHosts = shaping instanceof Promise ? await shaping : shaping
      await this.#overHosts(delivery, shapedHosts, { isLast: i === hops.length - 1, isSole: hops.length === 1 })
      if (i >= way.own && delivery.why !== undefined) delivery.why = configurationProblem(delivery.why)
    }
    this.#finish(delivery, way)
  }

  /** best_mx_transport: mail that we are the best MX host of goes on there, one recipient after the other. */
  async #passOn(delivery: Delivery): Promise<boolean> {
    const { best_mx_transport } = this.#settings
    const { job, destination, open } = delivery
    if (best_mx_transport === '' || job.pass === undefined) return false
    const [, transport = '', nexthop] = /^([^:]*):?(.*)$/.exec(best_mx_transport) ?? []
    for (const recipient of [...open]) {
      delivery.tell(`passing <${job.message.envelope.recipients[recipient]?.address}> to transport=${transport}`, true)
      await job.pass({ transport, nexthop: nexthop || destination.nexthop }, recipient)
      open.delete(recipient)
    }
    return true
  }

  /** Those that are left: the last reason stands, but mistakes of the operator are no reason to bounce. */
  #finish(delivery: Delivery, way: Way): void {
    if (delivery.open.size === 0) return
    if (delivery.isStopping) delivery.giveUp(STOPPING)
    else delivery.giveUp(this.#lastReason(delivery, way))
  }

  #lastReason({ why, destination }: Delivery, { hops }: Way): Trouble {
    if (why === undefined) return UNAVAILABLE
    if (hops[0]?.text !== this.#settings.relayhost || why.status.startsWith('4')) return why
    this.#services.emit({ type: 'warning', where: destination.transport, message: 'relayhost configuration problem' })
    return configurationProblem(why)
  }

  /** @param hop the last of the next hops; the only one */
  async #overHosts(delivery: Delivery, hosts: readonly Host[], hop: { isLast: boolean; isSole: boolean }): Promise<void> {
    const { mx_address_limit, mx_session_limit } = this.#settings
    const tried = mx_address_limit > 0 ? hosts.slice(0, mx_address_limit) : hosts
    const best = Math.min(...hosts.map(({ preference }) => preference))
    let sessions = 0
    for (const [i, host] of tried.entries()) {
      if (delivery.open.size === 0 || delivery.isStopping) return
      const mayBeLast = i === tried.length - 1 || (mx_session_limit > 0 && sessions + 1 >= mx_session_limit)
      const isOnly = hop.isSole && tried.length === 1
      const session = await this.#connect(delivery, host, { isBest: host.preference === best, isOnly })
      if (session === undefined) continue
      // Troubles of the greeting do not count as sessions, and so do not end the search before its time.
      delivery.isFinal = hop.isLast && i === tried.length - 1
      const trouble = await session.greet(delivery)
      if (trouble !== undefined) delivery.fail(trouble, delivery.open, host)
      else {
        sessions++
        delivery.isFinal = hop.isLast && mayBeLast
        delivery.connected(0)
        await session.transfer(delivery)
        if (mayBeLast) break
      }
    }
    delivery.isFinal = false
  }

  async #connect(delivery: Delivery, host: Host, more: { isBest: boolean; isOnly: boolean }): Promise<Session | undefined> {
    const { destination } = delivery
    const lists = this.#lists ?? (await serverLists(this.#runtime))
    const isWatched = lists.isWatched !== undefined && (await lists.isWatched(host))
    const connected = await dial(host, { hooks: this.#runtime.hooks, settings: this.#settings, destination })
    const place = { destination, host, lists, isWatched, ...more }
    if ('socket' in connected) return new Session(connected.socket, place, this.#session)
    delivery.why = connected.trouble
    // A socket's trouble is said with the outcome alone.
    if (host.family !== 'unix') delivery.tell(connected.trouble.reason)
    return undefined
  }
}
