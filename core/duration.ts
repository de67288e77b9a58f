/** Times as main.cf writes them: `300s`, `5m`, `2d`. */

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const
export type TimeUnit = keyof typeof SECONDS

/** A time in milliseconds; without a unit it is in `unit`. @throws Error */
export function parseTime(text: string, unit: TimeUnit = 's'): number {
  const match = /^(\d{1,12})\s*([smhdw]?)$/i.exec(text)
  if (match === null) throw new Error('must be a time: a whole number and s, m, h, d or w')
  const factor = SECONDS[(match[2]?.toLowerCase() || unit) as TimeUnit]
  return Number(match[1]) * factor * 1000
}
