/**
 * A worker process: loads the engines while the configuration is read, then serves whole sessions and delivers
 * the mail that it accepted. A fault that no step isolated ends the process; the supervisor starts another, which adopts
 * the spool: to limp on with unknown state would be worse.
 */
import { Channel } from './channel.ts'
import { Gateway } from './gateway.ts'
import { stayLean } from './memory.ts'
import { EXIT_FAULT } from './orders.ts'
import type { WatchOrder } from './presence.ts'
import { setEngineFlags } from './v8-flags.ts'

/** Milliseconds for what is under way when the supervisor has vanished. */
const ORPHAN_GRACE = 5000

const wire = {
  send: (message: unknown) => {
    if (process.connected) process.send?.(message, () => {})
  },
  onMessage: (listener: (message: unknown) => void) => void process.on('message', listener),
}

setEngineFlags()
stayLean()

// The supervisor decides what these mean; a terminal sends SIGINT and SIGHUP to every process.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => void gateway.stop({ grace: ORPHAN_GRACE }))
process.on('disconnect', () => void gateway.stop({ grace: ORPHAN_GRACE }))
process.on('uncaughtException', (error) => crash('uncaught exception', error))
process.on('unhandledRejection', (error) => crash('unhandled rejection', error))

const gateway: Gateway = new Gateway({
  acquire: (key, limit) => channel.call<boolean>('acquire', { key, limit }),
  release: (key) => channel.tell('release', key),
  flushSite: (site) => channel.call<void>('flushSite', site),
  arrive: (key) => channel.call<number>('arrive', key),
  depart: (key) => channel.tell('depart', key),
  state: (ops) => channel.call('state', ops),
})
const channel: Channel = new Channel(wire, {
  start: (order: Parameters<Gateway['start']>[0]) => gateway.start(order),
  prepare: (order: Parameters<Gateway['prepare']>[0]) => gateway.prepare(order),
  commit: () => gateway.commit(),
  abort: () => gateway.abort(),
  stop: (order: Parameters<Gateway['stop']>[0]) => gateway.stop(order),
  reopenLog: () => gateway.reopenLog(),
  freed: (key: string) => gateway.freed(key),
  watch: (order: WatchOrder) => gateway.presence.watch(order),
  beat: () => true,
  status: () => gateway.status(),
  list: (order: Parameters<Gateway['window']['list']>[0]) => gateway.window.list(order),
  show: ({ id }: { id: string }) => gateway.window.show(id),
  change: (order: Parameters<Gateway['window']['change']>[0]) => gateway.window.change(order),
})

function crash(where: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  try {
    gateway.fault(where, stack)
  } finally {
    process.exit(EXIT_FAULT)
  }
}
