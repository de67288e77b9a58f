/**
 * Queue ids as Postfix's enable_long_queue_ids makes them: six digits of seconds and four of microseconds in base 52,
 * `z`, and an inode number in base 51. They sort by time; tools that read Postfix logs accept them.
 */
import type { QueueId } from './types.ts'

/** No vowels, so that no words appear; ascending in ASCII; `z` is the separator. */
const DIGITS = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'
const LEGAL = /^[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,14}z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]{1,20}$/

/** Is this text a queue id, and so safe as a file name? */
export function isQueueId(text: string): text is QueueId {
  return text.length <= 40 && LEGAL.test(text)
}

/**
 * Makes ids for one owner. `inode` is that of the owner's directory, so that no two owners on a file system make the same
 * id; microseconds only go up, whatever the clock does.
 */
export function queueIds(inode: number, now: () => number): { next(): QueueId; notBefore(id: QueueId): void } {
  const suffix = `z${encoded(inode, 51, 1)}`
  let last = 0
  let second = -1
  let prefix = ''
  return {
    next() {
      last = Math.max(last + 1, Math.floor(now() * 1000))
      const seconds = Math.floor(last / 1e6)
      if (seconds !== second) {
        second = seconds
        prefix = encoded(seconds, 52, 6)
      }
      return prefix + encoded(last - seconds * 1e6, 52, 4) + suffix
    },
    /** Ids made from now on are later than this one. */
    notBefore(id) {
      last = Math.max(last, microseconds(id))
    },
  }
}

/** Milliseconds since 1970 at which the id was made. */
export function arrivalOf(id: QueueId): number {
  return Math.floor(microseconds(id) / 1000)
}

/** Which of 52 directories holds the message: changes every 52 s, so that mail of one moment shares directory syncs. */
export function shelfOf(id: QueueId): string {
  return id[4] ?? '0'
}

function microseconds(id: QueueId): number {
  const at = id.lastIndexOf('z')
  return decoded(id.slice(0, at - 4)) * 1e6 + decoded(id.slice(at - 4, at))
}

function encoded(value: number, base: number, width: number): string {
  let text = ''
  for (let rest = value; rest > 0 || text.length < width; rest = Math.floor(rest / base)) text = DIGITS[rest % base] + text
  return text
}

function decoded(text: string): number {
  let value = 0
  for (const digit of text) value = value * 52 + DIGITS.indexOf(digit)
  return value
}
