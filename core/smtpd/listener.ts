/** Listens on one address and port, and keeps account of the sessions there. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Intake } from '../cleanup/types.ts'
import type { Generation, ListenerRuntime, Services } from '../generation.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { type HostsFile, openHostsFile } from '../net/hosts.ts'
import { canonicalIp } from '../net/ip.ts'
import { REPLIES, replies } from '../protocol/reply-text.ts'
import { oneLine, type Reply, renderReply } from '../reply.ts'
import { Roster } from '../roster.ts'
import { Arrival } from './arrival.ts'
import { identifyClient, labelled, unknownClient } from './client.ts'
import { isReply } from './command.ts'
import { connectionLimit } from './descriptors.ts'
import { Dialog } from './dialog.ts'
import { Overload } from './overload.ts'
import { type Begun, SmtpSession } from './session.ts'
import { type ListenerSettings, listenerSettings, readySettings } from './settings.ts'
import { standingOf } from './standing.ts'
import { readUpstream } from './upstream.ts'

export interface ListenerDeps {
  /** The configuration that new sessions get. */
  current(): Generation
  /** Which listener of it this is. */
  readonly name: string
  readonly services: Services
  readonly intake: Intake
  /** ETRN: starts delivery of the mail for a site. */
  readonly flushSite?: (site: string) => Promise<void>
  /** Names of clients before DNS is asked; default: /etc/hosts. */
  readonly hosts?: HostsFile
}

export interface ListenOptions {
  /** Address, or the path of a unix socket. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Several workers listen on the same port. */
  readonly reusePort?: boolean
  readonly backlog?: number
}

export interface Listener {
  /** @throws Error of node:net when the address can not be had */
  listen(options: ListenOptions): Promise<{ port: number }>
  /** Takes no more connections, tells idle sessions to go, and waits for the others so many milliseconds. */
  close(graceMs: number): Promise<void>
  readonly connections: number
}

/** Postfix's default backlog is the system's; Node's 511 is too few for bursts. */
const BACKLOG = 4096
/** Listening on these means all addresses of the machine. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::'])
/** How long (ms) sockets that were destroyed may take to close. */
const LAST_MOMENT = 1000

/** Makes a listener; nothing is bound before `listen`. */
export function createListener(deps: ListenerDeps): Listener {
  return new SmtpListener(deps)
}

class SmtpListener implements Listener {
  readonly #deps: ListenerDeps
  readonly #server: Server
  readonly #hosts: HostsFile
  readonly #dialogs = new Roster<Dialog>()
  /** Sessions begun, for their ids. */
  #count = 0
  readonly #prefix: string
  /** Clients that are being looked up. */
  readonly #arriving = new Roster<Arrival>()
  readonly #overload = new Overload()
  /** Our end of all connections, where one address is listened on: no question to the system for each. */
  #bound: { readonly address: string; readonly port: number } | undefined
  #whenEmpty: (() => void) | undefined

