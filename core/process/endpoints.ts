/**
 * A worker's listeners. A reload opens the new ones before it is known whether every worker can, and closes the old ones
 * only when all have switched; connections that were taken keep their session.
 */
import type { Configuration, ListenerConfig } from '../config/types.ts'
import { asRoot, isPrivileged } from './privileges.ts'

/** What core/smtpd/listener.ts makes. */
export interface Endpoint {
  listen(where: { host: string; port: number; reusePort?: boolean; backlog?: number }): Promise<{ port: number }>
  close(graceMs: number): Promise<void>
  readonly connections: number
}

/** Makes a listener for a configured name; `isNew` until its generation is the current one. */
export type MakeEndpoint = (config: ListenerConfig) => Endpoint

interface Open {
  readonly config: ListenerConfig
  readonly endpoint: Endpoint
  readonly port: number
}

export class Endpoints {
  #open = new Map<string, Open>()
  /** Listening already, for a configuration that is not yet in force. */
  #prepared: Map<string, Open> | undefined

  /** Opens what the configuration adds. @throws the first failure to listen; nothing new is left open then */
  async prepare(config: Configuration, make: MakeEndpoint, mayBeRoot: boolean): Promise<void> {
    const added = config.listeners.filter((listener) => !this.#open.has(keyOf(listener)))
    const openAll = (some: readonly ListenerConfig[]) => Promise.allSettled(some.map((each) => opening(each, make(each))))
    const needsRoot = (listener: ListenerConfig): boolean => mayBeRoot && isPrivileged(listener.port)
    const privileged = added.filter(needsRoot)
    // One after the other: while root binds its ports, nothing else may be bound by root.
    const opened = [
      ...(privileged.length === 0 ? [] : await asRoot(() => openAll(privileged))),
      ...(await openAll(added.filter((listener) => !needsRoot(listener)))),
    ]
    const prepared = new Map<string, Open>()
    for (const result of opened) if (result.status === 'fulfilled') prepared.set(keyOf(result.value.config), result.value)
    this.#prepared = prepared
    const failure = opened.find((result) => result.status === 'rejected')
    if (failure === undefined) return
    await this.abort()
    throw failure.reason
  }

  /** The prepared ones stay; those that the configuration no longer names stop accepting and end their sessions. */
  commit(config: Configuration, graceMs: number): void {
    const kept = new Set(config.listeners.map(keyOf))
    for (const [key, { endpoint }] of this.#open) {
      if (kept.has(key)) continue
      this.#open.delete(key)
      void endpoint.close(graceMs)
    }
    for (const [key, open] of this.#prepared ?? []) this.#open.set(key, open)
    this.#prepared = undefined
  }

  async abort(): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = undefined
    await Promise.all([...(prepared?.values() ?? [])].map(({ endpoint }) => endpoint.close(0)))
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all([this.abort(), ...[...this.#open.values()].map(({ endpoint }) => endpoint.close(graceMs))])
  }

  get connections(): number {
    let sum = 0
    for (const { endpoint } of this.#open.values()) sum += endpoint.connections
    return sum
  }

  /** `smtp 127.0.0.1:2525` */
  describe(): readonly string[] {
    return [...this.#open.values()].map(({ config, port }) => `${config.name} ${place(config.host, port)}`)
  }
}

/** Ports above the limit are always bound by the unprivileged user: SO_REUSEPORT lets only one user share a port. */
async function opening(config: ListenerConfig, endpoint: Endpoint): Promise<Open> {
  try {
    const { port } = await endpoint.listen({ host: config.host, port: config.port, reusePort: true })
    return { config, endpoint, port }
  } catch (error) {
    throw cannotListen(config, error as NodeJS.ErrnoException)
  }
}

/** The error that tells which listener has no place, and why. */
export function cannotListen(config: ListenerConfig, { code, message }: NodeJS.ErrnoException): Error {
  const reason = code === undefined ? message : (REASONS[code] ?? message)
  const told = new Error(`listener ${config.name}: cannot listen on ${place(config.host, config.port)}: ${reason}`)
  return Object.assign(told, { code })
}

const REASONS: Readonly<Record<string, string>> = Object.freeze({
  EADDRINUSE: 'another program listens there',
  EACCES: 'only root may use this port',
  EADDRNOTAVAIL: 'this machine does not have this address',
})

/** A listener that begins to speak another kind of protocol is another one. */
function keyOf({ name, host, port, protocol }: ListenerConfig): string {
  return `${name} ${host} ${port}${protocol === 'policy' ? ' policy' : ''}`
}

function place(host: string, port: number): string {
  if (host.startsWith('/')) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
