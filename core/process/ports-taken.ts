/**
 * Ports that others have already. Workers share theirs (SO_REUSEPORT), and the kernel would let another gateway of the same user share them
 * too: half of the clients would come to it, and nobody would be told. So the ports are tried once, unshared, before the workers start.
 */
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ListenerConfig } from '../config/types.ts'
import { cannotListen } from './endpoints.ts'

/** Workers whose supervisor was killed stop to listen within this time (ms). */
const PATIENCE = 2000
const PAUSE = 50

/** @throws Error with the code EADDRINUSE for the first port that somebody else listens on, and goes on doing so */
export async function assertPortsFree(listeners: readonly ListenerConfig[]): Promise<void> {
  const until = performance.now() + PATIENCE
  for (const listener of listeners) {
    if (listener.port === 0 || listener.host.startsWith('/')) continue
    for (;;) {
      const problem = await trial(listener)
      // Any other problem is the workers' to meet: they bind as another user.
      if (problem?.code !== 'EADDRINUSE') break
      if (performance.now() >= until) throw cannotListen(listener, problem)
      await sleep(PAUSE)
    }
  }
}

/** Listens there for a moment. */
function trial({ host, port }: ListenerConfig): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', resolve)
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}
