/** Does content need SMTPUTF8: has it a header that is not ASCII, its own or one of a part or an attached message? RFC 6532 3. */
import { parseHeaders } from '../message/headers.ts'
import { MimeStructure } from '../message/mime.ts'
import type { StoredContent } from '../queue/types.ts'

const LF = 10
/** A line that is longer is looked at in pieces. */
const LONGEST_LINE = 16_384

/** Reads no further than it must: content without parts ends with its head. */
export async function hasInternationalHeader(content: StoredContent): Promise<boolean> {
  const head = await content.head()
  if (isEightBit(head, 0, head.length)) return true
  const structure = new MimeStructure(parseHeaders(head).value('content-type'))
  if (structure.plain) return false
  let skip = head.length
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of content.chunks()) {
    const body = chunk.subarray(skip)
    skip -= chunk.length - body.length
    const bytes = rest.length === 0 ? body : Buffer.concat([rest, body])
    let at = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, at)) {
      if (isHeader(structure, bytes, at, end)) return true
      if (structure.plain) return false
      at = end + 1
    }
    rest = bytes.subarray(at)
    if (rest.length <= LONGEST_LINE) continue
    if (isHeader(structure, rest, 0, rest.length)) return true
    rest = rest.subarray(rest.length)
  }
  return isHeader(structure, rest, 0, rest.length)
}

const HEADERS: ReadonlySet<string> = new Set(['mime', 'nested', 'fold'])
const CR = 13

/** Is this line of the body a header with an octet that is not ASCII? `end` is before its line feed. */
function isHeader(structure: MimeStructure, bytes: Buffer, start: number, end: number): boolean {
  const last = end > start && bytes[end - 1] === CR ? end - 1 : end
  return HEADERS.has(structure.line(bytes, start, last)) && isEightBit(bytes, start, last)
}

function isEightBit(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 127) return true
  return false
}
