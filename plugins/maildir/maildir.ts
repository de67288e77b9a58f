/** A Maildir on disk: each message is written to tmp, synced, and renamed into new, so that readers see whole messages only. */
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface MaildirFacts {
  readonly hostname: string
  readonly sync: boolean
  /** Milliseconds since 1970. */
  now(): number
}

export class Maildir {
  readonly path: string
  readonly #facts: MaildirFacts
  #count = 0

  private constructor(path: string, facts: MaildirFacts) {
    this.path = path
    this.#facts = facts
  }

  /** Makes its directories. @throws the error of the file system */
  static async open(path: string, facts: MaildirFacts): Promise<Maildir> {
    for (const part of ['tmp', 'new', 'cur']) await mkdir(join(path, part), { recursive: true, mode: 0o700 })
    return new Maildir(path, facts)
  }

  /** Adds a message given with CRLF line ends; resolves with its file name. @throws the error of the file system */
  async add(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
    const name = this.#name()
    const temporary = join(this.path, 'tmp', name)
    try {
      const file = await open(temporary, 'wx', 0o600)
      try {
        for await (const chunk of unixLines(chunks)) await writeAll(file, chunk)
        if (this.#facts.sync) await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, join(this.path, 'new', name))
    } catch (error) {
      await unlink(temporary).catch(() => {})
      throw error
    }
    if (this.#facts.sync) await syncDirectory(join(this.path, 'new'))
    return name
  }

  /** Unique on this machine: time, process and count. Slashes and colons have meanings in Maildirs. */
  #name(): string {
    const now = this.#facts.now()
    const host = this.#facts.hostname.replaceAll('/', '\\057').replaceAll(':', '\\072')
    return `${Math.floor(now / 1000)}.M${(now % 1000) * 1000}P${process.pid}Q${++this.#count}.${host}`
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The same content with LF line ends; a CR that stands alone stays. */
export async function* unixLines(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let held = false
  for await (const chunk of chunks) {
    const text: string = (held ? '\r' : '') + chunk.toString('latin1')
    held = text.endsWith('\r')
    yield Buffer.from((held ? text.slice(0, -1) : text).replaceAll('\r\n', '\n'), 'latin1')
  }
  if (held) yield Buffer.from('\r')
}
