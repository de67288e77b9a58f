/**
 * Runs a load against Postern with one worker under `--cpu-prof`, then prints where the time went: functions by self time,
 * and shares by room. See README.md beside this file.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../kit/process.ts'

const HERE = import.meta.dirname
const { values: options } = parseArgs({
  options: {
    load: { type: 'string', default: 'relay' },
    seconds: { type: 'string', default: '10' },
    sessions: { type: 'string', default: '20' },
    size: { type: 'string', default: '10240' },
    top: { type: 'string', default: '25' },
    keep: { type: 'boolean', default: false },
  },
})

/** The part of V8's profile that is read here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Microseconds of self time by function and by room. */
function selfTimes(profile: Profile): { functions: Map<string, number>; rooms: Map<string, number> } {
  const labels = new Map<number, { name: string; room: string }>()
  for (const { id, callFrame } of profile.nodes) {
    const file = callFrame.url.replace(/^file:\/\/.*?\/(core|plugins|node_modules|test)\//, '$1/')
    const where = file === '' ? '' : ` ${file}:${callFrame.lineNumber + 1}`
    labels.set(id, { name: `${callFrame.functionName || '(anonymous)'}${where}`, room: roomOf(file, callFrame.functionName) })
  }
  const functions = new Map<string, number>()
  const rooms = new Map<string, number>()
  profile.samples.forEach((id, i) => {
    const label = labels.get(id)
    const micros = profile.timeDeltas[i] ?? 0
    if (label === undefined) return
    functions.set(label.name, (functions.get(label.name) ?? 0) + micros)
    rooms.set(label.room, (rooms.get(label.room) ?? 0) + micros)
  })
  return { functions, rooms }
}

function roomOf(file: string, name: string): string {
  if (file === '') return name.startsWith('(') ? name : 'native'
  if (file.startsWith('node:')) return file.split('/').slice(0, 2).join('/')
  return file.split('/').slice(0, 2).join('/')
}

function print(title: string, times: ReadonlyMap<string, number>, limit: number): void {
  const busy = [...times].filter(([name]) => name !== '(idle)').reduce((sum, [, micros]) => sum + micros, 0)
  console.log(`\n${title}`)
  for (const [name, micros] of [...times]
    .filter(([n]) => n !== '(idle)')
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit)) {
    console.log(`${((100 * micros) / busy).toFixed(1).padStart(6)}%  ${(micros / 1000).toFixed(0).padStart(7)} ms  ${name}`)
  }
}

/** Resolves when something greets with 220 there. */
async function greeted(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.setTimeout(1000, () => socket.destroy())
      socket.on('data', (chunk) => {
        resolve(chunk.toString('latin1').startsWith('220'))
        socket.end('QUIT\r\n')
      })
      socket.on('error', () => resolve(false))
      socket.on('close', () => resolve(false))
    })
    if (isUp) return
    await sleep(50)
  }
  throw new Error('the gateway did not start')
}

/** Runs one round of the load; returns the messages or connections it made. */
function round(port: number): number {
  const sessions = options.sessions
  const count = 2000
  const isRefused = options.load === 'reject' || options.load === 'restrict'
  // The part `restrict` comes from a hundred addresses, as that of `run` does.
  const clients = options.load === 'restrict' ? ['100'] : []
  const argv = isRefused
    ? ['python3', join(HERE, 'client.py'), 'reject', String(port), String(count), sessions, ...clients]
    : ['smtp-source', '-s', sessions, '-m', String(count), '-l', options.size, '-f', 'a@example.com', '-t', 'b@example.com']
  if (!isRefused) argv.push(`127.0.0.1:${port}`)
  const result = spawnSync(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 })
  if (result.status !== 0) throw new Error(`${argv[0]} failed: ${result.error?.message ?? `status ${result.status}`}`)
  return count
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const closed = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([closed, sleep(15_000, undefined, { ref: false })])
  if (child.exitCode === null) child.kill('SIGKILL')
}

const directory = mkdtempSync(join(tmpdir(), 'postern-profile-'))
const [port, sinkPort] = [await freePort(), await freePort()]
const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
const sink = spawn('smtp-sink', [...user, `127.0.0.1:${sinkPort}`, '1000'], { stdio: 'ignore' })
/** Where the block lists of `restrict` are asked. */
const lists = `127.53.0.${(process.pid % 254) + 1}`
const dns = options.load === 'restrict' ? spawn(join(HERE, 'blocklists'), [join(directory, 'zones'), lists]) : undefined
const target = [...(dns === undefined ? [] : [join(HERE, '../real/with-resolver.sh'), lists]), join(HERE, 'target'), 'n1']
const gateway = spawn(target[0] ?? '', target.slice(1), {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    PORT: String(port),
    SINK_PORT: String(sinkPort),
    DIR: directory,
    MODE: options.load === 'discard' || options.load === 'restrict' ? options.load : 'relay',
    NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${directory} --cpu-prof-interval=500`,
  },
})
try {
  await greeted(port, gateway)
  const until = Date.now() + Number(options.seconds) * 1000
  const began = Date.now()
  let done = 0
  while (Date.now() < until) done += round(port)
  const took = (Date.now() - began) / 1000
  console.log(`${options.load}: ${done} in ${took.toFixed(1)} s, ${(done / took).toFixed(0)}/s with the profiler on`)
  await end(gateway)
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))
  const profiles = files.map((name) => selfTimes(JSON.parse(readFileSync(join(directory, name), 'utf8')) as Profile))
  const busy = (p: { functions: Map<string, number> }) =>
    [...p.functions].reduce((sum, [name, micros]) => sum + (name === '(idle)' ? 0 : micros), 0)
  const worker = profiles.sort((a, b) => busy(b) - busy(a))[0]
  if (worker === undefined) throw new Error(`no profile was written in ${directory}`)
  print('self time by function, worker', worker.functions, Number(options.top))
  print('by room', worker.rooms, 15)
  if (options.keep) console.log(`\n${files.map((name) => join(directory, name)).join('\n')}`)
} finally {
  await end(gateway)
  await end(sink)
  if (dns !== undefined) await end(dns)
  if (!options.keep) rmSync(directory, { recursive: true, force: true })
}
