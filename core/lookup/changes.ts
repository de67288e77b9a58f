/** Whether files have changed since they were last looked at. */
import { statSync } from 'node:fs'

/** How often, in milliseconds, a changed file is looked for. */
const CHECK_INTERVAL = 1000

/** Looks at files, at most once in a second. */
export class Watch {
  readonly #paths: readonly string[]
  readonly #now: () => number
  #stamps: string
  #checked: number

  constructor(paths: readonly string[], now: () => number = Date.now) {
    this.#paths = paths
    this.#now = now
    this.#stamps = this.#look()
    this.#checked = now()
  }

  /** True once for every change that is seen. */
  changed(): boolean {
    const time = this.#now()
    if (time - this.#checked < CHECK_INTERVAL && time >= this.#checked) return false
    this.#checked = time
    const stamps = this.#look()
    if (stamps === this.#stamps) return false
    this.#stamps = stamps
    return true
  }

  #look(): string {
    return this.#paths.map(stampOf).join(', ')
  }
}

/** What is different when a file was written to, replaced or removed. */
export function stampOf(path: string): string {
  try {
    const s = statSync(path, { bigint: true, throwIfNoEntry: false })
    return s === undefined ? 'missing' : `${s.mtimeNs} ${s.size} ${s.ino}`
  } catch (error) {
    return String((error as { code?: string }).code)
  }
}

/** Is this the error of a file that is not there? */
export function missing(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code === 'ENOENT'
}
