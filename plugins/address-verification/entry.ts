/** What is remembered of one address, as text in shared state. */

export interface Entry {
  /** `todo`: nothing is known yet. */
  readonly status: 'ok' | 'bounce' | 'defer' | 'todo'
  /** When the probe under way began; 0: none is. Milliseconds since 1970, as all times here. */
  readonly probed: number
  /** When the status was found out; 0: never. */
  readonly updated: number
  /** What the probe met. */
  readonly text: string
}

/** Of addresses that nobody has asked for. */
export const UNKNOWN: Entry = Object.freeze({
  status: 'todo',
  probed: 0,
  updated: 0,
  text: 'Address verification in progress',
})

const STATUS: ReadonlySet<unknown> = new Set(['ok', 'bounce', 'defer', 'todo'])

/** @returns undefined for what is no entry: state can be shared with other versions */
export function parseEntry(text: string | undefined): Entry | undefined {
  if (text === undefined) return undefined
  try {
    const [status, probed, updated, reason] = JSON.parse(text) as unknown[]
    if (!STATUS.has(status) || typeof probed !== 'number' || typeof updated !== 'number' || typeof reason !== 'string')
      return undefined
    return { status: status as Entry['status'], probed, updated, text: reason }
  } catch {
    return undefined
  }
}

export function encodeEntry({ status, probed, updated, text }: Entry): string {
  return JSON.stringify([status, probed, updated, text])
}