  constructor(deps: ListenerDeps) {
    this.#deps = deps
    this.#hosts = deps.hosts ?? openHostsFile()
    this.#prefix = `${Date.now().toString(36)}${process.pid.toString(36)}.`
    // The client may end its side before it has our replies.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  }

  get connections(): number {
    return this.#dialogs.size + this.#arriving.size
  }

  listen({ host, port, reusePort = false, backlog = BACKLOG }: ListenOptions): Promise<{ port: number }> {
    const where = host.startsWith('/') ? { path: host } : { host, port, reusePort }
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ ...where, backlog }, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => this.#fault(error))
        const bound = this.#server.address()
        if (typeof bound !== 'object' || bound === null) return resolve({ port })
        if (!WILDCARDS.has(bound.address)) this.#bound = { address: canonicalIp(bound.address), port: bound.port }
        resolve({ port: bound.port })
      })
    })
  }

  async close(graceMs: number): Promise<void> {
    this.#server.close()
    for (const dialog of this.#dialogs) dialog.drain()
    for (const arrival of this.#arriving) arrival.destroy()
    const isEmpty = await this.#emptied(graceMs)
    if (isEmpty) return
    for (const dialog of this.#dialogs) dialog.destroy()
    await this.#emptied(LAST_MOMENT)
  }

  /** Resolves when no session is left (true), or after so many milliseconds. */
  #emptied(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.connections === 0), milliseconds)
      this.#whenEmpty = () => {
        clearTimeout(timer)
        resolve(true)
      }
      this.#empty()
    })
  }

  #accept(socket: Socket): undefined {
    const generation = this.#deps.current()
    const runtime = generation.listeners.get(this.#deps.name)
    if (runtime === undefined) {
      socket.destroy()
      return
    }
    generation.retain()
    const arrival: Arrival = new Arrival(socket, () => this.#left(arrival, generation))
    this.#arriving.add(arrival)
    // Made at start; a promise only where nobody did that.
    const settings = readySettings(runtime)
    const received =
      settings === undefined
        ? listenerSettings(runtime).then((made) => this.#receive(socket, arrival, runtime, made))
        : this.#receive(socket, arrival, runtime, settings)
    const begin = (begun: Begun | Reply): undefined => {
      if (arrival.isGone) return
      arrival.leave()
      this.#arriving.delete(arrival)
      this.#begin(socket, arrival, begun, generation, runtime)
    }
    if (received instanceof Promise)
      received.then(begin).catch((error) => {
        this.#fault(error)
        socket.destroy()
      })
    else begin(received)
  }

  /** A client that went away before its session. */
  #left(arrival: Arrival, generation: Generation): undefined {
    if (!this.#arriving.delete(arrival)) return
    generation.release()
    this.#empty()
  }

  /** Finds out who the client is and what it may do; or what it is told instead. */
  #receive(
    socket: Socket,
    arrival: Arrival,
    runtime: ListenerRuntime,
    { calm, stressed }: ListenerSettings,
  ): MaybePromise<Begun | Reply> {
    const limit = connectionLimit(calm.smtpd_connection_limit)
    if (this.#overload.update(this.connections, limit)) this.#tellOverload(runtime)
    const settings = this.#overload.isStressed ? stressed : calm
    if (limit > 0 && this.connections > limit) return REPLIES.tooBusy
    const server = this.#bound ?? { address: canonicalIp(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
    const ends = { client: unknownClient(socket.remoteAddress ?? '', socket.remotePort ?? 0), server, settings }
    if (settings.smtpd_upstream_proxy_protocol === '') return this.#identify(ends)
    return readUpstream(arrival, settings.smtpd_upstream_proxy_timeout).then((upstream) => {
      if ('error' in upstream) {
        this.#deps.services.emit({ type: 'warning', where: 'smtpd', message: upstream.error })
        return replies.localError(settings.myhostname)
      }
      const told = upstream.ends
      if (told === undefined) return this.#identify(ends)
      const client = unknownClient(told.client.address, told.client.port)
      return this.#identify({ client, server: { ...told.server, address: canonicalIp(told.server.address) }, settings })
    })
  }

  /** Looks the client's name up, and what it may do. */
  #identify(ends: Omit<Begun, 'standing'>): MaybePromise<Begun> {
    const warn = (message: string): void =>
      this.#deps.services.emit({ type: 'warning', where: 'smtpd', message: oneLine(message) })
    const known = ends.settings.smtpd_peername_lookup
      ? identifyClient(ends.client, this.#deps.services.dns, this.#hosts)
      : ends.client
    return chain(known, (found) => {
      const client = labelled(found, ends.settings.smtpd_client_port_logging)
      return chain(standingOf(client, ends.settings, warn), (standing) => {
        const begun = { ...ends, client, standing }
        return ends.settings.smtpd_forbid_unauth_pipelining ? nextInput().then(() => begun) : begun
      })
    })
  }

  #begin(socket: Socket, arrival: Arrival, begun: Begun | Reply, generation: Generation, runtime: ListenerRuntime): undefined {
    if (isReply(begun)) {
      generation.release()
      socket.on('error', ignore).end(renderReply(begun))
      socket.destroySoon()
      this.#empty()
      return
    }
    const { services, intake, flushSite } = this.#deps
    const id = `${this.#prefix}${(this.#count++).toString(36)}`
    const session = new SmtpSession(id, begun, { runtime, services, intake, flushSite })
    const dialog = new Dialog(socket, session, (gone) => {
      this.#dialogs.delete(gone)
      generation.release()
      this.#empty()
    })
    this.#dialogs.add(dialog)
    dialog.start(arrival.early)
    if (arrival.early !== undefined) socket.resume()
    if (arrival.hasEnded) dialog.ended()
  }

  #tellOverload({ config }: ListenerRuntime): undefined {
    const state = this.#overload.isStressed ? 'is overloaded (stress=yes)' : 'is no longer overloaded'
    const message = `listener ${config.name} ${state}: ${this.connections} connections`
    this.#deps.services.emit({ type: 'warning', where: 'smtpd', message })
  }

  #empty(): undefined {
    if (this.connections === 0) this.#whenEmpty?.()
  }

  #fault(error: unknown): undefined {
    const message = error instanceof Error ? error.message : String(error)
    this.#deps.services.emit({ type: 'fault', where: 'smtpd', message })
  }
}

/**
 * Resolves once what has arrived on new sockets has been read, so that a client that talks before its greeting is caught however fast
 * the greeting is at hand. The first turn ends the round in which the socket came; the second comes after the next reading.
 */
function nextInput(): Promise<void> {
  return new Promise((resolve) => setImmediate(setImmediate, resolve))
}

function ignore(): undefined {}
