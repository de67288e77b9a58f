/** Which hash slot of a Redis Cluster a key belongs to: CRC-16/XMODEM of its hash tag, modulo 16384. */

const TABLE = new Uint16Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  TABLE[byte] = crc
}

/** 0 to 16383. */
export function hashSlot(key: string): number {
  const bytes = Buffer.from(hashTag(key))
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0)
  return crc & 0x3fff
}

/** What stands between the first `{` and the next `}`; without such, or when that is empty, the whole key. */
function hashTag(key: string): string {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}
