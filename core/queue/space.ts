/** Free space, asked at most once a second; while the spool can not be written, each asking tries again. */
import { join } from 'node:path'
import type { Clock } from '../plugin.ts'
import type { SpoolFs } from './spool-fs.ts'
import type { SpaceFacts } from './types.ts'

const FRESH = 1000

export class SpaceProbe {
  readonly #fs: SpoolFs
  readonly #directory: string
  readonly #clock: Clock
  #facts: SpaceFacts = { freeBytes: 0, writable: true }
  #asked = Number.NEGATIVE_INFINITY
  #isSuspect = false

  constructor(fs: SpoolFs, directory: string, clock: Clock) {
    this.#fs = fs
    this.#directory = directory
    this.#clock = clock
  }

  /** A write has failed for another reason than space. */
  suspect(): void {
    this.#isSuspect = true
    this.#asked = Number.NEGATIVE_INFINITY
  }

  facts(): SpaceFacts {
    const now = this.#clock.now()
    if (now - this.#asked >= 0 && now - this.#asked < FRESH) return this.#facts
    this.#asked = now
    try {
      const { freeBytes } = this.#fs.space(this.#directory)
      this.#facts = { freeBytes, writable: !this.#isSuspect || this.#canWrite() }
    } catch {
      this.#facts = { freeBytes: 0, writable: false }
    }
    return this.#facts
  }

  #canWrite(): boolean {
    const path = join(this.#directory, 'incoming', 'probe')
    try {
      this.#fs.close(this.#fs.open(path, 'update'))
      this.#fs.unlink(path)
      this.#isSuspect = false
      return true
    } catch {
      return false
    }
  }
}
