/** The content of one delivery: as stored, or as the server's features and the `smtp.message` steps shaped it. */
import { type Hooks, shaped } from '../hooks.ts'
import { parseContentType, parseEncoding } from '../message/content-type.ts'
import { Downgrade } from '../message/downgrade.ts'
import { parseHeaders } from '../message/headers.ts'
import type { MimeLimits } from '../message/mime.ts'
import type { ContentFacts, StoredContent } from '../queue/types.ts'
import type { OutgoingContext, OutgoingMessage } from './hooked.ts'

export type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>

export interface Source {
  readonly chunks: Chunks
  readonly facts: ContentFacts
  /** In memory, and small enough for one system call. */
  readonly isSmall: boolean
}

/** Content up to this many bytes is written at once; more goes in steps, with back-pressure. */
const SMALL = 256 * 1024

/**
 * The content to send. @param narrowing limits of the conversion to 7 bits that the server needs; undefined: it needs none
 * @throws StepError, SpoolError, or rejects with them
 */
export function sourceOf(
  content: StoredContent,
  hooks: Hooks,
  context: OutgoingContext,
  narrowing?: MimeLimits,
): Source | Promise<Source> {
  if (narrowing !== undefined) return narrowed(content, hooks, context, narrowing)
  if (hooks['smtp.message'].isUsed()) return shapedSource(content, hooks, context)
  return plain(content.chunks(), content.facts)
}

function plain(chunks: Chunks, facts: ContentFacts): Source {
  return { chunks, facts, isSmall: facts.size <= SMALL && Symbol.iterator in chunks }
}

async function narrowed(content: StoredContent, hooks: Hooks, context: OutgoingContext, limits: MimeLimits): Promise<Source> {
  const isWide = content.facts.eightBit || saysWide(await content.head())
  if (!isWide) return sourceOf(content, hooks, context)
  if (hooks['smtp.message'].isUsed()) return shapedSource(content, hooks, context, limits)
  const chunks = content.chunks()
  // A soft line break can put a dot at the beginning of a line.
  const facts = { ...content.facts, dots: true }
  return plain(Symbol.iterator in chunks ? converted(chunks, limits) : convertedLater(chunks, limits), facts)
}

/** Can content that is ASCII throughout say, here or in its parts, that it is more? */
function saysWide(head: Buffer): boolean {
  for (const { name, raw } of parseHeaders(head)) {
    const value = raw.slice(raw.indexOf(':') + 1)
    const { type } = (name.toLowerCase() === 'content-type' && parseContentType(value)) || {}
    if (type === 'multipart' || type === 'message') return true
    if (name.toLowerCase() !== 'content-transfer-encoding') continue
    const encoding = parseEncoding(value)
    if (encoding === '8bit' || encoding === 'binary') return true
  }
  return false
}

function* converted(chunks: Iterable<Buffer>, limits: MimeLimits): Generator<Buffer> {
  const downgrade = new Downgrade(limits)
  for (const chunk of chunks) yield* downgrade.push(chunk)
  yield* downgrade.end()
}

async function* convertedLater(chunks: Chunks, limits: MimeLimits): AsyncGenerator<Buffer> {
  yield* convertedRest(chunks, new Downgrade(limits))
}

async function* convertedRest(chunks: Chunks, downgrade: Downgrade): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield* downgrade.push(chunk)
  yield* downgrade.end()
}

async function shapedSource(
  content: StoredContent,
  hooks: Hooks,
  context: OutgoingContext,
  narrowing?: MimeLimits,
): Promise<Source> {
  const head = await content.head()
  const rest = (): Chunks => withoutFirst(content.chunks(), head.length)
  const parts = narrowing === undefined ? { head, body: undefined } : convertedParts(head, rest, narrowing)
  const headers = parseHeaders(parts.head)
  const given: OutgoingMessage = { headers, body: parts.body, stored: rest, facts: content.facts }
  const message = await shaped(hooks['smtp.message'], given, context)
  if (message.headers === headers && !headers.edited && message.body === undefined) return plain(content.chunks(), content.facts)
  // The steps' word on dots and line lengths is not taken: every line is looked at.
  const facts = { ...message.facts, dots: true, bareCr: true, longestLine: Number.MAX_SAFE_INTEGER }
  return { chunks: joined(message.headers.toBuffer(), message.body ?? rest()), facts, isSmall: false }
}

/** Head and body converted, one after the other. */
function convertedParts(head: Buffer, rest: () => Chunks, limits: MimeLimits): { readonly head: Buffer; readonly body: Chunks } {
  const downgrade = new Downgrade(limits)
  const pieces = downgrade.push(head)
  // Headers that end with the content.
  if (downgrade.isInHead) return { head: Buffer.concat([...pieces, ...downgrade.end()]), body: rest() }
  return { head: Buffer.concat(pieces), body: convertedRest(rest(), downgrade) }
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
