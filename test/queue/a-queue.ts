/** A queue on a disk in memory, with an agent, a bouncer, leases and a clock that the test holds in its hand. */
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import { scopeOf } from '../../core/config/scope.ts'
import type { Event } from '../../core/events.ts'
import type { Generation, Services } from '../../core/generation.ts'
import { createHooks } from '../../core/hooks.ts'
import { NO_STOCK } from '../../core/queue/journal-options.ts'
import type { BounceRecipient, Leases } from '../../core/queue/manager-types.ts'
import { QUEUE_PARAMETERS } from '../../core/queue/parameters.ts'
import { createQueue, type QueueManager } from '../../core/queue/queue-manager.ts'
import { type OpenSpool, openSpool } from '../../core/queue/spool.ts'
import { type Envelope, type QueueId, SpoolError } from '../../core/queue/types.ts'
import type { DeliveryJob, Outcome } from '../../core/smtp/types.ts'
import { fakeClock } from '../kit/clock.ts'
import { ModelFs, randomFrom } from './model-fs.ts'

export type Deliver = (job: DeliveryJob, settle: (index: number, outcome: Outcome) => void) => Promise<void> | void

export const SENT = { kind: 'sent', status: '2.0.0', text: '250 2.0.0 Ok', relay: 'mx[192.0.2.1]:25' } as const satisfies Outcome
export const LATER = {
  kind: 'deferred',
  status: '4.2.0',
  reason: 'host mx said: 451 later',
  relay: 'mx[192.0.2.1]:25',
} as const satisfies Outcome
export const DOWN: Outcome = {
  kind: 'deferred',
  status: '4.4.1',
  reason: 'connect to mx: refused',
  relay: 'none',
  destinationDown: true,
}
export const NEVER: Outcome = {
  kind: 'bounced',
  status: '5.1.1',
  reason: 'host mx said: 550 5.1.1 no',
  relay: 'mx[192.0.2.1]:25',
}

const closers: (() => Promise<void>)[] = []
afterEach(closeQueues)

/** Ends all queues as a process ends; their disks stay. */
export async function closeQueues(): Promise<void> {
  for (const close of closers.splice(0)) await close()
}

export interface Bench {
  readonly queue: QueueManager
  readonly open: OpenSpool
  readonly clock: ReturnType<typeof fakeClock>
  readonly events: Event[]
  readonly reports: { kind: string; recipients: readonly BounceRecipient[] }[]
  readonly hooks: ReturnType<typeof createHooks>
  readonly leases: Leases & { readonly most: Map<string, number> }
  bouncerFails: boolean
  /** Stores and accepts a message to these addresses; answers its id. */
  send(to: string | readonly string[], more?: Partial<Envelope>): Promise<QueueId>
  /** Until nothing moves any more. */
  settle(): Promise<void>
  logged(type: Event['type']): Event[]
}

export const aDisk = () => new ModelFs({}, randomFrom(1))

function countingLeases(): Bench['leases'] {
  const used = new Map<string, number>()
  const most = new Map<string, number>()
  const listeners: ((key: string) => void)[] = []
  return {
    most,
    acquire(key, limit) {
      const now = (used.get(key) ?? 0) + 1
      if (now > limit) return false
      used.set(key, now)
      most.set(key, Math.max(most.get(key) ?? 0, now))
      return true
    },
    release(key) {
      used.set(key, (used.get(key) ?? 0) - 1)
      for (const listener of listeners) listener(key)
    },
    onFreed: (listener) => void listeners.push(listener),
  }
}

export async function aQueue(deliver: Deliver, parameters: Record<string, string> = {}, disk = aDisk()): Promise<Bench> {
  const clock = fakeClock()
  const events: Event[] = []
  const hooks = createHooks(
    () => undefined,
    () => undefined,
  )
  const scope = scopeOf(parameters, QUEUE_PARAMETERS)
  const generation = { scope, hooks, transports: new Map() } as unknown as Generation
  const services = { clock, emit: (event: Event) => events.push(event) } as unknown as Services
  const open = await openSpool({
    directory: '/spool',
    owner: 'w1',
    clock,
    report: (event) => events.push(event),
    fs: disk,
    journal: NO_STOCK,
  })
  const agent = {
    deliver: async (job: DeliveryJob, settle: (index: number, outcome: Outcome, times: never) => void) => {
      const times = { started: clock.now(), connected: clock.now(), finished: clock.now() } as never
      await deliver(job, (index, outcome) => settle(index, outcome, times))
    },
    close: async () => undefined,
  }
  const reports: Bench['reports'] = []
  const leases = countingLeases()
  const bench: Bench = {
    open,
    clock,
    events,
    reports,
    hooks,
    leases,
    bouncerFails: false,
    queue: createQueue({
      spools: [open],
      current: () => generation,
      services,
      leases,
      agentFor: (transport) => (transport === 'none' ? undefined : agent),
      bouncer: {
        async report(_message, kind, recipients) {
          if (bench.bouncerFails) throw new SpoolError('full', 'no space')
          reports.push({ kind, recipients })
        },
      },
      route: (_envelope, { address }) => {
        const nexthop = address.slice(address.lastIndexOf('@') + 1)
        if (nexthop === 'unroutable.test') throw new Error('table is down')
        if (nexthop === 'error.test') return { transport: 'error', nexthop, failure: { status: '5.1.2', reason: 'bad host' } }
        return { transport: nexthop.startsWith('none.') ? 'none' : 'smtp', nexthop }
      },
    }),
    async send(to, more = {}) {
      const addresses = typeof to === 'string' ? [to] : to
      const recipients = addresses.map((address) => ({ address, original: address }))
      const origin = { listener: 'l', clientName: 'c', clientAddress: '192.0.2.1', clientPort: 1, helo: 'h', protocol: 'ESMTP' }
      const id = open.spool.newId()
      const envelope = { id, arrived: clock.now(), sender: 'from@x.test', recipients, origin, ...more }
      const facts = { size: 12, dots: false, eightBit: false, longestLine: 4, bareCr: false }
      const content = { head: Buffer.from('A: b\r\n\r\n'), body: [Buffer.from('c\r\n')], facts }
      bench.queue.accept(await open.spool.commit(envelope, content))
      return id
    },
    async settle() {
      let last = ''
      for (let still = 0; still < 20; ) {
        await new Promise((resolve) => setImmediate(resolve))
        const now = `${disk.steps} ${events.length} ${JSON.stringify(bench.queue.counts())}`
        still = now === last ? still + 1 : 0
        last = now
      }
    },
    logged: (type) => events.filter((event) => event.type === type),
  }
  closers.push(async () => {
    bench.queue.abort()
    await bench.queue.drain()
    await open.spool.close()
    assert.equal(disk.openFiles, 0, 'no file stays open')
  })
  bench.queue.start()
  await bench.queue.recovered()
  return bench
}

/** Gives every recipient the same outcome. */
export const all =
  (outcome: Outcome): Deliver =>
  ({ recipients }, settle) => {
    for (const index of recipients) settle(index, outcome)
  }
