/** How long a delivery took, as Postfix's delay= and delays=a/b/c/d say it. */
import type { DeliveryTimes } from '../smtp/types.ts'

/** Milliseconds as seconds with two significant digits and at most two decimals (delay_logging_resolution_limit). */
export function seconds(milliseconds: number): string {
  const s = milliseconds / 1000
  if (!(s > 0)) return '0'
  if (s >= 9.95) return String(Math.round(s))
  const scale = s >= 0.995 ? 10 : 100
  return String(Math.round(s * scale) / scale)
}

/** Milliseconds in each part: before the queue manager, in it, connecting, transmitting. */
export function parts(arrived: number, due: number, times: DeliveryTimes): readonly [number, number, number, number] {
  const began = Math.max(arrived, Math.min(due, times.started))
  return [began - arrived, times.started - began, times.connected - times.started, times.finished - times.connected]
}
