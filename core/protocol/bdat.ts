/** BDAT (RFC 3030): the command's arguments, and how much of its chunk is still to come. */

export interface Bdat {
  /** Octets of the chunk. */
  readonly size: number
  readonly last: boolean
}

/** RFC 3030 2: at most twenty digits; no file is larger than this. */
const MAX_CHUNK = 2n ** 63n - 1n

/** Parses `count [LAST]`; undefined when it is malformed. */
export function parseBdat(words: readonly string[]): Bdat | undefined {
  const [count, last, more] = words
  if (count === undefined || more !== undefined || !/^[0-9]{1,20}$/.test(count)) return undefined
  if (last !== undefined && last.toUpperCase() !== 'LAST') return undefined
  return BigInt(count) > MAX_CHUNK ? undefined : { size: Number(count), last: last !== undefined }
}
