/** A binary heap of small numbers (slots) by due time; each slot knows its place, so that any can be removed. */

const NONE = -1

export class DueHeap {
  #due = new Float64Array(64)
  #heap = new Int32Array(64)
  #place = new Int32Array(64).fill(NONE)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Infinity when there is none. */
  earliest(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#dueAt(0)
  }

  dueOf(slot: number): number {
    return this.#due[slot] ?? 0
  }

  has(slot: number): boolean {
    return (this.#place[slot] ?? NONE) !== NONE
  }

  push(slot: number, due: number): void {
    while (slot >= this.#due.length) this.#grow()
    this.#due[slot] = due
    this.#put(this.#size, slot)
    this.#up(this.#size++)
  }

  /** Remembers when a slot is due without letting it wait for that. */
  note(slot: number, due: number): void {
    while (slot >= this.#due.length) this.#grow()
    this.#due[slot] = due
    this.#place[slot] = NONE
  }

  /** The slot that is due first. */
  pop(): number | undefined {
    if (this.#size === 0) return undefined
    const slot = this.#heap[0] as number
    this.remove(slot)
    return slot
  }

  remove(slot: number): void {
    const place = this.#place[slot] ?? NONE
    if (place === NONE) return
    this.#place[slot] = NONE
    const last = this.#heap[--this.#size] as number
    if (last === slot) return
    this.#put(place, last)
    this.#up(place)
    this.#down(this.#place[last] as number)
  }

  #up(from: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (this.#dueAt(parent) <= this.#dueAt(place)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #down(from: number): void {
    let place = from
    for (;;) {
      let least = 2 * place + 1
      if (least >= this.#size) return
      if (least + 1 < this.#size && this.#dueAt(least + 1) < this.#dueAt(least)) least++
      if (this.#dueAt(place) <= this.#dueAt(least)) return
      this.#swap(place, least)
      place = least
    }
  }

  #dueAt(place: number): number {
    return this.#due[this.#heap[place] as number] as number
  }

  #put(place: number, slot: number): void {
    this.#heap[place] = slot
    this.#place[slot] = place
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a] as number, this.#heap[b] as number]
    this.#put(a, y)
    this.#put(b, x)
  }

  #grow(): void {
    const length = this.#due.length * 2
    const place = new Int32Array(length).fill(NONE)
    place.set(this.#place)
    const due = new Float64Array(length)
    due.set(this.#due)
    const heap = new Int32Array(length)
    heap.set(this.#heap)
    this.#place = place
    this.#due = due
    this.#heap = heap
  }
}
