/** Who owns a spool directory: a file with the owner's pid and start time, so that a dead process's lock can be taken over. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import { SpoolError } from './types.ts'

/** A process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Boot id and start time since boot; `` where the system does not tell. */
  readonly started: string
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) ?? '' }
}

/** Does exactly this process still run? */
export function isRunning(identity: ProcessIdentity): boolean {
  const started = startOf(identity.pid)
  if (started !== undefined) return started === identity.started
  try {
    process.kill(identity.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Boot id and field 22 of /proc/PID/stat; undefined when there is no such process (or no /proc). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`
  } catch {
    return undefined
  }
}

/**
 * Takes the lock of a spool directory.
 * @throws SpoolError when a living process has it
 */
export async function takeLock(
  fs: SpoolFs,
  directory: string,
  self: ProcessIdentity,
  isAlive: (identity: ProcessIdentity) => boolean,
): Promise<{ release(): void }> {
  const path = join(directory, 'lock')
  const own = `${path}.${self.pid}`
  if (fs.exists(own)) fs.unlink(own)
  writeWhole(fs, own, JSON.stringify(self))
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(fs, own, path)) return { release: () => fs.unlink(path) }
      const holder = await holderOf(fs, path)
      if (holder !== undefined && isAlive(holder)) throw new SpoolError('io', `${directory}: is in use by process ${holder.pid}`)
      await setAside(fs, path, `${own}.stale`, isAlive)
    }
  } finally {
    fs.unlink(own)
  }
  throw new SpoolError('io', `${directory}: can not take the lock`)
}

/** Renames the stale lock, which only one of several takers can do; a fresh one caught by that is put back. */
async function setAside(
  fs: SpoolFs,
  path: string,
  aside: string,
  isAlive: (identity: ProcessIdentity) => boolean,
): Promise<void> {
  try {
    fs.rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const caught = await holderOf(fs, aside)
  if (caught !== undefined && isAlive(caught)) linked(fs, aside, path)
  fs.unlink(aside)
}

/** Written under a name of its own and then linked, so that nobody ever sees an empty lock. */
function writeWhole(fs: SpoolFs, path: string, text: string): void {
  const fd = fs.open(path, 'create')
  try {
    fs.write(fd, [Buffer.from(text)], 0)
  } finally {
    fs.close(fd)
  }
}

function linked(fs: SpoolFs, from: string, to: string): boolean {
  try {
    fs.link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Who holds the lock; undefined when the file is gone or its writer died while writing it. */
async function holderOf(fs: SpoolFs, path: string): Promise<ProcessIdentity | undefined> {
  try {
    const fd = fs.open(path, 'read')
    try {
      return JSON.parse((await readExactly(fs, fd, 0, fs.size(fd))).toString()) as ProcessIdentity
    } finally {
      fs.close(fd)
    }
  } catch {
    return undefined
  }
}
