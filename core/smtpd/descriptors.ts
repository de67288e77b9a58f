/**
 * How many clients a process has file descriptors for. The queue, deliveries and tables need some too: without them a message that was let
 * in could not be stored, and clients would be dropped without a word.
 */
import { readFileSync } from 'node:fs'

/** The share of all descriptors that clients may have. */
const SHARE = 0.75

/** Connections that this process has room for; read once, because Node has raised its limit when it started. */
export const ROOM: number = Math.max(1, Math.floor(descriptors() * SHARE))

/** smtpd_connection_limit (0: none), or what there is room for when that is less. */
export function connectionLimit(asked: number, room = ROOM): number {
  return asked > 0 ? Math.min(asked, room) : Number.isFinite(room) ? room : 0
}

/** Infinity where the system does not say. */
function descriptors(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return found === undefined ? Number.POSITIVE_INFINITY : Number(found)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
