/** Does stored content need SMTPUTF8? */
import { parseHeaders } from '../message/headers.ts'
import { InternationalParts, isEightBit } from '../message/international.ts'
import type { StoredContent } from '../queue/types.ts'

/** Reads no further than it must: content without parts ends with its head. */
export async function hasInternationalHeader(content: StoredContent): Promise<boolean> {
  const head = await content.head()
  if (isEightBit(head)) return true
  const parts = new InternationalParts(parseHeaders(head).value('content-type'))
  if (parts.isOver) return false
  let skip = head.length
  for await (const chunk of content.chunks()) {
    const body = chunk.subarray(skip)
    skip -= chunk.length - body.length
    if (parts.push(body)) return true
    if (parts.isOver) return false
  }
  return parts.end()
}
