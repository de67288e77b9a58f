/** Starts other processes; a worker may be started before anything else is known, because loading its modules takes longest. */
import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program beside this file: `.ts` in the repository, `.js` in a package. */
const program = (name: string): string => fileURLToPath(new URL(`${name}${extname(import.meta.url)}`, import.meta.url))

const STDIO: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc']

/**
 * How a worker uses memory. A message makes some 85 KB of garbage: with this young generation less than one in a hundred waits for a
 * collection; a larger one stays large once the load is gone. More arenas of malloc gain nothing, since nearly all of a worker's work is
 * on one thread. What the user says to Node or malloc wins.
 */
const YOUNG = '--max-semi-space-size'
/** memory.ts collects when a worker is calm, and calls malloc by a module that Node calls experimental. */
const LEAN = ['--expose-gc', '--disable-warning=ExperimentalWarning']
const WORKER_MALLOC = { MALLOC_ARENA_MAX: '2' }

/** A process that loads the engines and waits for its first order. */
export function forkWorker(): ChildProcess {
  const isSaid = process.env.NODE_OPTIONS?.includes(YOUNG) === true
  const execArgv = [...LEAN, ...(isSaid ? [] : [`${YOUNG}=16`]), ...process.execArgv]
  return fork(program('worker'), [], { stdio: STDIO, execArgv, env: { ...WORKER_MALLOC, ...process.env } })
}

/** A process that reads a configuration file; see reading.ts. */
export function forkReader(file: string): ChildProcess {
  return fork(program('reader'), [file], { stdio: STDIO })
}

/** A worker that was started ahead of time. */
export class SpareWorker {
  #child: ChildProcess | undefined = forkWorker()

  /** The spare one, or a new one when it was taken before. */
  take(): ChildProcess {
    const child = this.#child ?? forkWorker()
    this.#child = undefined
    return child
  }

  /** Ends it if nobody took it. */
  discard(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}
