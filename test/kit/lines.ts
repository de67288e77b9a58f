/** A connection read line by line, with a limit on every wait: for dialogs and fakes. */
import type { Socket } from 'node:net'

/** See {@link readLines}. */
export interface LineReader {
  /** The next line without its CRLF, latin1; undefined when the other side has hung up. @throws Error after `limit` ms of silence */
  next(limit?: number): Promise<string | undefined>
  /** Content up to the line `.`, dots unstuffed, CRLF line ends; undefined when the connection ended first. */
  content(limit?: number): Promise<Buffer | undefined>
}

/** Reads a socket. Lines may end in LF alone, so that a test can see it: the CR is only taken when it is there. */
export function readLines(socket: Socket): LineReader {
  const chunks: Buffer[] = []
  let buffered: Buffer = Buffer.alloc(0)
  let hasEnded = false
  let wake: (() => void) | undefined
  socket.on('data', (chunk) => {
    chunks.push(chunk as Buffer)
    wake?.()
  })
  const ended = (): void => {
    hasEnded = true
    wake?.()
  }
  socket.on('error', ended)
  socket.on('end', ended)
  socket.on('close', ended)
  socket.resume()

  const more = async (limit: number): Promise<boolean> => {
    if (chunks.length === 0 && !hasEnded) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing came within ${limit} ms`)), limit)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = undefined
    }
    if (chunks.length === 0) return false
    buffered = Buffer.concat([buffered, ...chunks.splice(0)])
    return true
  }
  return {
    async next(limit = 5000) {
      for (;;) {
        const end = buffered.indexOf(10)
        if (end >= 0) {
          const line = buffered.toString('latin1', 0, end > 0 && buffered[end - 1] === 13 ? end - 1 : end)
          buffered = buffered.subarray(end + 1)
          return line
        }
        if (!(await more(limit))) return undefined
      }
    },
    async content(limit = 5000) {
      let searched = 0
      for (;;) {
        const end = endOfData(buffered, searched)
        if (end >= 0) {
          const content = unstuffed(buffered.subarray(0, end))
          buffered = buffered.subarray(end + 3)
          return content
        }
        searched = Math.max(0, buffered.length - 5)
        if (!(await more(limit))) return undefined
      }
    },
  }
}

/** Where the final `.` CRLF stands, or -1. */
function endOfData(buffer: Buffer, from: number): number {
  if (buffer.length >= 3 && buffer.toString('latin1', 0, 3) === '.\r\n') return 0
  const at = buffer.indexOf('\r\n.\r\n', from, 'latin1')
  return at < 0 ? -1 : at + 2
}

function unstuffed(content: Buffer): Buffer {
  const text = content.toString('latin1')
  const plain = text.startsWith('.') ? text.slice(1) : text
  return Buffer.from(plain.replaceAll('\r\n.', '\r\n'), 'latin1')
}
