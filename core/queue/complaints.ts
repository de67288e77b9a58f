/** Warnings about the disk, each kind once a minute: a full disk fails many times a second. */
import type { Event } from '../events.ts'
import type { Clock } from '../plugin.ts'
import { spoolError } from './spool-errors.ts'

const INTERVAL = 60_000

/** Tells of an error while `doing` something. */
export type Complain = (doing: string, error: unknown) => void

export function complaints(clock: Clock, report: (event: Event) => void): Complain {
  const last = new Map<string, number>()
  return (doing, error) => {
    const now = clock.now()
    if (now - (last.get(doing) ?? Number.NEGATIVE_INFINITY) < INTERVAL) return
    last.set(doing, now)
    report({ type: 'warning', where: 'queue', message: spoolError(error, doing).message })
  }
}
