/** One instance for one queue directory: a lock file with the supervisor's process id and start time. */
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning, type ProcessIdentity, thisProcess } from '../queue/lock.ts'

/** Name of the lock in the queue directory. */
export const LOCK_NAME = 'postern.pid'

/** Another instance runs on this queue directory. */
export class InstanceError extends Error {
  readonly pid: number
  constructor(directory: string, pid: number) {
    super(`queue directory ${directory} is in use by a running Postern, process ${pid}`)
    this.name = 'InstanceError'
    this.pid = pid
  }
}

/**
 * Takes the lock. A lock whose process is gone is set aside.
 * @throws InstanceError when a living instance has it
 */
export function takeInstance(directory: string): { release(): void } {
  const path = join(directory, LOCK_NAME)
  const own = `${path}.${process.pid}`
  const text = `${JSON.stringify(thisProcess())}\n`
  // The directory may belong to the unprivileged user: `wx` follows no link that stands there.
  rmSync(own, { force: true })
  writeFileSync(own, text, { mode: 0o600, flag: 'wx' })
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linked(own, path)) return { release: () => release(path, text) }
      const found = read(path)
      const holder = parse(found)
      if (holder !== undefined && isRunning(holder)) throw new InstanceError(directory, holder.pid)
      setAside(path, found)
    }
  } finally {
    rmSync(own, { force: true })
  }
  throw new Error(`queue directory ${directory}: cannot take the lock ${LOCK_NAME}`)
}

/** The process that holds the lock, when it runs. */
export function runningInstance(directory: string): number | undefined {
  const holder = parse(read(join(directory, LOCK_NAME)))
  return holder !== undefined && isRunning(holder) ? holder.pid : undefined
}

/** Creates the lock with its content in one step, so that nobody ever reads half of it. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a stale lock; when another process replaced it between the look and the move, that one is put back. */
function setAside(path: string, stale: string | undefined): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (read(aside) !== stale) linked(aside, path)
  unlinkSync(aside)
}

function release(path: string, text: string): void {
  if (read(path) === text) rmSync(path, { force: true })
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse(text: string | undefined): ProcessIdentity | undefined {
  try {
    const { pid, started } = JSON.parse(text ?? '') as { pid?: unknown; started?: unknown }
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && typeof started === 'string'
      ? { pid, started }
      : undefined
  } catch {
    return undefined
  }
}
