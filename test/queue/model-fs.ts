/**
 * A file system in memory that can fail at any step, and remembers what was synced: after a kill everything written is
 * there, after a power cut only what was synced is certain, and any part of the rest may be.
 */
import { dirname, join } from 'node:path'
import type { OpenMode, SpoolFs } from '../../core/queue/spool-fs.ts'

export type Random = () => number

/** A small, repeatable generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly length: number }

interface FileNode {
  readonly kind: 'file'
  readonly inode: number
  bytes: Buffer
  synced: Buffer
  unsynced: Change[]
}

interface Directory {
  readonly kind: 'directory'
  readonly inode: number
  entries: Map<string, Node>
  synced: Map<string, Node>
  unsynced: { readonly name: string; readonly node: Node | undefined }[]
}

type Node = FileNode | Directory

/** When what goes wrong. Steps are calls that change something, counted from 1. */
export interface Plan {
  /** The machine stops at this step: nothing later has any effect. */
  readonly crashAt?: number
  readonly faults?: readonly { readonly from: number; readonly to: number; readonly code: string }[]
}

class Stopped extends Error {
  readonly code = 'ESTOPPED'
}

export class ModelFs implements SpoolFs {
  steps = 0
  isCrashed = false
  /** Steps that failed by plan. */
  failures = 0
  #plan: Plan
  readonly #random: Random
  readonly #root: Directory
  readonly #open = new Map<number, Node>()
  #nextFd = 3
  #nextInode: number

  constructor(plan: Plan, random: Random, root: Directory = directory(1), nextInode = 2) {
    this.#plan = plan
    this.#random = random
    this.#root = root
    this.#nextInode = nextInode
  }

