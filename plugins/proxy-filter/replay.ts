/**
 * speed_adjust: what the client says is kept, and said to the filter when the message is whole. A filter that is slow to start, or can
 * serve few at a time, then waits for no slow client. Large content waits in a file that has no name.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProxiedMessage, Reply } from '#postern'

/** Bytes that are kept in memory. */
const IN_MEMORY = 256 * 1024
/** Bytes that are written, and read, at once. */
const PIECE = 256 * 1024

export class Replay implements ProxiedMessage {
  readonly #begin: () => ProxiedMessage
  readonly #directory: string
  readonly #warn: (message: string) => void
  readonly #recipients: string[] = []
  #data = ''
  #kept: Buffer[] = []
  #keptBytes = 0
  #file: FileHandle | undefined
  #fileBytes = 0
  #passage: ProxiedMessage | undefined
  #isOver = false

  /** @param begin makes the message that the filter is told of @param directory for files */
  constructor(begin: () => ProxiedMessage, directory: string, warn: (message: string) => void) {
    this.#begin = begin
    this.#directory = directory
    this.#warn = warn
  }

  async open(): Promise<undefined> {}

  async recipient(command: string): Promise<undefined> {
    this.#recipients.push(command)
  }

  async data(command: string): Promise<undefined> {
    this.#data = command
  }

  write(chunk: Buffer): Promise<void> | undefined {
    this.#kept.push(chunk)
    this.#keptBytes += chunk.length
    return this.#keptBytes < IN_MEMORY ? undefined : this.#spill()
  }

  async end(): Promise<Reply> {
    const passage = this.#begin()
    this.#passage = passage
    try {
      return (await this.#refusal(passage)) ?? (await this.#send(passage))
    } finally {
      passage.abort()
      await this.#forget()
    }
  }

  abort(): void {
    this.#isOver = true
    this.#passage?.abort()
    this.#forget().catch(() => undefined)
  }

  async #refusal(passage: ProxiedMessage): Promise<Reply | undefined> {
    let refusal = await passage.open()
    for (const command of this.#recipients) refusal ??= await passage.recipient(command)
    return refusal ?? (await passage.data(this.#data))
  }

  async #send(passage: ProxiedMessage): Promise<Reply> {
    const file = this.#file
    for (let at = 0; file !== undefined && at < this.#fileBytes; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at)
      if (bytesRead === 0) throw new Error('a file has become shorter')
      at += bytesRead
      await passage.write(buffer.subarray(0, bytesRead))
    }
    for (const chunk of this.#kept) await passage.write(chunk)
    return passage.end()
  }

  /** Appends what is kept in memory to the file. */
  async #spill(): Promise<void> {
    const bytes = Buffer.concat(this.#kept, this.#keptBytes)
    this.#kept = []
    this.#keptBytes = 0
    try {
      const file = this.#file ?? (await this.#create())
      this.#file = file
      await file.writeFile(bytes)
      this.#fileBytes += bytes.length
    } catch (error) {
      this.#warn(`proxy filter: a message can not be kept: ${(error as Error).message}`)
      throw error
    } finally {
      if (this.#isOver) await this.#forget()
    }
  }

  async #create(): Promise<FileHandle> {
    const path = join(this.#directory, `.proxy-${process.pid}-${crypto.randomUUID()}`)
    const file = await open(path, 'wx+', 0o600)
    await unlink(path)
    return file
  }

  async #forget(): Promise<void> {
    this.#kept = []
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}
