/** The arithmetic of a token bucket. */
import type { Bucket, Taken } from './types.ts'

/** Takes `wanted` tokens, all or none, from a bucket that held `tokens` `elapsed` ms ago. */
export function afterTaking(tokens: number, elapsed: number, { rate, burst }: Bucket, wanted: number): Taken {
  const there = Math.min(burst, tokens + (Math.max(0, elapsed) * rate) / 1000)
  if (there >= wanted) return { granted: true, left: there - wanted, wait: 0 }
  return { granted: false, left: there, wait: waitFor(there, rate, wanted) }
}

/** Milliseconds until `wanted` tokens are there. */
export function waitFor(there: number, rate: number, wanted: number): number {
  return Math.ceil(((wanted - there) * 1000) / rate)
}

/** Milliseconds after which a bucket is full, and need not be remembered. */
export function refill(left: number, { rate, burst }: Bucket): number {
  return Math.ceil(((burst - left) * 1000) / rate)
}
