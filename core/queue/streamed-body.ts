/** A large body on its way into the long-life file that will hold it: written behind the sender, with back-pressure. */
import { FILE_HEADER } from './message-file.ts'
import { spoolError } from './spool-errors.ts'
import { lengthOf, readExactly, type SpoolFs } from './spool-fs.ts'
import { SpoolError, type StreamedBody } from './types.ts'

/** Written at once. */
const PIECE = 256 * 1024
/** Past this many unwritten bytes the writer has to wait. */
const MOST_PENDING = 1 << 20

/** The body's file: header left open, body behind it. */
export class BodyFile implements StreamedBody {
  readonly path: string
  readonly fd: number
  readonly #fs: SpoolFs
  readonly #onClose: () => void
  #pending: Buffer[] = []
  #pendingBytes = 0
  #written = 0
  #bytes = 0
  #writing: Promise<void> | undefined
  #failure: SpoolError | undefined
  #isOpen = true

  /** @throws the error of the file system */
  constructor(fs: SpoolFs, path: string, onClose: () => void) {
    this.#fs = fs
    this.path = path
    this.#onClose = onClose
    this.fd = fs.open(path, 'create')
  }

  get bytes(): number {
    return this.#bytes
  }

  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#isOpen) throw new SpoolError('io', 'write message body: it has been abandoned')
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    this.#bytes += chunk.length
    if (this.#pendingBytes < PIECE) return undefined
    this.#writing ??= this.#drain()
    return this.#pendingBytes < MOST_PENDING ? undefined : this.#settled()
  }

  async *read(): AsyncIterable<Buffer> {
    await this.flush()
    const end = this.#written
    for (let at = 0; at < end; at += PIECE) {
      if (!this.#isOpen) return
      yield await readExactly(this.#fs, this.fd, FILE_HEADER + at, Math.min(PIECE, end - at))
    }
  }

  /** Everything written so far is in the file. @throws SpoolError */
  async flush(): Promise<void> {
    while (this.#pending.length > 0 && this.#failure === undefined) {
      this.#writing ??= this.#drain()
      await this.#writing
    }
    await this.#settled()
  }

  async abandon(): Promise<void> {
    if (!this.#isOpen) return
    this.#pending = []
    await this.#writing
    this.close()
    try {
      this.#fs.unlink(this.path)
    } catch {
      // What stays is removed at the next start.
    }
  }

  /** The file is finished or forgotten. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#fs.close(this.fd)
    this.#onClose()
  }

  async #settled(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const batch = this.#pending
        this.#pending = []
        const length = lengthOf(batch)
        await this.#fs.writeLater(this.fd, batch, FILE_HEADER + this.#written)
        this.#written += length
        this.#pendingBytes -= length
      }
    } catch (error) {
      this.#failure = spoolError(error, 'write message body')
      this.#pending = []
    } finally {
      this.#writing = undefined
    }
  }
}
