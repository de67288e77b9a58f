/**
 * Which worker owns which spool. A worker's spool keeps its name over restarts; spools that a larger number of workers left
 * behind are handed to the workers that exist, so that no message waits for a worker that never comes.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const OWNER = /^w\d{1,4}$/

/** Directory of all spools of a gateway. */
export function spoolRoot(queueDirectory: string): string {
  return join(queueDirectory, 'spool')
}

/** Name of the spool of the worker in this place. */
export function ownerName(index: number): string {
  return `w${index}`
}

/** The spools that exist on disk, in order of their numbers. */
export function existingOwners(queueDirectory: string): readonly string[] {
  try {
    return readdirSync(spoolRoot(queueDirectory))
      .filter((name) => OWNER.test(name))
      .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

/** For each of `count` workers the names of its spools, its own first. */
export function assignOwners(count: number, existing: readonly string[]): readonly (readonly string[])[] {
  const own = Array.from({ length: count }, (_, index) => [ownerName(index)])
  const left = existing.filter((name) => Number(name.slice(1)) >= count)
  for (const [turn, name] of left.entries()) own[turn % count]?.push(name)
  return own
}
