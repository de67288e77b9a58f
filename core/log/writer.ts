/**
 * Puts log lines where they belong in few, large writes. Lines of many workers share one file: each write is whole lines
 * to a descriptor opened for appending, so lines never mix.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'

/** Bytes gathered before a write is due at once. */
const BATCH = 64 * 1024
/** A pipe keeps the writes of several processes apart only up to this size (PIPE_BUF). */
const PIPE_BATCH = 4096
/** Text kept while the log can not be written; what comes on top is counted, not kept. */
const BACKLOG = 4 * 1024 * 1024
/** Milliseconds a line may wait for company. */
const PATIENCE = 20
/** Milliseconds between tries while the log can not be written. */
const RETRY = 200
const FILE_MODE = 0o640

/** A line, or how it is made: that can wait until it is written. Undefined: there is none. */
export type Line = string | (() => string | undefined)
/** What a line that is not yet made counts for, in bytes. */
const USUAL_LENGTH = 256

export class LineWriter {
  readonly #file: string | undefined
  #descriptor: number
  #isPipe: boolean
  #lines: Line[] = []
  #length = 0
  #lost = 0
  #timer: NodeJS.Timeout | undefined
  /** The last write failed: the next try is the timer's. */
  #isStuck = false
  #closed = false

  /** @param file absent: standard output. @throws when the file can not be opened */
  constructor(file?: string) {
    this.#file = file
    this.#descriptor = file === undefined ? 1 : openSync(file, 'a', FILE_MODE)
    this.#isPipe = isPipe(this.#descriptor)
  }

  /** Adds one line, which must end with a newline. */
  write(line: Line): void {
    if (this.#length > BACKLOG) {
      this.#lost++
      return
    }
    this.#lines.push(line)
    this.#length += typeof line === 'string' ? line.length : USUAL_LENGTH
    if (this.#length >= BATCH && !this.#isStuck) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), PATIENCE)
  }

  /** Writes what is waiting now. What can not be written is kept for a later try, within bounds. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#lines.length === 0) return
    const lines = this.#made()
    this.#lines = []
    this.#length = 0
    const rest = this.#isPipe ? this.#writePieces(lines) : this.#writeAll(lines.join(''))
    this.#isStuck = rest !== undefined
    if (rest !== undefined) this.#keep(rest)
  }

  /** Opens the file anew, for log rotation. The old one stays in use when the new one can not be opened. @throws then */
  reopen(): void {
    if (this.#file === undefined) return
    this.flush()
    const fresh = openSync(this.#file, 'a', FILE_MODE)
    closeSync(this.#descriptor)
    this.#descriptor = fresh
    this.#isPipe = isPipe(fresh)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.flush()
    clearTimeout(this.#timer)
    if (this.#file !== undefined) closeSync(this.#descriptor)
  }

  /** How many lines were lost since last asked, because the log, or they themselves, could not be written. */
  takeLost(): number {
    const lost = this.#lost
    this.#lost = 0
    return lost
  }

  /** The lines as text. One that can not be made is lost, and takes no other with it. */
  #made(): string[] {
    const out: string[] = []
    for (const line of this.#lines) {
      try {
        const text = typeof line === 'string' ? line : line()
        if (text !== undefined) out.push(text)
      } catch {
        this.#lost++
      }
    }
    return out
  }

  #keep(rest: string): void {
    this.#lines.unshift(rest)
    this.#length += rest.length
    if (!this.#closed) this.#timer ??= setTimeout(() => this.flush(), RETRY)
  }

  /** Undefined when all is written, else the rest. */
  #writeAll(text: string): string | undefined {
    let bytes: Buffer | undefined = Buffer.from(text)
    while (bytes !== undefined && bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.#descriptor, bytes))
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPIPE' ? undefined : bytes.toString()
      }
    }
    return undefined
  }

  #writePieces(lines: readonly string[]): string | undefined {
    let piece = ''
    for (const [index, line] of lines.entries()) {
      if (piece.length + line.length > PIPE_BATCH && piece !== '') {
        const rest = this.#writeAll(piece)
        if (rest !== undefined) return rest + lines.slice(index).join('')
        piece = ''
      }
      piece += line
    }
    return this.#writeAll(piece)
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const facts = fstatSync(descriptor)
    return facts.isFIFO() || facts.isSocket()
  } catch {
    return false
  }
}
