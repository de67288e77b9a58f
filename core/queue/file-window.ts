/** Reads a file front to back through one buffer that is used again and again: a large journal costs no garbage. */
import { crc32 } from 'node:zlib'
import type { SpoolFs } from './spool-fs.ts'

const SIZE = 512 * 1024

export class FileWindow {
  readonly size: number
  readonly #fs: SpoolFs
  readonly #fd: number
  #buffer = Buffer.alloc(0)
  #from = 0
  #until = 0

  constructor(fs: SpoolFs, fd: number) {
    this.#fs = fs
    this.#fd = fd
    this.size = fs.size(fd)
  }

  /** Bytes of the file, valid until the next call; at once when they are at hand. @throws when the file ends before */
  at(position: number, length: number): Buffer | Promise<Buffer> {
    if (position >= this.#from && position + length <= this.#until)
      return this.#buffer.subarray(position - this.#from, position - this.#from + length)
    return this.#fill(position, length)
  }

  /** crc32 of a stretch, going on from `start`. */
  async crc(position: number, length: number, start: number): Promise<number> {
    let crc = start
    for (let done = 0; done < length; done += SIZE) {
      const piece = this.at(position + done, Math.min(SIZE, length - done))
      crc = crc32(piece instanceof Promise ? await piece : piece, crc)
    }
    return crc
  }

  /** Where `mark` stands next, from `position` on. */
  async find(mark: Buffer, position: number): Promise<number | undefined> {
    for (let from = position; from + mark.length <= this.size; from += SIZE) {
      const piece = await this.at(from, Math.min(SIZE + mark.length, this.size - from))
      const index = piece.indexOf(mark)
      if (index >= 0) return from + index
    }
    return undefined
  }

  async #fill(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(length, Math.min(SIZE, this.size - position))
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafeSlow(Math.max(wanted, Math.min(SIZE, this.size)))
    this.#from = position
    this.#until = position
    while (this.#until - position < wanted) {
      const n = await this.#fs.read(this.#fd, this.#buffer.subarray(this.#until - position, wanted), this.#until)
      if (n === 0) break
      this.#until += n
    }
    if (this.#until - position < length) throw Object.assign(new Error('file ends too early'), { code: 'EIO' })
    return this.#buffer.subarray(0, length)
  }
}