  /** The disk as the next start finds it. */
  after(how: 'kill' | 'powerCut', plan: Plan = {}): ModelFs {
    const root = how === 'kill' ? copied(this.#root) : surviving(this.#root, this.#random, new Map())
    return new ModelFs(plan, this.#random, root as Directory, this.#nextInode)
  }

  /** From now on; steps are counted anew. */
  plan(plan: Plan): void {
    this.steps = 0
    this.#plan = plan
  }

  /** Planned faults are over; a planned stop is not. */
  heal(): void {
    this.#plan = { ...this.#plan, faults: [] }
  }

  /** Names of all files, for assertions. */
  paths(node: Node = this.#root, path = '/'): string[] {
    if (node.kind === 'file') return [path]
    return [...node.entries].flatMap(([name, child]) => this.paths(child, join(path, name)))
  }

  /** Changes bytes behind everyone's back. */
  damage(path: string, at: number, bytes: Buffer): void {
    bytes.copy(this.#file(this.#lookup(path)).bytes, at)
  }

  contents(path: string): Buffer {
    return this.#file(this.#lookup(path)).bytes
  }

  makeDirectory(path: string): void {
    let at = this.#root
    for (const name of path.split('/').filter(Boolean)) {
      let next = at.entries.get(name)
      if (next === undefined) {
        this.#step('makeDirectory')
        next = directory(this.#nextInode++)
        this.#name(at, name, next)
      }
      if (next.kind !== 'directory') throw failure('ENOTDIR', path)
      at = next
    }
  }

  async list(path: string): Promise<string[]> {
    return await this.#later(() => [...this.#directory(path).entries.keys()])
  }

  exists(path: string): boolean {
    this.#alive()
    try {
      return this.#lookup(path) !== undefined
    } catch {
      return false
    }
  }

  inode(path: string): number {
    return this.#lookup(path).inode
  }

  open(path: string, mode: OpenMode): number {
    this.#alive()
    const parent = this.#directory(dirname(path))
    let node = parent.entries.get(name(path))
    if (node === undefined) {
      if (mode === 'read' || mode === 'existing') throw failure('ENOENT', path)
      this.#step('open')
      node = { kind: 'file', inode: this.#nextInode++, bytes: Buffer.alloc(0), synced: Buffer.alloc(0), unsynced: [] }
      this.#name(parent, name(path), node)
    } else if (mode === 'create') throw failure('EEXIST', path)
    const fd = this.#nextFd++
    this.#open.set(fd, node)
    return fd
  }

  close(fd: number): void {
    if (!this.#open.delete(fd)) throw failure('EBADF', String(fd))
  }

  size(fd: number): number {
    return this.#handle(fd).bytes.length
  }

  write(fd: number, buffers: readonly Buffer[], position: number): void {
    const node = this.#handle(fd)
    const bytes = Buffer.concat(buffers)
    const code = this.#fault()
    if (code !== undefined) {
      // As much as a full disk or a dying process took.
      this.#apply(node, position, bytes.subarray(0, Math.floor(this.#random() * bytes.length)))
      throw code === 'crash' ? new Stopped() : failure(code, 'write')
    }
    this.#apply(node, position, bytes)
  }

  async writeLater(fd: number, buffers: readonly Buffer[], position: number): Promise<void> {
    await this.#later(() => this.write(fd, buffers, position))
  }

  async read(fd: number, buffer: Buffer, position: number): Promise<number> {
    const node = this.#handle(fd)
    return await this.#later(() => node.bytes.copy(buffer, 0, position))
  }

  readNow(fd: number, buffer: Buffer, position: number): number {
    return this.#handle(fd).bytes.copy(buffer, 0, position)
  }

  truncate(fd: number, length: number): void {
    const node = this.#handle(fd)
    this.#step('truncate')
    node.bytes = resized(node.bytes, length)
    node.unsynced.push({ length })
  }

  async sync(fd: number): Promise<void> {
    const node = this.#handle(fd)
    const [bytes, count] = [Buffer.from(node.bytes), node.unsynced.length]
    await this.#later(() => {
      this.#step('sync')
      node.synced = bytes
      node.unsynced.splice(0, count)
    })
  }

  async syncDirectory(path: string): Promise<void> {
    const node = this.#directory(path)
    const [entries, count] = [new Map(node.entries), node.unsynced.length]
    await this.#later(() => {
      this.#step('syncDirectory')
      node.synced = entries
      node.unsynced.splice(0, count)
    })
  }

  rename(from: string, to: string): void {
    const node = this.#lookup(from)
    this.#step('rename')
    this.#name(this.#directory(dirname(to)), name(to), node)
    this.#name(this.#directory(dirname(from)), name(from), undefined)
  }

  link(from: string, to: string): void {
    const parent = this.#directory(dirname(to))
    if (parent.entries.has(name(to))) throw failure('EEXIST', to)
    const node = this.#lookup(from)
    this.#step('link')
    this.#name(parent, name(to), node)
  }

  unlink(path: string): void {
    this.#lookup(path)
    this.#step('unlink')
    this.#name(this.#directory(dirname(path)), name(path), undefined)
  }

  space() {
    this.#alive()
    return { freeBytes: 1 << 30, writable: true }
  }

  /** Files that are open: what is never closed is a leak. */
  get openFiles(): number {
    return this.#open.size
  }

  #apply(node: FileNode, at: number, bytes: Buffer): void {
    node.bytes = written(node.bytes, at, bytes)
    node.unsynced.push({ at, bytes: Buffer.from(bytes) })
  }

  #name(parent: Directory, entry: string, node: Node | undefined): void {
    if (node === undefined) parent.entries.delete(entry)
    else parent.entries.set(entry, node)
    parent.unsynced.push({ name: entry, node })
  }

