/** Stored content as agents and bounces read it: from memory while a message is young, else in pieces from its file. */
import { Readable } from 'node:stream'
import { spoolError } from './spool-errors.ts'
import { readExactly, type SpoolFs } from './spool-fs.ts'
import type { ContentFacts, StoredContent } from './types.ts'

/** Bytes read at once. */
const PIECE = 128 * 1024

/** Where head and body stand in a file. */
export interface Place {
  readonly headAt: number
  readonly head: number
  readonly bodyAt: number
  readonly body: number
}

/** A file opened for one reading; its bytes stay as they are until `close`. */
export interface OpenContent {
  readonly fd: number
  readonly place: Place
  close(): void
}

/** Content whose buffers are at hand. */
export function memoryContent(facts: ContentFacts, head: Buffer, body: readonly Buffer[]): StoredContent {
  return {
    facts,
    head: () => Promise.resolve(head),
    chunks: () => [head, ...body],
    stream: () =>
      Readable.from(
        [head, ...body].filter((chunk) => chunk.length > 0),
        { objectMode: false },
      ),
  }
}

/** Content in a file, opened anew for each reading. Reading ends with a SpoolError when the message has gone. */
export function fileContent(fs: SpoolFs, facts: ContentFacts, open: () => Promise<OpenContent>): StoredContent {
  async function* pieces(withBody: boolean): AsyncGenerator<Buffer> {
    let file: OpenContent | undefined
    try {
      file = await open()
      yield* range(fs, file.fd, file.place.headAt, file.place.head)
      if (withBody) yield* range(fs, file.fd, file.place.bodyAt, file.place.body)
    } catch (error) {
      throw spoolError(error, 'read message')
    } finally {
      file?.close()
    }
  }
  return {
    facts,
    head: async () => Buffer.concat(await Array.fromAsync(pieces(false))),
    chunks: () => pieces(true),
    stream: () => Readable.from(pieces(true), { objectMode: false }),
  }
}

/** Head and body in memory, for a message that is small enough. */
export async function wholeContent(content: StoredContent): Promise<{ head: Buffer; body: Buffer[] }> {
  const head = await content.head()
  const body: Buffer[] = []
  let skip = head.length
  for await (const chunk of content.chunks()) {
    const rest = chunk.subarray(Math.min(skip, chunk.length))
    skip -= chunk.length - rest.length
    if (rest.length > 0) body.push(rest)
  }
  return { head, body }
}

/** The bytes of a file from `at`, piece by piece. */
async function* range(fs: SpoolFs, fd: number, at: number, length: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < length; done += PIECE) yield await readExactly(fs, fd, at + done, Math.min(PIECE, length - done))
}
