/**
 * A worker's side of shared concurrency (core/queue/manager-types.ts): its fixed share of a limit costs nothing but a
 * counter; beyond it the supervisor is asked, once until it says that there is room.
 */
import type { Leases } from '../queue/manager-types.ts'
import { share } from './lease-ledger.ts'

/** How the supervisor is reached. */
export interface LeaseOffice {
  acquire(key: string, limit: number): Promise<boolean>
  release(key: string): void
}

interface Count {
  used: number
  /** Of `used`, those that the supervisor granted. */
  granted: number
  /** The supervisor said no, and has not yet said that there is room. */
  refusedThere: boolean
  /** Someone here was told no and waits for `freed`. */
  refusedHere: boolean
}

export function createLeases(workers: number, office: LeaseOffice): Leases & { freed(key: string): void } {
  const counts = new Map<string, Count>()
  const listeners: ((key: string) => void)[] = []

  const tell = (key: string): void => {
    for (const listener of listeners) listener(key)
  }
  const refuse = (count: Count): false => {
    count.refusedHere = true
    return false
  }
  const tidy = (key: string, count: Count): void => {
    if (count.used === 0 && !count.refusedHere && !count.refusedThere) counts.delete(key)
  }
  const ask = async (key: string, limit: number, count: Count): Promise<boolean> => {
    count.used++
    count.granted++
    const granted = await office.acquire(key, limit).catch(() => false)
    if (granted) return true
    count.used--
    count.granted--
    count.refusedThere = true
    return refuse(count)
  }

  return {
    acquire(key, limit) {
      let count = counts.get(key)
      if (count === undefined) {
        count = { used: 0, granted: 0, refusedThere: false, refusedHere: false }
        counts.set(key, count)
      }
      const own = share(limit, workers)
      if (count.used - count.granted < own) {
        count.used++
        return true
      }
      if (own * workers === limit || count.refusedThere) return refuse(count)
      return ask(key, limit, count)
    },
    release(key) {
      const count = counts.get(key)
      if (count === undefined || count.used === 0) return
      count.used--
      if (count.granted > 0) {
        count.granted--
        office.release(key)
      }
      const waiting = count.refusedHere
      count.refusedHere = false
      tidy(key, count)
      if (waiting) tell(key)
    },
    onFreed(listener) {
      listeners.push(listener)
    },
    /** The supervisor has room for this key again. */
    freed(key) {
      const count = counts.get(key)
      if (count === undefined) return
      count.refusedThere = false
      count.refusedHere = false
      tidy(key, count)
      tell(key)
    },
  }
}
