/**
 * The supervisor: has the configuration read, keeps the workers running, holds what is global on the machine, and answers the
 * control socket and signals. It loads no plugin and touches no mail. Postfix: master(8).
 */
import type { ChildProcess } from 'node:child_process'
import type { Configuration } from '../config/types.ts'
import { createLog, type Log } from '../log/log.ts'
import { MemoryEngine } from '../state/memory.ts'
import type { Answer, Op } from '../state/types.ts'
import { ControlError, type ControlHandler, openControl } from './control.ts'
import { InstanceError, takeInstance } from './instance.ts'
import { LeaseLedger } from './lease-ledger.ts'
import { isSameLog, logIdentity } from './log-identity.ts'
import type { LeaseOrder, StartOrder, WorkerStatus } from './orders.ts'
import { assignOwners, existingOwners } from './owners.ts'
import { WorkerPool } from './pool.ts'
import { assertPortsFree } from './ports-taken.ts'
import { PresenceLedger } from './presence-ledger.ts'
import { type Account, accountOf, PrivilegeError, prepareDirectory, prepareLogFile } from './privileges.ts'
import { queueCommands } from './queue-desk.ts'
import { readConfiguration } from './reading.ts'
import { type ReloadReport, reload } from './reload.ts'
import type { GatewayStatus } from './status.ts'
import { version } from './version.ts'
import { limitOf, startWatchdog } from './watchdog.ts'
import { answered } from './within.ts'

/** Milliseconds for a worker to say how many connections it has from somewhere. */
const WATCH_PATIENCE = 1000
/** Milliseconds that sessions and deliveries under way are given when the gateway stops. */
const GRACE = 30_000

export interface SuperviseOptions {
  /** Configuration file. */
  readonly file: string
  /** Overrides `workers` of the file. */
  readonly workers?: number
  /** Starts a worker process. */
  fork(): ChildProcess
  /** Called once when the gateway serves. */
  onStarted?(facts: { readonly config: Configuration; readonly listeners: readonly string[]; readonly workers: number }): void
}

/** How a run ended: an exit status, and what to tell when it is not 0. */
export interface Ending {
  readonly status: number
  readonly message?: string
}

/** Runs the gateway until it is told to stop. */
export async function supervise(options: SuperviseOptions): Promise<Ending> {
  const supervisor = new Supervisor(options)
  try {
    await supervisor.start()
  } catch (error) {
    await supervisor.abandon()
    return supervisor.isStopping ? { status: 0 } : endingOf(error)
  }
  return supervisor.ended
}

/** Exit statuses: 1 for what must be mended first, 75 for what may pass by itself. */
function endingOf(error: unknown): Ending {
  const message = error instanceof Error ? error.message : String(error)
  const code = (error as NodeJS.ErrnoException).code
  const isTemporary = error instanceof InstanceError || code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL'
  if (error instanceof PrivilegeError) return { status: 1, message }
  return { status: isTemporary ? 75 : 1, message }
}

