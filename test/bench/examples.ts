/**
 * What a message costs in each shipped example: `node test/bench/examples.ts [NAME...] [--messages N]` (root, for a name server of its
 * own on port 53 of a loopback address). Every example runs as it is, with one worker; only its next hop, its directory and its policy
 * server are the bench's. See README.md.
 */
import { fork } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fakeDns } from '../kit/dns.ts'
import { fakePolicyServer } from '../kit/policy-server.ts'
import { freePort, PosternProcess } from '../kit/process.ts'
import { startSink } from '../kit/sink.ts'
import type { LoadTask } from './load.ts'

const ROOT = join(import.meta.dirname, '../..')
const CLIENTS = 100
const SESSIONS = 20
/** Clock ticks of /proc, a second. */
const TICKS = 100

/** Who sends, and to whom; by default a stranger writes to a user. */
const SENT: Readonly<Record<string, Partial<LoadTask>>> = {
  default: { to: 'friend@example.org' },
  'relay-lan': { from: 'user@lan.example', isOwn: true },
  'policy-service-only': { protocol: 'policy' },
}

/** What one example needs. */
interface Cost {
  readonly milliseconds: number
  readonly syncs: number
  /** DNS questions about a client that is new. */
  readonly dns: number
  /** Questions to a directory or policy server, a message. */
  readonly asked: number
}

/** Answers everything with 200 or 500, and counts: a directory in which alice exists. */
async function startDirectory() {
  let asked = 0
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('latin1').split('\n').slice(0, -1)) {
        asked++
        socket.write(line.startsWith('get alice@') ? '200 yes\n' : '500 no\n')
      }
    })
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  return { port, asked: () => asked, close: () => server.close() }
}

function zone(): string[] {
  return Array.from({ length: CLIENTS }, (_, i) => [
    `${i + 1}.0.1.127.in-addr.arpa PTR c${i + 1}.client.example`,
    `c${i + 1}.client.example A 127.1.0.${i + 1}`,
  ]).flat()
}

/** Seconds of processor time so far, of the processes that are there. */
function cpu(pids: readonly number[]): number {
  const of = (pid: number): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
    return Number(fields[11]) + Number(fields[12])
  }
  return pids.reduce((sum, pid) => sum + of(pid), 0) / TICKS
}

function load(task: LoadTask): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'load.ts'), { timeout: 120_000, killSignal: 'SIGKILL' })
    child.once('message', (taken) => resolve(Number(taken)))
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`the load ended with status ${status}`)))
    child.send(task)
  })
}

/** The example's file, for this machine. */
function placed(
  text: string,
  own: boolean,
  ports: Readonly<Record<'listen' | 'sink' | 'directory' | 'policy' | 'spare', number>>,
): string {
  const plain = text
    .replace(/127\.0\.0\.1:(2525|10031)\b/, `127.0.0.1:${ports.listen}`)
    .replaceAll('[127.0.0.1]:2526', `[127.0.0.1]:${ports.sink}`)
    .replaceAll('127.0.0.1:2526', `127.0.0.1:${ports.spare}`)
    .replaceAll('127.0.0.1:10023', `127.0.0.1:${ports.policy}`)
    .replace('ldap:recipients.cf', `tcp:127.0.0.1:${ports.directory}`)
    .replace('greylist: { delay: 60s }', 'greylist: { delay: 1s }')
    .replace(/^workers: .*\n/m, '')
    // A policy server greets nobody; this shows that it is up.
    .replace('listeners:\n  - name: policy', `listeners:\n  - { name: up, listen: '127.0.0.1:${ports.spare}' }\n  - name: policy`)
  // A backup MX delivers by MX records, which all name port 25.
  const routed = /relayhost|transport_maps|policy$/m.test(plain)
    ? plain
    : plain.replace('parameters:\n', `parameters:\n  relayhost: '[127.0.0.1]:${ports.sink}'\n`)
  return `${own ? routed : routed.replaceAll('127.0.0.0/8', '127.0.0.0/24')}\nworkers: 1\n`
}

