/** What a probe would deliver: a header, so that it has a size like the smallest of messages. */
import { Readable } from 'node:stream'
import type { StoredContent } from '../queue/types.ts'
import { oneLine } from '../reply.ts'

/** Content for a probe of this address. */
export function emptyContent(address: string): StoredContent {
  const head = Buffer.from(`To: <${oneLine(address)}>\r\nSubject: Address verification probe\r\n\r\n`)
  return {
    facts: { size: head.length, dots: false, eightBit: false, longestLine: head.length, bareCr: false },
    head: async () => head,
    chunks: () => [head],
    stream: () => Readable.from([head]),
  }
}
