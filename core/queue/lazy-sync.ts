/** Syncs of files and directories that may wait a moment, shared by all that wait for the same. */

import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { Alarm } from './alarm.ts'
import { codeOf, spoolError } from './spool-errors.ts'
import type { SpoolFs } from './spool-fs.ts'

/** What waits reaches the disk after at most so many ms. */
const DELAY = 100

interface Sync {
  readonly running: Promise<void>
  again: Promise<void> | undefined
}

export class LazySync {
  readonly #fs: SpoolFs
  readonly #clock: Clock
  readonly #report: (event: Event) => void
  readonly #files = new Set<string>()
  readonly #directories = new Set<string>()
  readonly #syncing = new Map<string, Sync>()
  readonly #alarm: Alarm

  constructor(fs: SpoolFs, clock: Clock, report: (event: Event) => void) {
    this.#fs = fs
    this.#clock = clock
    this.#report = report
    this.#alarm = new Alarm(clock, () => void this.syncAll())
  }

  fileLater(path: string): void {
    this.#files.add(path)
    this.#alarm.at(this.#clock.now() + DELAY)
  }

  directoryLater(path: string): void {
    this.#directories.add(path)
    this.#alarm.at(this.#clock.now() + DELAY)
  }

  /** The file is gone. */
  forget(path: string): void {
    this.#files.delete(path)
  }

  /** Syncs a directory now; calls that come while one is under way share the next. */
  directory(path: string): Promise<void> {
    const now = this.#syncing.get(path)
    if (now === undefined) {
      const sync: Sync = { running: this.#fs.syncDirectory(path), again: undefined }
      this.#syncing.set(path, sync)
      const over = () => void (this.#syncing.get(path) === sync && this.#syncing.delete(path))
      sync.running.then(over, over)
      return sync.running
    }
    const next = () => {
      if (this.#syncing.get(path) === now) this.#syncing.delete(path)
      return this.directory(path)
    }
    now.again ??= now.running.then(next, next)
    return now.again
  }

  async syncAll(): Promise<void> {
    const files = [...this.#files]
    const directories = [...this.#directories]
    this.#files.clear()
    this.#directories.clear()
    try {
      for (const path of files) await this.#file(path)
      for (const path of directories) await this.directory(path)
    } catch (error) {
      this.#report({ type: 'warning', where: 'queue', message: spoolError(error, 'sync messages').message })
    }
  }

  async close(): Promise<void> {
    this.#alarm.stop()
    await this.syncAll()
  }

  async #file(path: string): Promise<void> {
    let fd: number
    try {
      fd = this.#fs.open(path, 'existing')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    try {
      await this.#fs.sync(fd)
    } finally {
      this.#fs.close(fd)
    }
  }
}
