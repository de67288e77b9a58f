/** Real Redis servers on loopback: one, a cluster of three, a master and a replica under three sentinels. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RedisConfig } from '../../core/state/types.ts'
import { freePort, freePorts } from '../kit/process.ts'
import { listening } from './components.ts'

/** Servers that run until they are told to stop. */
export interface RedisServers {
  readonly config: RedisConfig
  readonly ports: readonly number[]
  /** Sends a signal to the server on this port: SIGSTOP makes it hang, SIGKILL makes it gone. */
  signal(port: number, signal: NodeJS.Signals): void
  stop(): Promise<void>
}

const PREFIX = 'postern-test:'

/** One server. */
export async function oneRedis(): Promise<RedisServers> {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'postern-redis-'))
  const argv = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory, '--daemonize', 'no']
  const child = spawn('redis-server', argv, { stdio: ['ignore', 'ignore', 'inherit'] })
  await listening(port)
  return {
    config: { url: `redis://127.0.0.1:${port}`, prefix: PREFIX },
    ports: [port],
    signal: (_port, signal) => void child.kill(signal),
    stop: () => ended(child, directory, () => child.kill('SIGKILL')),
  }
}

/** A cluster of three masters. */
export async function redisCluster(): Promise<RedisServers> {
  const servers = await scripted('redis-cluster.sh', 3)
  return { ...servers, config: { cluster: servers.ports.map((port) => `127.0.0.1:${port}`), prefix: PREFIX } }
}

/** A master, its replica (ports 0 and 1) and three sentinels. */
export async function redisSentinel(): Promise<RedisServers> {
  const servers = await scripted('redis-sentinel.sh', 5)
  const sentinels = servers.ports.slice(2).map((port) => `127.0.0.1:${port}`)
  return { ...servers, config: { sentinels, master: 'mymaster', prefix: PREFIX } }
}

/** Servers that a script starts. They only serve the tests, so where they do not come up they get two more tries, on other ports. */
async function scripted(script: string, count: number): Promise<Omit<RedisServers, 'config'>> {
  for (let tries = 1; ; tries++) {
    const ports = await freePorts(count)
    const directory = mkdtempSync(join(tmpdir(), 'postern-redis-'))
    const argv = [join(import.meta.dirname, script), directory, String(ports[0])]
    const child = spawn('/bin/bash', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    const servers = script === 'redis-cluster.sh' ? ports : ports.slice(0, 2)
    const signal = (port: number, name: NodeJS.Signals): void => kill(join(directory, String(port), 'pid'), name)
    const stop = (): Promise<void> =>
      ended(child, directory, () => {
        for (const port of servers) signal(port, 'SIGCONT')
        child.kill('SIGTERM')
      })
    if (await isReady(child)) return { ports, signal, stop }
    await stop()
    if (tries === 3) throw new Error(`${script} did not come up, tried ${tries} times`)
    console.error(`${script} did not come up on port ${ports[0]}; again on others`)
  }
}

/** True when the script says so within 30 s, false when it ends or is silent. */
function isReady(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 30_000)
    const settle = (is: boolean): void => {
      clearTimeout(timer)
      resolve(is)
    }
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && settle(true))
    child.on('exit', () => settle(false))
  })
}

/** Sends a signal to the process that a file names, if both are there. */
function kill(pidFile: string, name: NodeJS.Signals): void {
  try {
    process.kill(Number(readFileSync(pidFile, 'latin1')), name)
  } catch (error) {
    if (!['ESRCH', 'ENOENT'].includes(String((error as NodeJS.ErrnoException).code))) throw error
  }
}

async function ended(child: ChildProcess, directory: string, stop: () => unknown): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.signalCode === null) {
    stop()
    await gone
  }
  rmSync(directory, { recursive: true, force: true })
}
