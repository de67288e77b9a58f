/**
 * lmdb: files of LMDB's data format 1 (0.9.x, what Debian's tools and Postfix make), read without locks. The file is a B+tree whose
 * pages are never changed while the newest of two meta pages refers to them; a lookup during which a writer went on is repeated.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type IndexFile, indexedType } from './indexed.ts'
import { branchChild, find, isBranch, leafValue, META_LENGTH, type Meta, metaOf } from './lmdb-page.ts'

export const lmdb = indexedType('lmdb', (path) => new LmdbFile(path))

/** How often a lookup is repeated when writers interfere. */
const TRIES = 10
/** A tree of 64-bit page numbers is never deeper (LMDB's own limit). */
const DEEPEST = 32
/** How many branch pages are kept. */
const MOST_KEPT = 1024

export class LmdbFile implements IndexFile {
  readonly #descriptor: number
  readonly #pageSize: number
  /** Branch pages of one state of the file. */
  readonly #branches = new Map<number, Buffer>()
  #state = -1n
  #isOpen = true

  /** @throws Error when it can not be read, or is none */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
    try {
      const first = metaOf(this.#read(0, META_LENGTH))
      if (first === undefined) throw new Error(`${path} is no LMDB file`)
      this.#pageSize = first.pageSize
      this.#newest()
    } catch (error) {
      this.close()
      throw error
    }
  }

  get size(): number {
    return this.#newest().entries
  }

  get(key: Buffer): Buffer | undefined {
    for (let tries = 0; ; tries++) {
      const meta = this.#newest()
      try {
        const value = this.#search(meta, key)
        if (tries === TRIES || this.#newest().transaction === meta.transaction) return value
      } catch (error) {
        // What looks damaged may be pages that a writer has just used again.
        if (tries === TRIES || this.#newest().transaction === meta.transaction) throw error
      }
    }
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor)
    this.#isOpen = false
  }

  #newest(): Meta {
    const [a, b] = [0, this.#pageSize].map((place) => metaOf(this.#read(place, META_LENGTH)))
    const newest = a === undefined || (b !== undefined && b.transaction > a.transaction) ? b : a
    if (newest === undefined) throw new Error('the file has no valid meta page')
    return newest
  }

  #search(meta: Meta, key: Buffer): Buffer | undefined {
    if (meta.root === undefined) return undefined
    if (meta.transaction !== this.#state) this.#branches.clear()
    this.#state = meta.transaction
    let number = meta.root
    for (let depth = 0; depth < DEEPEST; depth++) {
      const page = this.#branches.get(number) ?? this.#page(number)
      const { index, isEqual } = find(page, key)
      if (!isBranch(page)) return isEqual ? this.#value(page, index) : undefined
      if (this.#branches.size < MOST_KEPT) this.#branches.set(number, page)
      // The child that has the key begins with the last key that is not greater; the first has no key.
      number = branchChild(page, isEqual ? index : index - 1)
    }
    throw new Error('the file is damaged: its tree is too deep')
  }

  #value(page: Buffer, index: number): Buffer {
    const value = leafValue(page, index)
    if (Buffer.isBuffer(value)) return value
    if (value.length > fstatSync(this.#descriptor).size) throw new Error('the file is damaged: a value is too long')
    return this.#read(value.page * this.#pageSize + value.skip, value.length)
  }

  #page(number: number): Buffer {
    return this.#read(number * this.#pageSize, this.#pageSize)
  }

  #read(place: number, length: number): Buffer {
    const octets = Buffer.allocUnsafe(length)
    if (!Number.isSafeInteger(place) || readSync(this.#descriptor, octets, 0, length, place) < length) {
      throw new Error('the file is damaged: it ends too early')
    }
    return octets
  }
}
