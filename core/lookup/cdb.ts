/** cdb: constant databases (https://cr.yp.to/cdb/cdb.txt) as postmap and tinycdb make them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type IndexFile, indexedType } from './indexed.ts'

/** The header: 256 hash tables, each with its place and its number of slots. */
const TABLES = 256
const HEADER = TABLES * 8

/** Files up to this size are kept in memory, larger ones are read where needed. */
const IN_MEMORY = 1 << 23

export const cdb = indexedType('cdb', (path) => new CdbFile(path))

export class CdbFile implements IndexFile {
  readonly #descriptor: number
  readonly #length: number
  readonly #head: Buffer
  #isOpen = true
  readonly size: number

  /** @throws Error when it can not be read, or is none */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r')
    try {
      this.#length = fstatSync(this.#descriptor).size
      if (this.#length < HEADER) throw new Error(`${path} is no cdb file: it has no header`)
      this.#head = Buffer.allocUnsafe(this.#length <= IN_MEMORY ? this.#length : HEADER)
      if (readSync(this.#descriptor, this.#head, 0, this.#head.length, 0) < this.#head.length) throw damaged()
      let slots = 0
      for (let table = 0; table < TABLES; table++) {
        const count = this.#head.readUInt32LE(table * 8 + 4)
        if (this.#head.readUInt32LE(table * 8) + count * 8 > this.#length) throw damaged()
        slots += count
      }
      // Tables are half full.
      this.size = slots / 2
    } catch (error) {
      this.close()
      throw error
    }
  }

  get(key: Buffer): Buffer | undefined {
    const hash = hashOf(key)
    const at = (hash % TABLES) * 8
    const [place, slots] = [this.#head.readUInt32LE(at), this.#head.readUInt32LE(at + 4)]
    if (slots === 0) return undefined
    for (let tried = 0, slot = (hash >>> 8) % slots; tried < slots; tried++, slot = (slot + 1) % slots) {
      const entry = this.#read(place + slot * 8, 8)
      const record = entry.readUInt32LE(4)
      if (record === 0) return undefined
      if (entry.readUInt32LE(0) !== hash) continue
      const lengths = this.#read(record, 8)
      const [keyLength, valueLength] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)]
      if (keyLength === key.length && this.#read(record + 8, keyLength).equals(key)) {
        return this.#read(record + 8 + keyLength, valueLength)
      }
    }
    return undefined
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor)
    this.#isOpen = false
  }

  #read(place: number, length: number): Buffer {
    if (place + length > this.#length) throw damaged()
    if (place + length <= this.#head.length) return this.#head.subarray(place, place + length)
    const octets = Buffer.allocUnsafe(length)
    if (readSync(this.#descriptor, octets, 0, length, place) < length) throw damaged()
    return octets
  }
}

const damaged = (): Error => new Error('the file is damaged')

function hashOf(key: Buffer): number {
  let hash = 5381
  for (const octet of key) hash = (Math.imul(hash, 33) ^ octet) >>> 0
  return hash
}
