/** Writes a message file anew when the states appended to it outweigh their use. */
import { contentEnd, type FileState, stateRecord } from './message-file.ts'
import { lengthOf } from './spool-fs.ts'
import type { BodyFile } from './streamed-body.ts'
import type { StoredContent } from './types.ts'

/** Appended states may take so many bytes. */
export const MOST_HISTORY = 128 * 1024

export function needsCompaction(state: FileState): boolean {
  const history = state.size - contentEnd(state.layout)
  return history > MOST_HISTORY + 2 * lengthOf(stateRecord(state.envelope))
}

/** Copies the body into a new file; answers the head. */
export async function copyContent(content: StoredContent, body: BodyFile): Promise<Buffer> {
  const head = await content.head()
  let skip = head.length
  for await (const chunk of content.chunks()) {
    const rest = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - rest.length
    if (rest.length > 0) await body.write(rest)
  }
  return head
}
