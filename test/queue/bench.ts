/**
 * How fast the queue is: messages of 10 KB that are stored, delivered at once by an agent that does nothing, and removed;
 * and what 100,000 deferred messages cost. `node test/queue/bench.ts [DIRECTORY]`; an empty directory on the disk to measure.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { scopeOf } from '../../core/config/scope.ts'
import type { Event } from '../../core/events.ts'
import type { Generation, Services } from '../../core/generation.ts'
import { createHooks } from '../../core/hooks.ts'
import type { Clock } from '../../core/plugin.ts'
import { Backlog } from '../../core/queue/backlog.ts'
import type { Leases } from '../../core/queue/manager-types.ts'
import { QUEUE_PARAMETERS } from '../../core/queue/parameters.ts'
import { createQueue } from '../../core/queue/queue-manager.ts'
import { openSpool } from '../../core/queue/spool.ts'
import type { Outcome } from '../../core/smtp/types.ts'

const clock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { ...(signal === undefined ? {} : { signal }), ref: false }),
}
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'postern-bench-'))
const waiting = new Map<string, () => void>()
const emit = (event: Event): void => {
  if (event.type === 'removed') waiting.get(event.queueId)?.()
  else if (event.type === 'fault' || event.type === 'warning') console.log(event)
}
const leases: Leases = { acquire: () => true, release: () => undefined, onFreed: () => undefined }
const nothing = (): undefined => undefined
const generation = { scope: scopeOf({}, QUEUE_PARAMETERS), hooks: createHooks(nothing, nothing), transports: new Map() }
const sent: Outcome = { kind: 'sent', status: '2.0.0', text: '250 2.0.0 Ok: queued', relay: 'mx.test[192.0.2.1]:25' }
const open = await openSpool({ directory, owner: 'w1', clock, report: emit })
const queue = createQueue({
  spools: [open],
  current: () => generation as unknown as Generation,
  services: { clock, emit } as unknown as Services,
  leases,
  agentFor: () => ({
    async deliver({ recipients }, settle) {
      const now = clock.now()
      for (const index of recipients) settle(index, sent, { started: now, connected: now, finished: now })
    },
    close: async () => undefined,
  }),
  bouncer: { report: async () => undefined },
  route: () => ({ transport: 'smtp', nexthop: 'mx.test' }),
})
queue.start()

const head = Buffer.from(`Received: from a (b [192.0.2.1])\r\nSubject: bench\r\nMessage-ID: <a@b.test>\r\n\r\n`)
const body = [Buffer.alloc(10_240, `${'x'.repeat(76)}\r\n`)]
const facts = { size: head.length + 10_240, dots: false, eightBit: false, longestLine: 76, bareCr: false }
const origin = {
  listener: 'smtp',
  clientName: 'c.test',
  clientAddress: '192.0.2.1',
  clientPort: 2525,
  helo: 'c',
  protocol: 'ESMTP',
}

async function one(): Promise<void> {
  const id = open.spool.newId()
  const recipients = [{ address: 'to@x.test', original: 'to@x.test' }]
  const message = await open.spool.commit(
    { id, arrived: clock.now(), sender: 'from@x.test', recipients, origin },
    { head, body, facts },
  )
  const { promise, resolve } = Promise.withResolvers<void>()
  waiting.set(id, resolve)
  queue.accept(message)
  await promise
  waiting.delete(id)
}

async function run(total: number, width: number): Promise<void> {
  let left = total
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: width }, worker))
  const [elapsed, used] = [performance.now() - start, process.cpuUsage(cpu)]
  const rate = Math.round((total / elapsed) * 1000)
  console.log(`${width} in flight: ${rate} messages/s, ${((used.user + used.system) / total).toFixed(1)} us of CPU each`)
}

await run(2000, 20)
for (const width of [1, 20, 100]) await run(width === 1 ? 2000 : 30_000, width)

globalThis.gc?.()
const before = process.memoryUsage()
const backlog = new Backlog()
for (let i = 0; i < 100_000; i++)
  backlog.add({ id: open.spool.newId(), spool: 0, site: `site${i % 1000}.test`, due: clock.now() + i, state: 'deferred' })
globalThis.gc?.()
const after = process.memoryUsage()
const megabytes = (bytes: number): string => (bytes / 1048576).toFixed(1)
console.log(
  `100,000 deferred: ${megabytes(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers)} MB`,
  backlog.size,
)
await queue.drain()
await open.spool.close()
rmSync(directory, { recursive: true })
