/** Postern as an operator runs it, in processes of its own: started, spoken to, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../core/main.js')

/** What to run. */
export interface ProcessOptions {
  /** Made when missing; holds postern.yaml, the spool, postern.log and output.log. */
  readonly directory: string
  /** Where it listens; see {@link freePort}. */
  readonly port: number
  /** The rest of the configuration: top-level YAML. `version`, `queue_directory`, `log` and `listeners` are written here. */
  readonly yaml: string
  /** More keys of the listener, in flow style: `parameters: {...}`. */
  readonly listener?: string
  /** More listeners, each in flow style: `{ name: policy, listen: '127.0.0.1:10031', protocol: policy }`. */
  readonly listeners?: readonly string[]
  /** A program, with its arguments, that becomes Postern: `unshare -m`. */
  readonly wrapper?: readonly string[]
}

/** A gateway that can be killed and started again, on the same port and spool. */
export class PosternProcess {
  readonly port: number
  readonly directory: string
  /** The configuration file. */
  readonly file: string
  readonly #wrapper: readonly string[]
  #child: ChildProcess | undefined
  /** Every process that was started, so that none is left behind. */
  readonly #pids = new Set<number>()

  constructor({ directory, port, yaml, listener, listeners = [], wrapper = [] }: ProcessOptions) {
    this.#wrapper = wrapper
    mkdirSync(directory, { recursive: true })
    this.directory = directory
    this.port = port
    this.file = join(directory, 'postern.yaml')
    const more = listener === undefined ? '' : `, ${listener}`
    writeFileSync(
      this.file,
      `version: 1
queue_directory: ${directory}/spool
log: { format: maillog, file: ${directory}/postern.log }
listeners:
  - { name: smtp, listen: '127.0.0.1:${port}'${more} }
${listeners.map((each) => `  - ${each}\n`).join('')}${yaml}
`,
    )
  }

  /** Process id of the supervisor; undefined before the start. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** False once its supervisor has ended. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What was logged so far. */
  log(): string[] {
    const file = join(this.directory, 'postern.log')
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  }

  /** Starts it and waits until it greets. @throws Error when it does not within 20 s */
  async start(): Promise<void> {
    const [program = '', ...argv] = [...this.#wrapper, process.execPath, MAIN, 'start', this.file]
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    if (child.pid !== undefined) this.#pids.add(child.pid)
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => appendFileSync(join(this.directory, 'output.log'), chunk))
    await this.greets()
  }

  /** Resolves when it answers a connection with 220. */
  async greets(): Promise<void> {
    const until = Date.now() + 20_000
    while (Date.now() < until) {
      if (await greetsOnce(this.port)) return
      if (!this.isRunning) throw new Error(`the gateway ended: ${this.#output()}`)
      await sleep(50)
    }
    throw new Error(`the gateway did not greet within 20 s: ${this.#output()}`)
  }

  #output(): string {
    const file = join(this.directory, 'output.log')
    return `${existsSync(file) ? readFileSync(file, 'utf8') : 'it said nothing'}${this.log().slice(-10).join('\n')}`
  }

  /** Process ids of the workers. */
  workers(): number[] {
    const supervisor = this.#child?.pid
    const pids = supervisor === undefined ? [] : childrenOf(supervisor)
    for (const pid of pids) this.#pids.add(pid)
    return pids
  }

  /** SIGKILL to one worker. */
  killWorker(choose: (pids: readonly number[]) => number): void {
    const pids = this.workers()
    if (pids.length > 0) kill(choose(pids))
  }

  /** SIGKILL to the supervisor; resolves when it and its workers are gone. @throws Error when workers outlive it by 10 s */
  async killSupervisor(): Promise<void> {
    const workers = this.workers()
    const child = this.#child
    if (child?.pid === undefined || !this.isRunning) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    kill(child.pid)
    await gone
    for (let tries = 0; workers.some(isAlive); tries++) {
      if (tries > 200) throw new Error(`workers outlived their supervisor by 10 s: ${workers.filter(isAlive).join(', ')}`)
      await sleep(50)
    }
  }

  /** SIGKILL to all at once, as when the machine goes down. */
  async killAll(): Promise<void> {
    const child = this.#child
    const pids = this.workers()
    if (child?.pid === undefined || !this.isRunning) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    for (const pid of [child.pid, ...pids]) kill(pid)
    await gone
    for (let tries = 0; tries < 200 && pids.some(isAlive); tries++) await sleep(10)
  }

  /** SIGTERM, and SIGKILL after 15 s to whatever is left. */
  async stop(): Promise<void> {
    this.workers()
    const child = this.#child
    if (child !== undefined && this.isRunning) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await Promise.race([gone, sleep(15_000, undefined, { ref: false })])
    }
    for (const pid of this.#pids) if (isAlive(pid) && isOurs(pid)) kill(pid)
  }
}

/** A port that was free a moment ago; see {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

/**
 * Ports of 127.0.0.1, one after the other, that were free a moment ago, and so were those 10000 above (the bus of a Redis Cluster). All are
 * below the ports that systems give to outgoing connections (32768 and up), so that none of these takes one in between.
 */
export async function freePorts(count: number): Promise<number[]> {
  for (let tries = 0; tries < 100; tries++) {
    const base = 10_240 + Math.floor(Math.random() * (22_500 - 10_240))
    const ports = Array.from({ length: count }, (_, i) => base + i)
    const servers = await Promise.all([...ports, ...ports.map((port) => port + 10_000)].map(bound))
    await Promise.all(servers.map((server) => server && new Promise((resolve) => server.close(resolve))))
    if (!servers.includes(undefined)) return ports
  }
  throw new Error(`no ${count} free ports`)
}

function bound(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function greetsOnce(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (is: boolean): void => {
      resolve(is)
      socket.destroy()
    }
    socket.setTimeout(2000, () => answer(false))
    socket.on('data', (chunk) => answer(chunk.toString('latin1').startsWith('220')))
    socket.on('error', () => answer(false))
    socket.on('close', () => answer(false))
  })
}

/** Children of a process, as the kernel knows them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** Running, and not a zombie that waits for its parent. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

/** Numbers are used again: is this still a Postern of ours? */
function isOurs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('core/')
  } catch {
    return false
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was gone already.
  }
}
