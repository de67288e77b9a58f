/** Real Redis servers on loopback: one, a cluster of three, a master and a replica under three sentinels. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RedisConfig } from '../../core/state/types.ts'
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
  const [port] = (await freePorts(1)) as [number]
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

async function scripted(script: string, count: number): Promise<Omit<RedisServers, 'config'>> {
  const ports = await freePorts(count)
  const directory = mkdtempSync(join(tmpdir(), 'postern-redis-'))
  const argv = [join(import.meta.dirname, script), directory, String(ports[0])]
  const child = spawn('/bin/bash', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${script} is not ready after 30 s`)), 30_000)
    child.stdout.on('data', (chunk) => {
      if (!String(chunk).includes('ready')) return
      clearTimeout(timer)
      resolve()
    })
  })
  const signal = (port: number, name: NodeJS.Signals): void => {
    try {
      process.kill(Number(readFileSync(join(directory, String(port), 'pid'), 'latin1')), name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const stop = (): void => {
    for (const port of ports.slice(0, script === 'redis-cluster.sh' ? 3 : 2)) signal(port, 'SIGCONT')
    child.kill('SIGTERM')
  }
  return { ports, signal, stop: () => ended(child, directory, stop) }
}

async function ended(child: ChildProcess, directory: string, stop: () => unknown): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.signalCode === null) {
    stop()
    await gone
  }
  rmSync(directory, { recursive: true, force: true })
}

/** Ports one after the other that were free a moment ago, and so were those of the cluster's own bus, 10000 above. */
async function freePorts(count: number): Promise<number[]> {
  for (let tries = 0; tries < 50; tries++) {
    const base = 20_000 + Math.floor(Math.random() * 10_000)
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
