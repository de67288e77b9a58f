/** A worker's engines, put together: spools, queue, bounces, intake, and the listeners that feed them. */
import { createBouncer } from '../bounce/bouncer.ts'
import { createNotifier } from '../bounce/notifier.ts'
import { createIntake } from '../cleanup/intake.ts'
import { rewritingSubmission, rewrittenRecipient } from '../cleanup/internal.ts'
import type { Generation, Services } from '../generation.ts'
import { PolicyListener } from '../policyd/listener.ts'
import type { Leases, Queue } from '../queue/manager-types.ts'
import { createQueue } from '../queue/queue-manager.ts'
import { type OpenSpool, openSpool } from '../queue/spool.ts'
import { SpoolError } from '../queue/types.ts'
import type { Outcome } from '../smtp/types.ts'
import { createListener } from '../smtpd/listener.ts'
import { Prober } from '../verify/prober.ts'
import type { Endpoint } from './endpoints.ts'
import type { Epoch } from './epoch.ts'
import { spoolRoot } from './owners.ts'
import { within } from './within.ts'

/** Milliseconds for a predecessor that still holds the spool to end, and between two tries. */
const LOCK_PATIENCE = 15_000
const LOCK_INTERVAL = 50
/** Milliseconds for deliveries to end once they are told to give up. */
const ABORT_PATIENCE = 1000

export interface EngineOptions {
  readonly queueDirectory: string
  /** Names of the spools, the worker's own first. */
  readonly owners: readonly string[]
  readonly services: Services
  readonly leases: Leases
  /** The configuration in force. */
  epoch(): Epoch
  /** Starts deliveries to a site in all workers (ETRN). */
  flushSite(site: string): Promise<void>
}

export interface Engines {
  readonly queue: Queue
  /** Makes the listener of a configured name; `current` is the generation that new sessions begin with. */
  listener(name: string, current: () => Generation): Endpoint
  /** Mails a postmaster notice when notify_classes asks for it; the default handler of the `notify` hook. */
  readonly notify: ReturnType<typeof createNotifier>
  /** Would mail for this address be taken? Nothing is delivered. */
  probe(address: string): Promise<Outcome>
  /** Starts no more deliveries; resolves when those under way have ended, or were told to when the grace time is over. */
  drain(graceMs: number): Promise<void>
  close(): Promise<void>
}

/** @throws SpoolError when the worker's own spool can not be opened */
export async function openEngines(options: EngineOptions): Promise<Engines> {
  const { services, leases, epoch } = options
  const spools = await openSpools(options)
  const [own] = spools
  const current = (): Generation => epoch().generation
  const submission = rewritingSubmission(
    () => queue,
    current,
    (event) => services.emit(event),
  )
  const notices = { queue: () => submission, newId: () => own.spool.newId(), current, services }
  const queue = createQueue({
    spools,
    current,
    services,
    leases,
    agentFor: (transport) => epoch().agentFor(transport),
    bouncer: createBouncer(notices),
    route: (envelope, recipient) => epoch().route(envelope, recipient),
  })
  const prober = new Prober({
    services,
    leases,
    current,
    route: (envelope, recipient) => epoch().probeRoute(envelope, recipient),
    agentFor: (transport) => epoch().agentFor(transport),
    rewritten: (address) => rewrittenRecipient(address, current()),
    newId: () => own.spool.newId(),
  })
  const intake = createIntake({ spool: () => own.spool, queue: () => queue, services })
  queue.start()
  return {
    queue,
    listener: (name, generation) =>
      generation().listeners.get(name)?.config.protocol === 'policy'
        ? new PolicyListener({ current: generation, name, services })
        : createListener({ current: generation, name, services, intake, flushSite: options.flushSite }),
    notify: createNotifier(notices),
    probe: (address) => prober.probe(address),
    async drain(graceMs) {
      prober.stop()
      const drained = queue.drain()
      if (await within(drained, graceMs)) return
      queue.abort()
      await within(drained, ABORT_PATIENCE)
    },
    async close() {
      await Promise.all(spools.map(({ spool }) => spool.close()))
    },
  }
}

/** The worker's own spool must open; those it inherits are told of when they do not. */
async function openSpools({ queueDirectory, owners, services }: EngineOptions): Promise<[OpenSpool, ...OpenSpool[]]> {
  const [mine = 'w0', ...inherited] = owners
  const directory = spoolRoot(queueDirectory)
  const open = (owner: string) => openSpool({ directory, owner, clock: services.clock, report: (event) => services.emit(event) })
  const spools: [OpenSpool, ...OpenSpool[]] = [await patiently(() => open(mine))]
  for (const owner of inherited) {
    try {
      spools.push(await patiently(() => open(owner)))
    } catch (error) {
      services.log.warn(`the mail in ${directory}/${owner} waits: ${(error as Error).message}`)
    }
  }
  return spools
}

/** A predecessor that was orphaned may still be finishing: its lock goes with it. */
async function patiently(open: () => Promise<OpenSpool>): Promise<OpenSpool> {
  const end = performance.now() + LOCK_PATIENCE
  for (;;) {
    try {
      return await open()
    } catch (error) {
      const isHeld = error instanceof SpoolError && /in use by process/.test(error.message)
      if (!isHeld || performance.now() > end) throw error
      await new Promise((wake) => setTimeout(wake, LOCK_INTERVAL))
    }
  }
}
