/**
 * Keys and values in few large buffers instead of millions of strings: an open-addressing hash table over the octets of keys
 * that are folded to lower case. A million entries take about what their text takes, and cost the garbage collector nothing.
 */

/** Octets before each entry: the lengths of key and value. */
const HEAD = 8
/** Per slot: the hash, and the entry's place plus one; 0 for none. */
const SLOT = 2
const MOST_FULL = 0.7

export class Entries {
  #octets = Buffer.allocUnsafeSlow(1 << 12)
  #used = 0
  #slots = new Uint32Array(SLOT << 6)
  #mask = (1 << 6) - 1
  #count = 0

  get size(): number {
    return this.#count
  }

  /** @returns false when the key is there already: its value stays */
  add(key: string, value: string): boolean {
    const folded = key.toLowerCase()
    const place = this.#used
    this.#reserve(HEAD + 3 * (folded.length + value.length))
    const octets = this.#octets
    const keyLength = octets.write(folded, place + HEAD)
    const hash = hashed(octets, place + HEAD, place + HEAD + keyLength)
    const slot = this.#slotOf(hash, (at) => this.#isEqual(at, octets, place + HEAD, keyLength))
    if (this.#slots[slot + 1] !== 0) return false
    const valueLength = octets.write(value, place + HEAD + keyLength)
    octets.writeUInt32LE(keyLength, place)
    octets.writeUInt32LE(valueLength, place + 4)
    this.#used += HEAD + keyLength + valueLength
    this.#slots[slot] = hash
    this.#slots[slot + 1] = place + 1
    this.#count++
    if (this.#count > (this.#mask + 1) * MOST_FULL) this.#grow()
    return true
  }

  /** The value of a key in any case. */
  get(key: string): string | undefined {
    const plain = foldedHash(key)
    const octets = plain === undefined ? Buffer.from(key.toLowerCase()) : undefined
    const slot =
      octets === undefined
        ? this.#slotOf(plain ?? 0, (at) => this.#isEqualText(at, key))
        : this.#slotOf(hashed(octets, 0, octets.length), (at) => this.#isEqual(at, octets, 0, octets.length))
    const at = (this.#slots[slot + 1] ?? 0) - 1
    if (at < 0) return undefined
    const start = at + HEAD + read32(this.#octets, at)
    return this.#octets.toString('utf8', start, start + read32(this.#octets, at + 4))
  }

  /** Gives back what was reserved and is not needed. */
  trim(): void {
    if (this.#octets.length - this.#used < this.#used >> 2) return
    const exact = Buffer.allocUnsafeSlow(this.#used)
    this.#octets.copy(exact, 0, 0, this.#used)
    this.#octets = exact
  }

  /** The slot of the entry that is meant, or the empty one where it would be. */
  #slotOf(hash: number, isMeant: (place: number) => boolean): number {
    const slots = this.#slots
    for (let i = hash & this.#mask; ; i = (i + 1) & this.#mask) {
      const slot = i * SLOT
      const at = slots[slot + 1] as number
      if (at === 0 || (slots[slot] === hash && isMeant(at - 1))) return slot
    }
  }

  #isEqual(place: number, octets: Buffer, start: number, length: number): boolean {
    const from = place + HEAD
    return (
      read32(this.#octets, place) === length && this.#octets.compare(octets, start, start + length, from, from + length) === 0
    )
  }

  /** For keys of ASCII characters. */
  #isEqualText(place: number, key: string): boolean {
    const octets = this.#octets
    if (read32(octets, place) !== key.length) return false
    for (let i = 0, at = place + HEAD; i < key.length; i++, at++) if (octets[at] !== lower(key.charCodeAt(i))) return false
    return true
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#octets.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#octets.length * 2, this.#used + more))
    this.#octets.copy(larger, 0, 0, this.#used)
    this.#octets = larger
  }

  #grow(): void {
    const old = this.#slots
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Uint32Array((this.#mask + 1) * SLOT)
    for (let i = 0; i < old.length; i += SLOT) {
      if (old[i + 1] === 0) continue
      const slot = this.#slotOf(old[i] as number, () => false)
      this.#slots[slot] = old[i] as number
      this.#slots[slot + 1] = old[i + 1] as number
    }
  }
}

// FNV-1a, 32 bits, with a last mixing because the low bits choose the slot.
const [OFFSET, PRIME] = [0x811c9dc5, 0x01000193]
const mixed = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0

function hashed(octets: Buffer, start: number, end: number): number {
  let hash = OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (octets[i] as number), PRIME)
  return mixed(hash)
}

/** The same of a key's octets in lower case, without making them; undefined when not all of it is ASCII. */
function foldedHash(key: string): number | undefined {
  let hash = OFFSET
  for (let i = 0; i < key.length; i++) {
    const c = key.charCodeAt(i)
    if (c > 127) return undefined
    hash = Math.imul(hash ^ lower(c), PRIME)
  }
  return mixed(hash)
}

const lower = (c: number): number => (c > 64 && c < 91 ? c + 32 : c)

/** Buffer.readUInt32LE without its checks, which cost more than the reading. */
function read32(octets: Buffer, at: number): number {
  const low = (octets[at] as number) | ((octets[at + 1] as number) << 8)
  return (low | ((octets[at + 2] as number) << 16) | ((octets[at + 3] as number) << 24)) >>> 0
}
