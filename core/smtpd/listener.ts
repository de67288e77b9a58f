/** Listens on one address and port, and keeps account of the sessions there. */
import { createServer, type Server, type Socket } from 'node:net'
import type { Intake } from '../cleanup/types.ts'
import type { Client } from '../facts.ts'
import type { Generation, ListenerRuntime, Services } from '../generation.ts'
import { type HostsFile, openHostsFile } from '../net/hosts.ts'
import { identifyClient, unknownClient } from './client.ts'
import { Dialog } from './dialog.ts'
import { SmtpSession } from './session.ts'
import { type Settings, settingsOf } from './settings.ts'

export interface ListenerDeps {
  /** The configuration that new sessions get. */
  current(): Generation
  /** Which listener of it this is. */
  readonly name: string
  readonly services: Services
  readonly intake: Intake
  /** ETRN: starts delivery of the mail for a site; false: that is not done for this site. */
  readonly flushSite?: (site: string) => Promise<boolean>
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
  readonly #dialogs = new Set<Dialog>()
  /** Sessions begun, for their ids. */
  #count = 0
  readonly #prefix: string
  /** Sockets of clients that are being looked up. */
  readonly #arriving = new Set<Socket>()
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
        resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : port })
      })
    })
  }

  async close(graceMs: number): Promise<void> {
    this.#server.close()
    for (const dialog of [...this.#dialogs]) dialog.drain()
    for (const socket of this.#arriving) socket.destroy()
    const isEmpty = await this.#emptied(graceMs)
    if (isEmpty) return
    for (const dialog of [...this.#dialogs]) dialog.destroy()
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
    const client = unknownClient(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    const settings = this.#settings(runtime)
    if (settings === undefined) {
      socket.destroy()
      return
    }
    generation.retain()
    if (!settings.smtpd_peername_lookup) return this.#begin(socket, client, generation, runtime)
    this.#identify(socket, client, generation, runtime)
  }

  /** Looks the client's name up, and meanwhile hears what it says too early and whether it goes away. */
  #identify(socket: Socket, client: Client, generation: Generation, runtime: ListenerRuntime): undefined {
    // What comes before the greeting is looked at then (smtpd_forbid_unauth_pipelining).
    let early: Buffer | undefined
    const hear = (chunk: Buffer | string): void => {
      early = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      socket.pause()
    }
    const leave = (): void => {
      if (!this.#arriving.delete(socket)) return
      generation.release()
      this.#empty()
    }
    socket.on('error', ignore).once('data', hear).once('close', leave)
    this.#arriving.add(socket)
    const begin = (known: Client): void => {
      socket.off('error', ignore).off('data', hear).off('close', leave)
      if (this.#arriving.delete(socket)) this.#begin(socket, known, generation, runtime, early)
    }
    identifyClient(client, this.#deps.services.dns, this.#hosts).then(begin, (error) => {
      this.#fault(error)
      begin(client)
    })
  }

  #begin(socket: Socket, client: Client, generation: Generation, runtime: ListenerRuntime, early?: Buffer): undefined {
    const { services, intake, flushSite } = this.#deps
    const id = `${this.#prefix}${(this.#count++).toString(36)}`
    const server = { address: unknownClient(socket.localAddress ?? '', 0).address, port: socket.localPort ?? 0 }
    const session = new SmtpSession(id, client, server, { runtime, services, intake, flushSite })
    const dialog = new Dialog(socket, session, (gone) => {
      this.#dialogs.delete(gone)
      generation.release()
      this.#empty()
    })
    this.#dialogs.add(dialog)
    dialog.start(early)
    if (early !== undefined) socket.resume()
  }

  /** Undefined when a value does not fit, which the check of the configuration should have told. */
  #settings(runtime: ListenerRuntime): Settings | undefined {
    try {
      return settingsOf(runtime)
    } catch (error) {
      this.#fault(error)
      return undefined
    }
  }

  #empty(): undefined {
    if (this.connections === 0) this.#whenEmpty?.()
  }

  #fault(error: unknown): undefined {
    const message = error instanceof Error ? error.message : String(error)
    this.#deps.services.emit({ type: 'fault', where: 'smtpd', message })
  }
}

function ignore(): undefined {}
