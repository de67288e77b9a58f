/** Times as options write them. */

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
])

/** `100ms`, `5s`, `1m` in milliseconds. @throws Error */
export function milliseconds(name: string, text: string): number {
  const match = /^(\d{1,7})(ms|s|m)$/.exec(text.trim())
  if (match === null || Number(match[1]) === 0)
    throw new Error(`${name}: ${JSON.stringify(text)} is no time: write 100ms, 5s or 1m`)
  return Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 1)
}
