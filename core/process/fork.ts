/** Starts worker processes; one may be started before anything else is known, because loading its modules takes longest. */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The worker's program, beside this file: `.ts` in the repository, `.js` in a package. */
const WORKER = fileURLToPath(new URL(`worker${extname(import.meta.url)}`, import.meta.url))

/** A process that loads the engines and waits for its first order. */
export function forkWorker(): ChildProcess {
  return fork(WORKER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
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
