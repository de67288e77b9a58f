/** `postern stop`, `reload` and `status`: orders to a running gateway, over its control socket. */
import type { Command } from 'commander'
import { askGateway } from '../process/control-client.ts'
import { runningInstance } from '../process/instance.ts'
import type { ReloadReport } from '../process/reload.ts'
import type { GatewayStatus } from '../process/status.ts'
import { queueDirectoryOf, type TargetOptions, withTarget } from './target.ts'

/** Milliseconds to wait for a gateway to end, and between looks. */
const STOP_PATIENCE = 60_000
const STOP_INTERVAL = 50

export function addStop(program: Command): void {
  withTarget(program.command('stop').description('stop the gateway when its sessions and deliveries are done')).action(stop)
}

async function stop(options: TargetOptions): Promise<void> {
  const directory = await queueDirectoryOf(options)
  const pid = runningInstance(directory)
  await askGateway(directory, { command: 'stop' })
  const end = performance.now() + STOP_PATIENCE
  while (performance.now() < end) {
    if (runningInstance(directory) === undefined) return console.log(`stopped${pid === undefined ? '' : ` (process ${pid})`}`)
    await new Promise((wake) => setTimeout(wake, STOP_INTERVAL))
  }
  throw Object.assign(new Error(`process ${pid} is still finishing deliveries`), { status: 75 })
}

export function addReload(program: Command): void {
  withTarget(program.command('reload').description('read the configuration again; when it is bad, nothing changes')).action(
    async (options: TargetOptions) => {
      const report = await askGateway<ReloadReport>(await queueDirectoryOf(options), { command: 'reload' })
      for (const warning of report.warnings) console.log(`warning: ${warning}`)
      console.log(`reloaded: generation ${report.generation}`)
    },
  )
}

export function addStatus(program: Command): void {
  withTarget(program.command('status').description('show processes, connections and queue sizes'))
    .option('--json', 'as JSON')
    .action(async (options: TargetOptions & { json?: boolean }) => {
      const status = await askGateway<GatewayStatus>(await queueDirectoryOf(options), { command: 'status' })
      console.log(options.json === true ? JSON.stringify(status) : described(status))
    })
}

function described(status: GatewayStatus): string {
  const head = `Postern ${status.version}, process ${status.pid}, up ${status.uptime} s, generation ${status.generation} of ${status.file}`
  const lines = status.workers.map((worker, index) => {
    if ('problem' in worker) return `worker ${index}: ${worker.problem}`
    const { active, deferred, hold } = worker.queue
    const memory = Math.round(worker.memory / 2 ** 20)
    return `worker ${index}: process ${worker.pid}, ${worker.connections} connections, queue ${active} active ${deferred} deferred ${hold} held, ${memory} MB`
  })
  const listeners = status.workers.flatMap((worker) => ('problem' in worker ? [] : worker.listeners))
  return [head, ...[...new Set(listeners)].map((name) => `listening: ${name}`), ...lines].join('\n')
}