async function measure(name: string, messages: number): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-examples-'))
  const server = `127.53.${(process.pid >> 8) & 255}.${(process.pid % 254) + 1}`
  const [dns, sink, users, policy] = [
    fakeDns(zone()),
    await startSink(),
    await startDirectory(),
    await fakePolicyServer(() => 'DUNNO'),
  ]
  await dns.listen({ host: server, port: 53 })
  const ports = {
    listen: await freePort(),
    spare: await freePort(),
    sink: sink.port,
    directory: users.port,
    policy: Number(policy.address.split(':').at(-1)),
  }
  cpSync(join(ROOT, 'examples', name), directory, { recursive: true })
  const file = join(directory, 'postern.yaml')
  const task: LoadTask = {
    port: ports.listen,
    from: 'a@client.example',
    to: 'alice@example.org',
    count: CLIENTS,
    sessions: SESSIONS,
    clients: CLIENTS,
    isOwn: false,
    protocol: 'smtp',
    ...SENT[name],
  }
  const gateway = new PosternProcess({
    directory,
    port: task.protocol === 'policy' ? ports.spare : ports.listen,
    yaml: '',
    wrapper: [
      join(ROOT, 'test/real/with-resolver.sh'),
      server,
      'env',
      `NODE_OPTIONS=--import=${join(import.meta.dirname, 'count-syncs.mjs')}`,
      `SYNC_COUNTS=${directory}`,
    ],
  })
  writeFileSync(file, placed(readFileSync(join(ROOT, 'examples', name, 'postern.yaml'), 'utf8'), task.isOwn, ports))
  try {
    await gateway.start()
    // Until all clients are known: a greylist puts them off at first.
    let sent = 0
    for (let tries = 0, taken = 0; tries < 20 && taken < CLIENTS; tries++) {
      if (tries > 0) await sleep(300)
      taken = await load(task)
      sent += taken
    }
    const questions = dns.asked.length / CLIENTS
    sent += await load({ ...task, count: messages })
    const delivered = (count: number) => (task.protocol === 'smtp' ? sink.waitFor(count, 60_000) : Promise.resolve())
    await delivered(sent)
    const before = { cpu: cpu([gateway.pid ?? 0, ...gateway.workers()]), asked: users.asked() + policy.requests.length }
    sent += await load({ ...task, count: messages })
    await delivered(sent)
    const used = cpu([gateway.pid ?? 0, ...gateway.workers()]) - before.cpu
    const asked = (users.asked() + policy.requests.length - before.asked) / messages
    await gateway.stop()
    const counts = readdirSync(directory).filter((each) => each.endsWith('.syncs'))
    const syncs = counts.reduce((sum, each) => sum + Number(readFileSync(join(directory, each), 'latin1')), 0) / sent
    return { milliseconds: (1000 * used) / messages, syncs, dns: questions, asked }
  } finally {
    await gateway.stop()
    users.close()
    await Promise.all([dns.close(), sink.close(), policy.close()])
    rmSync(directory, { recursive: true, force: true })
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { messages: { type: 'string', default: '3000' } } })
const all = globSync('*/postern.yaml', { cwd: join(ROOT, 'examples') })
  .map(dirname)
  .sort()
const names = positionals.length > 0 ? positionals : all
const base = await measure('minimal', Number(values.messages))
console.log('example               CPU ms   to minimal   syncs   DNS questions, new client   other questions')
for (const name of names) {
  const cost = name === 'minimal' ? base : await measure(name, Number(values.messages))
  const columns = [
    cost.milliseconds.toFixed(2),
    (cost.milliseconds / base.milliseconds).toFixed(2),
    cost.syncs.toFixed(2),
    cost.dns.toFixed(1),
    cost.asked.toFixed(1),
  ]
  console.log(`${name.padEnd(20)}${columns.map((each, i) => each.padStart([8, 13, 8, 28, 18][i] ?? 8)).join('')}`)
}