  #handle(fd: number): FileNode {
    this.#alive()
    const node = this.#open.get(fd)
    if (node === undefined) throw failure('EBADF', String(fd))
    return this.#file(node)
  }

  #file(node: Node): FileNode {
    if (node.kind !== 'file') throw failure('EISDIR', '')
    return node
  }

  #lookup(path: string): Node {
    this.#alive()
    let at: Node = this.#root
    for (const part of path.split('/').filter(Boolean)) {
      const next: Node | undefined = at.kind === 'directory' ? at.entries.get(part) : undefined
      if (next === undefined) throw failure('ENOENT', path)
      at = next
    }
    return at
  }

  #directory(path: string): Directory {
    const node = this.#lookup(path)
    if (node.kind !== 'directory') throw failure('ENOTDIR', path)
    return node
  }

  #alive(): void {
    if (this.isCrashed) throw new Stopped()
  }

  #step(what: string): void {
    const code = this.#fault()
    if (code !== undefined) throw code === 'crash' ? new Stopped() : failure(code, what)
  }

  #fault(): string | undefined {
    this.#alive()
    const step = ++this.steps
    if (step === this.#plan.crashAt) {
      this.isCrashed = true
      return 'crash'
    }
    const code = this.#plan.faults?.find(({ from, to }) => step >= from && step <= to)?.code
    if (code !== undefined) this.failures++
    return code
  }

  /** Done a moment later; never, when the machine has stopped by then. */
  #later<T>(act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      setImmediate(() => {
        if (this.isCrashed) return
        try {
          resolve(act())
        } catch (error) {
          if (!(error instanceof Stopped)) reject(error)
        }
      })
    })
  }
}

function directory(inode: number): Directory {
  return { kind: 'directory', inode, entries: new Map(), synced: new Map(), unsynced: [] }
}

function name(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code })
}

function resized(bytes: Buffer, length: number): Buffer {
  if (length <= bytes.length) return Buffer.from(bytes.subarray(0, length))
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])
}

function written(bytes: Buffer, at: number, more: Buffer): Buffer {
  const result = resized(bytes, Math.max(bytes.length, at + more.length))
  more.copy(result, at)
  return result
}

function copied(node: Node, seen: Map<Node, Node> = new Map()): Node {
  const before = seen.get(node)
  if (before !== undefined) return before
  if (node.kind === 'file') {
    const file: FileNode = { ...node, bytes: Buffer.from(node.bytes), unsynced: [...node.unsynced] }
    seen.set(node, file)
    return file
  }
  const result = directory(node.inode)
  seen.set(node, result)
  result.entries = new Map([...node.entries].map(([entry, child]) => [entry, copied(child, seen)]))
  result.synced = new Map([...node.synced].map(([entry, child]) => [entry, copied(child, seen)]))
  result.unsynced = node.unsynced.map((change) => ({ ...change, node: change.node && copied(change.node, seen) }))
  return result
}

/** What a power cut leaves: the synced state, and by chance some of what came later, whole or in part. */
function surviving(node: Node, random: Random, seen: Map<Node, Node>): Node {
  const before = seen.get(node)
  if (before !== undefined) return before
  if (node.kind === 'file') {
    let bytes = Buffer.from(node.synced)
    for (const change of node.unsynced) {
      if (random() < 0.5) continue
      if ('length' in change) bytes = Buffer.from(resized(bytes, change.length))
      else bytes = Buffer.from(written(bytes, change.at, partOf(change.bytes, random)))
    }
    const file: FileNode = { kind: 'file', inode: node.inode, bytes, synced: Buffer.from(bytes), unsynced: [] }
    seen.set(node, file)
    return file
  }
  const result = directory(node.inode)
  seen.set(node, result)
  const entries = new Map(node.synced)
  const persisted = Math.floor(random() * (node.unsynced.length + 1))
  for (const change of node.unsynced.slice(0, persisted))
    if (change.node === undefined) entries.delete(change.name)
    else entries.set(change.name, change.node)
  result.entries = new Map([...entries].map(([entry, child]) => [entry, surviving(child, random, seen)]))
  result.synced = new Map(result.entries)
  return result
}

/** Pages reach the disk in any order: the end may be there without the beginning. */
function partOf(bytes: Buffer, random: Random): Buffer {
  if (random() < 0.5) return bytes
  const cut = Math.floor(random() * bytes.length)
  const result = Buffer.from(bytes)
  if (random() < 0.5) return result.subarray(0, cut)
  result.fill(0, 0, cut)
  return result
}
