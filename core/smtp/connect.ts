/** Opens a connection to a host: what a `smtp.dial` step gives, else a TCP or unix-domain socket of our own. */
import { connect, type NetConnectOpts } from 'node:net'
import { resolve } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { ask, type Hooks } from '../hooks.ts'
import { parseIp } from '../net/ip.ts'
import type { Destination, Dial, Host } from './hooked.ts'
import { loneInterface } from './own-addresses.ts'
import type { Settings } from './parameters.ts'
import { type Trouble, unreachable } from './trouble.ts'

/** Error texts where the system's differ from the C library's by more than the first letter. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['ETIMEDOUT', 'Connection timed out'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ECONNRESET', 'Connection reset by peer'],
  ['ENOTSOCK', 'Socket operation on non-socket'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['EPERM', 'Operation not permitted'],
  ['EMFILE', 'Too many open files'],
])

/** An open connection, or why there is none. */
export type Connected = { readonly socket: Dial } | { readonly trouble: Trouble }

export interface Caller {
  readonly hooks: Hooks
  readonly settings: Settings
  readonly destination: Destination
}

/** Connects within connect_timeout. Never rejects. */
export async function dial(host: Host, { hooks, settings, destination }: Caller): Promise<Connected> {
  const timeout = settings.connect_timeout
  try {
    const given = await ask(hooks['smtp.dial'], { destination, host, timeout })
    if (given !== undefined) return { socket: given }
  } catch {
    // The step's fault is in the log; the mail waits.
    return { trouble: unreachable(host, 'Connection refused') }
  }
  const target = host.family === 'unix' ? { ...host, address: resolve(settings.queue_directory, host.address) } : host
  const first = await open(target, timeout, bindAddress(host, settings))
  if (!('code' in first)) return { socket: first }
  // An own address that is not there is ignored, as in Postfix.
  const second = first.code === 'EADDRNOTAVAIL' ? await open(target, timeout, undefined) : first
  return 'code' in second ? { trouble: unreachable(host, textOf(second.code)) } : { socket: second }
}

function bindAddress(host: Host, settings: Settings): string | undefined {
  if (host.family === 'unix') return undefined
  const text = host.family === 4 ? settings.bind_address : settings.bind_address6
  if (text === '') return loneInterface(settings, host.family)
  return parseIp(text)?.family === host.family ? text : undefined
}

function open(host: Host, timeout: number, localAddress: string | undefined): Promise<Dial | { readonly code: string }> {
  return new Promise((settle) => {
    const socket = connect(optionsFor(host, localAddress))
    const timer = timeout > 0 ? setTimeout(() => failed({ code: 'ETIMEDOUT' }), timeout) : undefined
    const failed = ({ code = 'ECONNREFUSED' }: NodeJS.ErrnoException | { code?: string }): void => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.destroy()
      settle({ code })
    }
    socket.on('error', failed)
    socket.on('connect', () => {
      clearTimeout(timer)
      // Nothing may go unheard until the dialog listens.
      socket.on('error', () => undefined)
      socket.off('error', failed)
      socket.removeAllListeners('connect')
      settle(socket)
    })
  })
}

function optionsFor(host: Host, localAddress: string | undefined): NetConnectOpts {
  if (host.family === 'unix') return { path: host.address }
  const target = { host: host.address, port: host.port, family: host.family, noDelay: true, autoSelectFamily: false }
  return localAddress === undefined ? target : { ...target, localAddress }
}

let descriptions: ReadonlyMap<string, string> | undefined

/** The C library's text for an error code. */
export function textOf(code: string): string {
  const known = TEXTS.get(code)
  if (known !== undefined) return known
  descriptions ??= new Map([...getSystemErrorMap().values()])
  const text = descriptions.get(code) ?? code
  return text.charAt(0).toUpperCase() + text.slice(1)
}
