/** How long a delivery took, as Postfix's delay= and delays=a/b/c/d say it. */
import type { DeliveryTimes } from '../smtp/types.ts'

/** From how many seconds on two significant digits leave room for so many decimals. */
const DECIMALS: readonly (readonly [from: number, decimals: number])[] = [
  [9.95, 0],
  [0.995, 1],
  [0.0995, 2],
  [0.009_95, 3],
  [0.000_995, 4],
  [0.000_099_5, 5],
  [0, 6],
]

/**
 * Milliseconds as seconds with two significant digits.
 * @param limit most decimals, 0 to 6 (delay_logging_resolution_limit)
 */
export function seconds(milliseconds: number, limit = 2): string {
  const s = milliseconds / 1000
  if (!(s > 0)) return '0'
  const [, room = 0] = DECIMALS.find(([from]) => s >= from) ?? []
  const scale = 10 ** Math.min(room, limit)
  return String(Math.round(s * scale) / scale)
}

/** Milliseconds in each part: before the queue manager, in it, connecting, transmitting. */
export function parts(arrived: number, due: number, times: DeliveryTimes): readonly [number, number, number, number] {
  const began = Math.max(arrived, Math.min(due, times.started))
  return [began - arrived, times.started - began, times.connected - times.started, times.finished - times.connected]
}
