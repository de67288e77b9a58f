/**
 * The only way by which the spool touches the disk: few calls, so that tests can inject faults at every one of them and
 * play power cuts. Calls that are cheap (page cache, one directory entry) are synchronous, those that wait for the disk are not.
 */
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  read,
  readdir,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writev,
  writevSync,
} from 'node:fs'
import type { SpaceFacts } from './types.ts'

/** `create`: must not exist yet; `update`: read and write, made when missing; `existing`: as update, never made. */
export type OpenMode = 'read' | 'update' | 'create' | 'existing'

/** Errors are those of node:fs (`code` is ENOENT, ENOSPC, EIO ...). A short write is an error to the callers, not a retry. */
export interface SpoolFs {
  /** With its parents. */
  makeDirectory(path: string): void
  list(path: string): Promise<string[]>
  exists(path: string): boolean
  /** Inode number: part of queue ids. */
  inode(path: string): number
  open(path: string, mode: OpenMode): number
  close(fd: number): void
  size(fd: number): number
  /** Writes all buffers at `position`. @throws on an error or a short write */
  write(fd: number, buffers: readonly Buffer[], position: number): void
  /** The same, off the main thread. */
  writeLater(fd: number, buffers: readonly Buffer[], position: number): Promise<void>
  /** Fills `buffer` from `position`; resolves to how much there was. */
  read(fd: number, buffer: Buffer, position: number): Promise<number>
  /** The same at once: for many small files in a row, where promises would cost more than the reading. */
  readNow(fd: number, buffer: Buffer, position: number): number
  truncate(fd: number, length: number): void
  /** fdatasync: the file's bytes and length survive a power cut. */
  sync(fd: number): Promise<void>
  /** The directory's entries survive a power cut. */
  syncDirectory(path: string): Promise<void>
  rename(from: string, to: string): void
  /** A second name. @throws EEXIST when there is such a file already */
  link(from: string, to: string): void
  unlink(path: string): void
  space(path: string): SpaceFacts
}

const FLAGS: Readonly<Record<OpenMode, string | number>> = { read: 'r', update: 0o102, create: 'wx+', existing: 'r+' }
/** More buffers than this in one writev is EINVAL (IOV_MAX of Linux). */
const MOST_BUFFERS = 1024

/** The real file system. */
export const nodeFs: SpoolFs = Object.freeze({
  makeDirectory: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (path) => new Promise((resolve, reject) => readdir(path, (error, names) => (error ? reject(error) : resolve(names)))),
  exists: (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  inode: (path) => lstatSync(path).ino,
  open: (path, mode) => openSync(path, FLAGS[mode], 0o600),
  close: (fd) => closeSync(fd),
  size: (fd) => fstatSync(fd).size,
  write(fd, buffers, position) {
    for (const { part, at } of parts(buffers, position)) whole(writevSync(fd, part, at), part)
  },
  async writeLater(fd, buffers, position) {
    for (const { part, at } of parts(buffers, position)) await writePart(fd, part, at)
  },
  read: (fd, buffer, position) =>
    new Promise((resolve, reject) =>
      read(fd, buffer, 0, buffer.length, position, (error, n) => (error ? reject(error) : resolve(n))),
    ),
  readNow: (fd, buffer, position) => readSync(fd, buffer, 0, buffer.length, position),
  truncate: (fd, length) => ftruncateSync(fd, length),
  sync: (fd) => new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  async syncDirectory(path) {
    const fd = openSync(path, 'r')
    try {
      await nodeFs.sync(fd)
    } finally {
      closeSync(fd)
    }
  },
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
  space(path) {
    const facts = statfsSync(path)
    return { freeBytes: facts.bavail * facts.bsize, writable: true }
  },
} satisfies SpoolFs)

function* parts(buffers: readonly Buffer[], position: number) {
  if (buffers.length <= MOST_BUFFERS) {
    yield { part: buffers as Buffer[], at: position }
    return
  }
  let at = position
  for (let i = 0; i < buffers.length; i += MOST_BUFFERS) {
    const part = buffers.slice(i, i + MOST_BUFFERS)
    yield { part, at }
    at += lengthOf(part)
  }
}

function writePart(fd: number, part: Buffer[], at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    writev(fd, part, at, (error, n) => {
      if (error) return reject(error)
      try {
        whole(n, part)
        resolve()
      } catch (short) {
        reject(short)
      }
    })
  })
}

/** Regular files are written short only when space or a limit ends: ENOSPC. */
function whole(written: number, part: readonly Buffer[]): void {
  if (written !== lengthOf(part))
    throw Object.assign(new Error(`short write: ${written} of ${lengthOf(part)} bytes`), { code: 'ENOSPC' })
}

/** Bytes in all buffers. */
export function lengthOf(buffers: readonly Buffer[]): number {
  let total = 0
  for (const buffer of buffers) total += buffer.length
  return total
}

/** Reads exactly `length` bytes. @throws when the file ends before */
export async function readExactly(fs: SpoolFs, fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const n = await fs.read(fd, buffer.subarray(filled), position + filled)
    if (n === 0) throw Object.assign(new Error(`file ends ${length - filled} bytes too early`), { code: 'EIO' })
    filled += n
  }
  return buffer
}
