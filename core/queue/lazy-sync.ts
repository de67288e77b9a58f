/** Syncs and removals that may wait a moment, shared by all that wait for the same, tried until the disk takes them. */
import { dirname } from 'node:path'
import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { Alarm } from './alarm.ts'
import { type Complain, complaints } from './complaints.ts'
import { codeOf } from './spool-errors.ts'
import type { SpoolFs } from './spool-fs.ts'

/** What waits reaches the disk after at most so many ms. */
const DELAY = 100
/** What the disk refused is tried again after so many ms. */
const RETRY = 1000

interface Sync {
  readonly running: Promise<void>
  again: Promise<void> | undefined
}

export class LazySync {
  readonly #fs: SpoolFs
  readonly #clock: Clock
  readonly #complain: Complain
  readonly #files = new Set<string>()
  readonly #directories = new Set<string>()
  readonly #removals = new Set<string>()
  readonly #syncing = new Map<string, Sync>()
  readonly #alarm: Alarm

  constructor(fs: SpoolFs, clock: Clock, report: (event: Event) => void) {
    this.#fs = fs
    this.#clock = clock
    this.#complain = complaints(clock, report)
    this.#alarm = new Alarm(clock, () => void this.syncAll())
  }

  /** Syncs a file soon. */
  fileLater(path: string): void {
    this.#files.add(path)
    this.#alarm.at(this.#clock.now() + DELAY)
  }

  /** Removes a file at once; its directory is synced soon. */
  remove(path: string): void {
    this.#files.delete(path)
    this.#removals.delete(path)
    try {
      this.#fs.unlink(path)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      this.#removals.add(path)
      this.#alarm.at(this.#clock.now() + RETRY)
      this.#complain('remove message file', error)
      return
    }
    this.#directories.add(dirname(path))
    this.#alarm.at(this.#clock.now() + DELAY)
  }

  /** Another file has got this name: what waits for the old one is over. */
  replaced(path: string): void {
    this.#files.delete(path)
    this.#removals.delete(path)
  }

  /** Will be removed as soon as the disk allows. */
  isRemoved(path: string): boolean {
    return this.#removals.has(path)
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

  /** Does all that waits. */
  async syncAll(): Promise<void> {
    for (const path of [...this.#removals]) this.remove(path)
    await this.#each(this.#files, (path) => this.#file(path))
    await this.#each(this.#directories, (path) => this.directory(path))
  }

  async close(): Promise<void> {
    await this.syncAll()
    this.#alarm.stop()
  }

  async #each(paths: Set<string>, sync: (path: string) => Promise<void>): Promise<void> {
    const all = [...paths]
    paths.clear()
    for (const path of all) {
      try {
        await sync(path)
      } catch (error) {
        paths.add(path)
        this.#alarm.at(this.#clock.now() + RETRY)
        this.#complain('sync messages', error)
      }
    }
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
