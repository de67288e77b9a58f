/**
 * The crash test: SIGKILL to workers, the supervisor, or all of them at random moments under load; then every message that got
 * its 250 must be delivered, bounced or queued, whole, and repeated only where a connection died after the dot.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, PosternProcess } from '../kit/process.ts'
import { chance, pick } from './chance.ts'
import { type Balance, Ledger } from './ledger.ts'
import { startNextHop } from './next-hop.ts'
import { keepSending, type Load } from './sender.ts'

export interface CrashOptions {
  /** How many kills. */
  readonly rounds: number
  readonly seed: number
  /** Told of progress. */
  readonly say?: (text: string) => void
  /** Leaves spool and logs behind. */
  readonly keep?: boolean
}

/** What came of it. */
export interface CrashResult extends Balance {
  readonly kills: number
  readonly directory: string
  /** What happened to those to whom a promise was broken. */
  readonly stories: readonly string[]
}

const SENDERS = 6
/** How long the queue may take to become empty once the killing is over, ms. */
const DRAIN = 60_000

/** Runs the whole test. @throws Error when the gateway does not come back */
export async function crash(options: CrashOptions): Promise<CrashResult> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-crash-'))
  const random = chance(options.seed)
  const ledger = new Ledger()
  let kills = 0
  const nextHop = await startNextHop(ledger, random, () => kills)
  const gateway = new PosternProcess({ directory, port: await freePort(), yaml: configuration(nextHop.port) })
  const load: Load = { port: gateway.port, ledger, random, next: 1, isOver: false, accepted: 0 }
  let isDone = false
  try {
    await gateway.start()
    const senders = Array.from({ length: SENDERS }, () => keepSending(load))
    for (; kills < options.rounds; ) {
      // A supervisor that lost a worker before all were up gives up, and init starts it again: that is what this does.
      if (!gateway.isRunning) await gateway.start()
      await underLoad(load, gateway, random)
      kills++
      await killSomething(gateway, random)
      if (kills % 20 === 0) options.say?.(`${kills} kills, ${load.accepted} messages accepted, ${ledger.open().length} under way`)
    }
    load.isOver = true
    await Promise.all(senders)
    if (!gateway.isRunning) await gateway.start()
    await gateway.greets()
    await untilSettled(ledger)
    const balance = ledger.balance(queuedRecipients(gateway.file))
    const broken = [...balance.lost, ...balance.repeated, ...balance.damaged].slice(0, 10)
    const stories = broken.map((recipient) => `${recipient}\n  ${ledger.story(recipient).join('\n  ')}`)
    const result = { ...balance, kills, directory, stories }
    isDone = isClean(result)
    return result
  } finally {
    load.isOver = true
    await gateway.stop()
    await nextHop.close()
    if (isDone && !options.keep) rmSync(directory, { recursive: true, force: true })
  }
}

/** No promise was broken. */
export function isClean(result: Balance): boolean {
  return result.lost.length === 0 && result.repeated.length === 0 && result.damaged.length === 0
}

/** The result in words. */
export function describe(result: CrashResult): string {
  const head =
    `${result.kills} kills; ${result.accepted} recipients promised: ${result.delivered} delivered, ${result.bounced} bounced, ` +
    `${result.queued} still queued; ${result.explainedRepeats} repeated after a connection died at the dot, ` +
    `${result.repeatedBounces} bounced twice`
  const bad = (['lost', 'repeated', 'damaged'] as const)
    .filter((what) => result[what].length > 0)
    .map((what) => `${result[what].length} ${what.toUpperCase()}: ${result[what].slice(0, 10).join(' ')}`)
  return [head, ...bad, ...(bad.length > 0 ? [...result.stories, `spool and logs are in ${result.directory}`] : [])].join('\n')
}

/** Lets mail flow for a random while, but at least until something was accepted. */
async function underLoad(load: Load, gateway: PosternProcess, random: () => number): Promise<void> {
  const before = load.accepted
  await sleep(20 + random() * 300)
  for (let tries = 0; load.accepted === before && gateway.isRunning; tries++) {
    if (tries > 600) throw new Error('nothing was accepted for 30 s')
    await sleep(50)
  }
}

async function killSomething(gateway: PosternProcess, random: () => number): Promise<void> {
  const victim = random()
  if (victim < 0.6) return gateway.killWorker((pids) => pick(random, pids))
  if (victim < 0.8) await gateway.killSupervisor()
  else await gateway.killAll()
  await gateway.start()
}

/** Waits until everything promised has arrived or bounced, or nothing moves any more. */
async function untilSettled(ledger: Ledger): Promise<void> {
  const until = Date.now() + DRAIN
  while (ledger.open().length > 0 && Date.now() < until) await sleep(100)
  // Repeats come late: give them the time of two queue runs.
  await sleep(3000)
}

/** Recipients that `postern queue list` shows. */
function queuedRecipients(configuration: string): ReadonlySet<string> {
  const main = join(import.meta.dirname, '../../core/main.js')
  const listing = spawnSync(process.execPath, [main, 'queue', 'list', '--json', '--config', configuration], {
    encoding: 'latin1',
    timeout: 20_000,
    maxBuffer: 1e9,
  })
  return new Set([...listing.stdout.matchAll(/"address": ?"([^"]+)"/g)].map((match) => match[1] ?? ''))
}

function configuration(nextHop: number): string {
  return `workers: 2
parameters:
  myhostname: crash.test
  mydestination: ''
  mynetworks: [127.0.0.0/8]
  relayhost: '[127.0.0.1]:${nextHop}'
  smtpd_peername_lookup: no
  smtpd_client_connection_count_limit: 0
  queue_run_delay: 1s
  minimal_backoff_time: 1s
  maximal_backoff_time: 2s
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]`
}
