/**
 * Ports that others have already. Workers share theirs (SO_REUSEPORT), and the kernel would let another gateway of the same user share them
 * too: half of the clients would come to it, and nobody would be told. So somebody is called there before the workers start. To listen
 * there for a moment would not do: who waits for the gateway would take that for it.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ListenerConfig } from '../config/types.ts'
import { cannotListen } from './endpoints.ts'

/** Workers whose supervisor was killed stop to listen within this time (ms). */
const PATIENCE = 2000
/** Between two calls, and for one (ms). */
const PAUSE = 50

/** @throws Error with the code EADDRINUSE for the first port that somebody else listens on, and goes on doing so */
export async function assertPortsFree(listeners: readonly ListenerConfig[]): Promise<void> {
  const until = performance.now() + PATIENCE
  for (const listener of listeners) {
    if (listener.port === 0 || listener.host.startsWith('/')) continue
    while (await answers(listener)) {
      if (performance.now() >= until) throw cannotListen(listener, TAKEN)
      await sleep(PAUSE)
    }
  }
}

const TAKEN = Object.freeze(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }))
/** All addresses of the machine: one of them will do. */
const LOOPBACK: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Does somebody take connections there? */
function answers({ host, port }: ListenerConfig): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK.get(host) ?? host, port, timeout: PAUSE })
    const settle = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.on('connect', () => settle(true))
    socket.on('error', () => settle(false))
    // An address of this machine answers at once; another is the workers' to meet.
    socket.on('timeout', () => settle(false))
  })
}
