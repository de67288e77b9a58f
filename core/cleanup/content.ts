/**
 * Content on its way in: kept in memory while it is small, streamed into the spool past a threshold, with the head always
 * at hand. Chunks are passed on as they came and never joined, but for a head that lies in several, and for many small ones.
 */
import { type HeadSurvey, surveyHead, type WantedHeaders } from '../message/head.ts'
import { mailboxHeaders, mailboxLines } from '../message/mailbox.ts'
import type { QueueId, Spool, StreamedBody } from '../queue/types.ts'
import { Pieces } from './pieces.ts'

/** A head that has not ended after so many bytes is refused: it would have to be held in memory whole. */
export const LONGEST_HEAD = 1 << 20

/** A message taken apart: the bytes of its header lines, and the rest. */
export interface TakenContent {
  /** `From ` lines of a mailbox before the head, as X-Mailbox-Line headers, each with its line end. */
  readonly lead: Buffer | undefined
  /** Bytes from the first header on; the header lines are the first `survey.headers` of them. */
  readonly head: Buffer
  readonly survey: HeadSurvey
  readonly body: readonly Buffer[] | StreamedBody
  readonly bodyBytes: number
}

/** Collects one message. */
export class IncomingContent {
  readonly #id: QueueId
  readonly #spool: () => Spool
  readonly #wanted: WantedHeaders
  #chunks: Buffer[] = []
  readonly #pieces = new Pieces()
  #bytes = 0
  /** Look for the end of the head when so many bytes are there. */
  #lookAt: number
  #located: Located | undefined
  #opening: Promise<void> | undefined
  #stream: StreamedBody | undefined
  #tooLong = false
  #closed = false

  constructor(id: QueueId, spool: () => Spool, wanted: WantedHeaders, threshold: number) {
    this.#id = id
    this.#spool = spool
    this.#wanted = wanted
    this.#lookAt = threshold
  }

  /** Takes a chunk; a promise means: no more before it resolves. @throws SpoolError, or rejects with it */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#closed || this.#tooLong) return undefined
    this.#bytes += chunk.length
    let room: Promise<void> | undefined
    for (const piece of this.#pieces.add(chunk)) {
      const next = this.#keep(piece)
      room = room === undefined || next === undefined ? (room ?? next) : room.then(() => next)
    }
    return room
  }

  #keep(piece: Buffer): Promise<void> | undefined {
    if (this.#stream !== undefined) return this.#stream.write(piece)
    this.#chunks.push(piece)
    if (this.#opening !== undefined) return this.#opening
    return this.#bytes < this.#lookAt ? undefined : this.#spill()
  }

  /** The content is whole. Undefined: its head is longer than LONGEST_HEAD. @throws SpoolError */
  async take(): Promise<TakenContent | undefined> {
    for (const piece of this.#pieces.rest()) await this.#keep(piece)
    if (this.#opening !== undefined) await this.#opening
    const found = this.#tooLong ? undefined : (this.#located ?? locate(this.#chunks, this.#wanted, true))
    if (found === undefined || found.survey.headers > LONGEST_HEAD) {
      this.abort()
      return undefined
    }
    this.#closed = true
    const { lead, head, survey, skipped } = found
    const body = this.#stream ?? found.rest
    return { lead, head, survey, body, bodyBytes: this.#bytes - skipped - survey.body }
  }

  /** Nothing of it is wanted any more. */
  abort(): void {
    this.#closed = true
    this.#chunks = []
    this.#stream?.abandon().catch(() => {})
  }

  /** Past the threshold: the rest goes to disk, as soon as the head is whole. */
  #spill(): Promise<void> | undefined {
    const found = locate(this.#chunks, this.#wanted, false)
    if (found === undefined) {
      this.#lookAt = this.#bytes * 2
      if (this.#bytes > LONGEST_HEAD) {
        this.#tooLong = true
        this.#chunks = []
      }
      return undefined
    }
    this.#located = found
    this.#chunks = [...found.rest]
    this.#opening = this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    const stream = await this.#spool().stream(this.#id)
    try {
      for (let next = this.#chunks.shift(); next !== undefined && !this.#closed; next = this.#chunks.shift()) {
        const room = stream.write(next)
        if (room !== undefined) await room
      }
    } catch (error) {
      await stream.abandon().catch(() => {})
      throw error
    }
    if (this.#closed) await stream.abandon()
    else this.#stream = stream
    this.#opening = undefined
  }
}

interface Located {
  readonly lead: Buffer | undefined
  readonly head: Buffer
  readonly survey: HeadSurvey
  readonly rest: readonly Buffer[]
  /** Bytes of the content before `head`. */
  readonly skipped: number
}

/** Finds the head in the first chunks, joining no more of them than needed, and each byte only a few times. */
function locate(chunks: readonly Buffer[], wanted: WantedHeaders, complete: boolean): Located | undefined {
  const total = chunks.length
  let joined = chunks[0] ?? Buffer.alloc(0)
  for (let used = Math.min(1, total); ; ) {
    const last = used === total
    const lead = mailboxLines(joined)
    const head = lead === 0 ? joined : joined.subarray(lead)
    const survey = surveyHead(head, wanted, complete && last)
    if (survey !== undefined) {
      const rest = chunks.slice(used)
      if (survey.body < head.length) rest.unshift(head.subarray(survey.body))
      return { lead: lead === 0 ? undefined : mailboxHeaders(joined.subarray(0, lead)), head, survey, rest, skipped: lead }
    }
    if (last) return undefined
    const enough = joined.length * 2
    let bytes = joined.length
    const from = used
    while (used < total && bytes <= enough) bytes += (chunks[used++] as Buffer).length
    joined = Buffer.concat([joined, ...chunks.slice(from, used)], bytes)
  }
}
