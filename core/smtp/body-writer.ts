/** Writes the content of a message and the final dot: small content in one system call, large content with back-pressure. */
import type { Clock } from '../plugin.ts'
import type { Chat } from './chat.ts'
import { type Shaper, shaperFor } from './content.ts'
import type { Features } from './hooked.ts'
import type { Source } from './source.ts'

export interface BodyOptions {
  readonly chat: Chat
  readonly source: Source
  readonly features: Features
  readonly clock: Clock
  /** smtp_line_length_limit */
  readonly longest: number
  /** QUIT rides with the dot. */
  readonly quits: boolean
  /** The server took some of it. */
  progress(): void
  /** The system has all of it, the dot included. */
  flushed(): void
  /** The content could not be read, or not be made what the server takes. */
  failed(error: unknown): void
  /** Lines were folded. */
  folded(): void
}

/** Pieces of large content, so that progress can be seen. */
const PIECE = 64 * 1024
const DOT = Buffer.from('.\r\n')
const DOT_QUIT = Buffer.from('.\r\nQUIT\r\n')
const NOTHING = Buffer.alloc(0)

export class BodyWriter {
  readonly #options: BodyOptions
  readonly #shaper: Shaper
  #isStopped = false
  #isEnded = false

  constructor(options: BodyOptions) {
    this.#options = options
    this.#shaper = shaperFor(options.source.facts, options.longest)
  }

  /** Begins. What comes of it is told through the options' functions. */
  start(): void {
    const { source, features } = this.#options
    const isSlow = features.delayDot > 0 || features.separateDot
    if (source.isSmall && !isSlow) this.#writeAll(source.chunks as Iterable<Buffer>)
    else void this.#writeSlowly()
  }

  /** Nothing more is written or told. */
  stop(): void {
    this.#isStopped = true
  }

  #writeAll(chunks: Iterable<Buffer>): void {
    const { chat } = this.#options
    chat.cork()
    try {
      for (const chunk of chunks) for (const piece of this.#shaper.shape(chunk)) chat.write(piece)
      this.#writeEnd()
      chat.uncork()
    } catch (error) {
      // Corked as it is: the caller drops the connection, and no part of the content is taken for the whole.
      this.#options.failed(error)
    }
  }

  /** Ends the last line, once. */
  #writeRest(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    for (const piece of this.#shaper.rest()) this.#options.chat.write(piece)
  }

  #writeEnd(): void {
    const { chat, quits } = this.#options
    this.#writeRest()
    if (this.#shaper.hasFolded) this.#options.folded()
    chat.write(quits ? DOT_QUIT : DOT, () => {
      if (!this.#isStopped) this.#options.flushed()
    })
  }

  async #writeSlowly(): Promise<void> {
    try {
      for await (const chunk of this.#options.source.chunks)
        for (const piece of this.#shaper.shape(chunk)) {
          await this.#writePiece(piece)
          if (this.#isStopped) return
        }
      await this.#beforeDot()
    } catch (error) {
      if (!this.#isStopped) this.#options.failed(error)
      return
    }
    if (!this.#isStopped) this.#writeEnd()
  }

  async #writePiece(piece: Buffer): Promise<void> {
    const { chat } = this.#options
    for (let at = 0; at < piece.length && !this.#isStopped; at += PIECE) {
      const isTaken = chat.write(piece.length <= PIECE ? piece : piece.subarray(at, at + PIECE))
      if (isTaken) continue
      await chat.drained()
      if (!this.#isStopped) this.#options.progress()
    }
  }

  /** Old PIX firewalls want the dot in a packet of its own, and some time before it. */
  async #beforeDot(): Promise<void> {
    const { chat, features, clock } = this.#options
    if (this.#isStopped || (features.delayDot === 0 && !features.separateDot)) return
    this.#writeRest()
    await new Promise<void>((resolve) => {
      chat.write(NOTHING, resolve)
      if (chat.isOver) resolve()
    })
    if (features.delayDot === 0 || this.#isStopped) return
    chat.rest()
    await clock.sleep(features.delayDot)
  }
}