class Supervisor {
  readonly #options: SuperviseOptions
  readonly #pool: WorkerPool
  readonly #began = performance.now()
  #config: Configuration | undefined
  #generation = 1
  #account: Account | undefined
  #owners: readonly (readonly string[])[] = []
  #ledger = new LeaseLedger(1, () => {})
  #presence = new PresenceLedger({ workers: 0, watch: async () => 0 })
  #state: MemoryEngine | undefined
  #log: Log | undefined
  #instance: { release(): void } | undefined
  #control: { close(): Promise<void> } | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #isStarted = false
  #stopping: Promise<void> | undefined
  #ready: () => void = () => {}
  readonly #allServe = new Promise<void>((resolve) => {
    this.#ready = resolve
  })
  #end: (ending: Ending) => void = () => {}
  readonly ended = new Promise<Ending>((resolve) => {
    this.#end = resolve
  })

  constructor(options: SuperviseOptions) {
    this.#options = options
    this.#pool = new WorkerPool({
      fork: () => options.fork(),
      order: (index) => this.#order(index),
      methods: (index) => ({
        acquire: ({ key, limit }: LeaseOrder) => this.#ledger.acquire(index, key, limit),
        release: (key: string) => this.#ledger.release(index, key),
        arrive: (key: string) => this.#presence.arrive(index, key),
        depart: (key: string) => this.#presence.depart(index, key),
        state: (ops: readonly Op[]) => this.#memory(ops),
        flushSite: async (site: string) => void (await this.#pool.askAll('change', { change: 'flush', selection: { site } })),
      }),
      onDeath: (index, pid, how) => {
        this.#ledger.forget(index)
        this.#presence.forget(index)
        this.#log?.event({ type: 'warning', where: 'master', message: `process ${pid} (worker ${index}) ended: ${how}` })
      },
      onReplaced: (index, problem) => {
        if (problem === undefined) this.#log?.log.info(`worker ${index} is replaced`)
        else this.#log?.event({ type: 'warning', where: 'master', message: `worker ${index} cannot start: ${problem.message}` })
      },
    })
  }

  /** Resolves when all workers serve. @throws whatever prevents it */
  async start(): Promise<void> {
    this.#catchSignals()
    this.#pool.preload(1)
    const loaded = await readConfiguration(this.#options.file)
    if (this.isStopping) throw new Error('told to stop')
    const config = this.#options.workers === undefined ? loaded : { ...loaded, workers: this.#options.workers }
    this.#config = config
    this.#account = accountOf(config.user, config.group)
    prepareDirectory(config.queueDirectory, this.#account)
    this.#instance = takeInstance(config.queueDirectory)
    if (config.log.file !== undefined) prepareLogFile(config.log.file, this.#account)
    this.#log = createLog(config.log, logIdentity(config))
    this.#owners = assignOwners(config.workers, existingOwners(config.queueDirectory))
    this.#ledger = new LeaseLedger(config.workers, (worker, key) => this.#pool.tell(worker, 'freed', key))
    this.#presence = new PresenceLedger({
      workers: config.workers,
      watch: (worker, order) => answered(this.#pool.askNow<number>(worker, 'watch', order), WATCH_PATIENCE),
    })
    for (const warning of this.#startWarnings(config)) this.#log.log.warn(warning)
    this.#control = await openControl(config.queueDirectory, this.#commands())
    await assertPortsFree(config.listeners)
    const reports = await this.#pool.start(config.workers)
    this.#isStarted = true
    this.#ready()
    this.#watch()
    const listeners = reports[0]?.listeners ?? []
    this.#options.onStarted?.({ config, listeners, workers: config.workers })
    this.#log.event({ type: 'started', listeners, workers: config.workers })
    this.#log.flush()
  }

  #watch(): void {
    startWatchdog({
      workers: this.#pool,
      limit: () => (this.#config === undefined ? 0 : limitOf(this.#config)),
      onHang: (index, limit) =>
        this.#log?.log.warn(`worker ${index} gave no sign of life for ${limit / 1000} s: watchdog timeout`),
    })
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  /** After a failed start: leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#pool.stop(0)
    await this.#control?.close()
    this.#instance?.release()
    this.#log?.close()
  }

  #startWarnings(config: Configuration): readonly string[] {
    const isRoot = process.getuid?.() === 0 && this.#account === undefined
    return [...config.warnings, ...(isRoot ? ['running as root: set "user" to an unprivileged account'] : [])]
  }

  #order(index: number): StartOrder {
    if (this.#config === undefined) throw new Error('no configuration yet')
    return {
      config: this.#config,
      generation: this.#generation,
      index,
      count: this.#config.workers,
      owners: this.#owners[index] ?? [],
      ...(this.#account === undefined ? {} : { account: this.#account }),
      watched: this.#presence.watched(),
    }
  }

  /** The memory engine of shared state, where there are several workers. */
  #memory(ops: readonly Op[]): readonly Answer[] {
    this.#state ??= new MemoryEngine(this.#config?.state?.maxEntries ?? 0)
    const engine = this.#state
    return ops.map((op) => engine.run(op))
  }

  /** Whoever asks while the workers are being brought up waits until all serve, but for an order to stop. */
  #commands(): ReadonlyMap<string, ControlHandler> {
    const commands = new Map<string, ControlHandler>([
      ['status', () => this.#status()],
      ['reload', () => this.#reload()],
      ...queueCommands(this.#pool),
    ])
    for (const [name, handler] of commands) {
      commands.set(name, async (request, item, signal) => {
        await this.#allServe
        return handler(request, item, signal)
      })
    }
    return commands.set('stop', async () => void this.stop('a request on the control socket'))
  }

  async #status(): Promise<GatewayStatus> {
    const workers = await this.#pool.askAll<WorkerStatus>('status')
    return {
      pid: process.pid,
      version: version(),
      file: this.#options.file,
      generation: this.#generation,
      uptime: Math.round((performance.now() - this.#began) / 1000),
      memory: process.memoryUsage.rss(),
      workers: workers.map((result) => (result.status === 'fulfilled' ? result.value : { problem: String(result.reason) })),
    }
  }

  /** One reload at a time; each sees what the one before it left. */
  #reload(): Promise<ReloadReport> {
    const turn = Promise.all([this.#reloading, this.#allServe]).then(() => this.#reloadNow())
    this.#reloading = turn.catch(() => {})
    return turn
  }

  async #reloadNow(): Promise<ReloadReport> {
    const current = this.#config
    if (current === undefined || this.#stopping !== undefined) throw new ControlError('the gateway is stopping', true)
    // Rotated logs are followed even when the configuration is not.
    this.#log?.reopen()
    this.#pool.tellAll('reopenLog')
    try {
      const report = await reload(this.#reloadContext(current), await readConfiguration(this.#options.file))
      this.#log?.event({ type: 'reloaded', generation: report.generation })
      for (const warning of report.warnings) this.#log?.log.warn(warning)
      return report
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#log?.log.warn(`reload: nothing was changed: ${message}`)
      throw new ControlError(message)
    }
  }

  #reloadContext(current: Configuration) {
    return {
      pool: this.#pool,
      current,
      generation: this.#generation,
      hasDropped: this.#account !== undefined,
      grace: GRACE,
      adopt: (config: Configuration, generation: number) => {
        if (this.#config === undefined || !isSameLog(this.#config, config)) this.#changeLog(config)
        this.#config = config
        this.#generation = generation
      },
    }
  }

  #changeLog(config: Configuration): void {
    if (config.log.file !== undefined) prepareLogFile(config.log.file, this.#account)
    const before = this.#log
    this.#log = createLog(config.log, logIdentity(config))
    before?.close()
  }

  #catchSignals(): void {
    process.on('SIGHUP', () => void this.#reload().catch(() => {}))
    process.on('SIGTERM', () => void this.stop('signal 15'))
    process.on('SIGINT', () => void this.stop('signal 2'))
  }

  /** Stops accepting, lets what is under way finish, ends. Asked a second time it does not wait any longer. */
  async stop(reason: string): Promise<void> {
    if (this.#stopping !== undefined) {
      this.#pool.kill()
      return
    }
    this.#log?.event({ type: 'stopping', reason })
    this.#log?.flush()
    this.#stopping = this.#pool.stop(this.#isStarted ? GRACE : 0)
    await this.#stopping
    // Told so while it was starting: the start fails for want of workers, and cleans up.
    if (!this.#isStarted) return
    await this.#control?.close()
    this.#instance?.release()
    this.#log?.close()
    this.#end({ status: 0 })
  }
}
