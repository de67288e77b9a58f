/** Takes one chunk of BDAT (RFC 3030): into the message, or into nothing when the message was refused. */
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import type { Bdat } from '../protocol/bdat.ts'
import type { LineReader } from '../protocol/line.ts'
import { replies } from '../protocol/reply-text.ts'
import type { Reply } from '../reply.ts'
import type { Content } from './content.ts'
import type { Receiver } from './receiver.ts'
import type { SmtpSession } from './session.ts'

export class Chunk implements Receiver {
  readonly where = 'BDAT'
  readonly #session: SmtpSession
  readonly #content: Content
  readonly #chunk: Bdat
  #left: number

  constructor(session: SmtpSession, content: Content, chunk: Bdat) {
    this.#session = session
    this.#content = content
    this.#chunk = chunk
    this.#left = chunk.size
  }

  take(reader: LineReader): MaybePromise<boolean> {
    while (this.#left > 0) {
      const piece = reader.take(this.#left)
      if (piece === undefined) return false
      this.#left -= piece.length
      const stored = this.#content.add(piece)
      if (stored !== undefined) return stored.then(() => this.take(reader))
    }
    return true
  }

  finish(): MaybePromise<Reply | readonly Reply[]> {
    const session = this.#session
    const content = this.#content
    if (this.#chunk.last) {
      return chain(content.end(), () =>
        chain(
          content.commit((id) => replies.chunkQueued(content.size, id)),
          (reply) => content.forRecipients(reply),
        ),
      )
    }
    if (content.failure === undefined) return replies.chunk(this.#chunk.size)
    session.bdat = 'failed'
    return content.failure
  }
}

/** Reads a chunk and forgets it; after the last one the transaction is over. */
export class SkippedChunk implements Receiver {
  readonly where = 'BDAT'
  readonly #session: SmtpSession
  readonly #chunk: Bdat
  readonly #answer: Reply
  #left: number

  constructor(session: SmtpSession, chunk: Bdat, answer: Reply) {
    this.#session = session
    this.#chunk = chunk
    this.#answer = answer
    this.#left = chunk.size
  }

  take(reader: LineReader): boolean {
    while (this.#left > 0) {
      const piece = reader.take(this.#left)
      if (piece === undefined) return false
      this.#left -= piece.length
    }
    return true
  }

  finish(): Reply {
    if (this.#chunk.last) this.#session.reset()
    return this.#answer
  }
}
