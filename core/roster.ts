/**
 * Collections that live as long as the process while what is in them comes and goes by the thousand. A Map or Set builds its table anew
 * now and then, and the table that it leaves behind points to the next one and to all that was in it. Once such a table is in the old
 * part of V8's heap, every minor collection takes the whole chain after it for alive: messages that are long gone are copied, and
 * wait for a full collection. These leave no such tables.
 */

/** What can stand in a roster; in one at a time. */
export interface Seated {
  /** Where it stands; the roster writes it. */
  seat: number
}

/** The seat of who stands in none. */
export const NO_SEAT = -1

/** A set, without an order. */
export class Roster<T extends Seated> {
  readonly #members: T[] = []

  get size(): number {
    return this.#members.length
  }

  /** Takes one in; nothing happens when it is there already. */
  add(member: T): void {
    if (!this.has(member)) member.seat = this.#members.push(member) - 1
  }

  has(member: T): boolean {
    return member.seat >= 0 && this.#members[member.seat] === member
  }

  /** Lets one go. False: it was not there. */
  delete(member: T): boolean {
    const { seat } = member
    if (!this.has(member)) return false
    const last = this.#members.pop()
    if (last !== undefined && last !== member) {
      this.#members[seat] = last
      last.seat = seat
    }
    member.seat = NO_SEAT
    return true
  }

  /** Those who are there now; who comes or goes meanwhile changes nothing. */
  [Symbol.iterator](): IterableIterator<T> {
    return [...this.#members].values()
  }
}

/** A map from strings. */
export class Directory<V> {
  readonly #entries: Record<string, V> = Object.create(null)
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): V | undefined {
    return this.#entries[key]
  }

  has(key: string): boolean {
    return key in this.#entries
  }

  set(key: string, value: V): void {
    if (!(key in this.#entries)) this.#size++
    this.#entries[key] = value
  }

  /** False: there was none. */
  delete(key: string): boolean {
    if (!(key in this.#entries)) return false
    delete this.#entries[key]
    this.#size--
    return true
  }

  /** What is there now, as pairs; likewise its parts alone. */
  entries(): [string, V][] {
    return Object.entries(this.#entries)
  }

  keys(): string[] {
    return Object.keys(this.#entries)
  }

  values(): V[] {
    return Object.values(this.#entries)
  }
}
