/**
 * Finds workers that hang: one that has been asked for a sign of life and gives none within daemon_timeout is killed, so that
 * another takes its place and adopts its spool. Beats are counted instead of time, because a machine that slept is no hang.
 */
import { knownParameters } from '../config/registry.ts'
import { createScope } from '../config/scope.ts'
import type { Configuration } from '../config/types.ts'
import { PROCESS_PARAMETERS } from './parameters.ts'

/** Milliseconds between two questions, whatever the limit is. */
const SHORTEST = 50
const LONGEST = 30_000
/** Questions within the limit, where the bounds above allow it. */
const BEATS = 10

/** What the watchdog needs of the workers. */
export interface Watched {
  readonly size: number
  isServing(index: number): boolean
  askNow(index: number, method: string): Promise<unknown>
  killOne(index: number): void
}

export interface WatchdogOptions {
  readonly workers: Watched
  /** Milliseconds, asked for each time; 0: no limit. */
  limit(): number
  /** A worker is about to be killed. */
  onHang(index: number, limit: number): void
}

/** Beats that went by since a worker was asked, for each worker that owes an answer. */
type Silence = Map<number, number>

/** Begins to watch. @returns what ends it */
export function startWatchdog(options: WatchdogOptions): () => void {
  const silence: Silence = new Map()
  let timer: NodeJS.Timeout | undefined
  const again = (): void => {
    const limit = options.limit()
    timer = setTimeout(() => {
      if (limit > 0) beat(options, silence, limit)
      else silence.clear()
      again()
    }, intervalOf(limit))
    timer.unref()
  }
  again()
  return () => clearTimeout(timer)
}

/** daemon_timeout in milliseconds. */
export function limitOf({ parameters }: Configuration): number {
  return createScope({ assignments: parameters, registry: knownParameters() }).values(PROCESS_PARAMETERS).daemon_timeout
}

/** Milliseconds between two beats. */
export function intervalOf(limit: number): number {
  return limit > 0 ? Math.min(LONGEST, Math.max(SHORTEST, limit / BEATS)) : LONGEST
}

/** Asks those that owe no answer, and ends those that have owed one for too long. */
export function beat({ workers, onHang }: WatchdogOptions, silence: Silence, limit: number): void {
  const most = Math.ceil(limit / intervalOf(limit))
  for (let index = 0; index < workers.size; index++) {
    if (!workers.isServing(index)) {
      silence.delete(index)
      continue
    }
    const owed = silence.get(index)
    if (owed === undefined) ask(workers, silence, index)
    else if (owed < most) silence.set(index, owed + 1)
    else {
      silence.delete(index)
      onHang(index, limit)
      workers.killOne(index)
    }
  }
}

/** An error is a sign of life too, or of a death that others see to. */
function ask(workers: Watched, silence: Silence, index: number): void {
  silence.set(index, 1)
  const answered = (): void => void silence.delete(index)
  workers.askNow(index, 'beat').then(answered, answered)
}
