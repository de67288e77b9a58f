/** Whether files have changed since they were last looked at. */
import { statSync } from 'node:fs'

/** How often, in milliseconds, a changed file is looked for. */
const CHECK_INTERVAL = 1000

/** A file that was written to less than so many milliseconds ago may be half of what it will be. */
const WARM = 1000
/** But one that is written to all the time is read in the end: after so many milliseconds. */
const PATIENCE = 10_000

/** Looks at files, at most once in a second. */
export class Watch {
  readonly #paths: readonly string[]
  readonly #now: () => number
  readonly #waitsForRest: boolean
  #stamps: string
  #checked: number
  /** When a change was seen that is not told yet. */
  #seen: number | undefined

  /** @param waitsForRest a change is told once nobody has written for a second: for files that are not replaced in one step */
  constructor(paths: readonly string[], now: () => number = Date.now, waitsForRest = false) {
    this.#paths = paths
    this.#now = now
    this.#waitsForRest = waitsForRest
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
    if (this.#waitsForRest && this.#isWarm(time)) return false
    this.#seen = undefined
    this.#stamps = stamps
    return true
  }

  #isWarm(time: number): boolean {
    this.#seen ??= time
    return time - this.#seen < PATIENCE && this.#paths.some((path) => isWarm(path, time))
  }

  #look(): string {
    return this.#paths.map(stampOf).join(', ')
  }
}

function isWarm(path: string, time: number): boolean {
  try {
    const age = time - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    return age >= 0 && age < WARM
  } catch {
    return false
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
