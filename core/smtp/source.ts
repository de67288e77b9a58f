/** The content of one delivery: as stored, or as the `smtp.message` steps shaped it. */
import { type Hooks, shaped } from '../hooks.ts'
import { parseHeaders } from '../message/headers.ts'
import type { ContentFacts, StoredContent } from '../queue/types.ts'
import type { OutgoingContext } from './hooked.ts'

export type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>

export interface Source {
  readonly chunks: Chunks
  readonly facts: ContentFacts
  /** In memory, and small enough for one system call. */
  readonly isSmall: boolean
}

/** Content up to this many bytes is written at once; more goes in steps, with back-pressure. */
const SMALL = 256 * 1024

/** The content to send. @throws StepError, SpoolError, or rejects with them */
export function sourceOf(content: StoredContent, hooks: Hooks, context: OutgoingContext): Source | Promise<Source> {
  if (hooks['smtp.message'].isUsed()) return shapedSource(content, hooks, context)
  return plain(content.chunks(), content.facts)
}

function plain(chunks: Chunks, facts: ContentFacts): Source {
  return { chunks, facts, isSmall: facts.size <= SMALL && Symbol.iterator in chunks }
}

async function shapedSource(content: StoredContent, hooks: Hooks, context: OutgoingContext): Promise<Source> {
  const head = await content.head()
  const headers = parseHeaders(head)
  const message = await shaped(hooks['smtp.message'], { headers, body: undefined, facts: content.facts }, context)
  if (message.headers === headers && !headers.edited && message.body === undefined) return plain(content.chunks(), content.facts)
  const body = message.body ?? withoutFirst(content.chunks(), head.length)
  // The steps' word on dots and line lengths is not taken: every line is looked at.
  const facts = { ...message.facts, dots: true, bareCr: true, longestLine: Number.MAX_SAFE_INTEGER }
  return { chunks: joined(message.headers.toBuffer(), body), facts, isSmall: false }
}

async function* joined(head: Buffer, body: Chunks): AsyncGenerator<Buffer> {
  yield head
  yield* body
}

/** What follows the first `bytes` bytes. */
async function* withoutFirst(chunks: Chunks, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const chunk of chunks) {
    if (left >= chunk.length) left -= chunk.length
    else {
      yield left === 0 ? chunk : chunk.subarray(left)
      left = 0
    }
  }
}
