/** Netstrings (https://cr.yp.to/proto/netstrings.txt): `5:hello,`. */

/** The most that the length of a netstring may be written with. */
const MOST_DIGITS = 9

export function netstring(text: string): Buffer {
  const octets = Buffer.from(text)
  return Buffer.concat([Buffer.from(`${octets.length}:`), octets, Buffer.from(',')])
}

/** The first netstring of some octets; undefined when more must come. @throws Error when it is none, or over `limit` octets */
export function parseNetstring(octets: Buffer, limit: number): { readonly value: Buffer; readonly length: number } | undefined {
  const colon = octets.subarray(0, MOST_DIGITS + 1).indexOf(':')
  const digits = octets.toString('latin1', 0, colon === -1 ? Math.min(octets.length, MOST_DIGITS + 1) : colon)
  if (!/^\d*$/.test(digits) || digits.length > MOST_DIGITS || (colon === 0 && octets.length > 0)) throw malformed(octets)
  if (colon === -1) return undefined
  const size = Number(digits)
  if (size > limit) throw new Error(`an answer of ${size} octets, over ${limit}`)
  const end = colon + 1 + size
  if (octets.length <= end) return undefined
  if (octets[end] !== 44) throw malformed(octets)
  return { value: octets.subarray(colon + 1, end), length: end + 1 }
}

const malformed = (octets: Buffer): Error =>
  new Error(`a malformed netstring: ${JSON.stringify(octets.toString('latin1', 0, 40))}`)
