/** BDAT (RFC 3030): the command's arguments, and how much of its chunk is still to come. */

export interface Bdat {
  /** Octets of the chunk. */
  readonly size: number
  readonly last: boolean
}

/** RFC 3030 2: at most twenty digits; more than this many octets no one means. */
const MAX_CHUNK = Number.MAX_SAFE_INTEGER

/** Parses `count [LAST]`; undefined when it is malformed. */
export function parseBdat(words: readonly string[]): Bdat | undefined {
  const [count, last, more] = words
  if (count === undefined || more !== undefined || !/^[0-9]{1,20}$/.test(count)) return undefined
  if (last !== undefined && last.toUpperCase() !== 'LAST') return undefined
  const size = Number(count)
  return size > MAX_CHUNK ? undefined : { size, last: last !== undefined }
}
