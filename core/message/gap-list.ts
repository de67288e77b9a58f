/**
 * A list that is edited where it was edited last: the elements lie on two stacks, with a gap between them that follows the edits.
 * A pass that removes or adds at every place is linear, whatever the length; reading at any place costs nothing more.
 */

export class GapList<T> implements Iterable<T> {
  /** What stands before the gap, in order. */
  readonly #before: T[] = []
  /** What stands behind it, the next element last. */
  readonly #after: T[]

  /** @param elements taken over, not copied */
  constructor(elements: T[]) {
    this.#after = elements.reverse()
  }

  get length(): number {
    return this.#before.length + this.#after.length
  }

  at(index: number): T | undefined {
    const behind = index - this.#before.length
    return behind < 0 ? this.#before[index] : this.#after[this.#after.length - 1 - behind]
  }

  /** Puts an element before the one at `index`, which must be in 0 ... length. */
  insert(index: number, element: T): void {
    this.#moveTo(index)
    this.#before.push(element)
  }

  /** `index` must be in 0 ... length - 1, here and in `remove`. */
  replace(index: number, element: T): void {
    const behind = index - this.#before.length
    if (behind < 0) this.#before[index] = element
    else this.#after[this.#after.length - 1 - behind] = element
  }

  remove(index: number): void {
    this.#moveTo(index)
    this.#after.pop()
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.length; i++) yield this.at(i) as T
  }

  #moveTo(index: number): void {
    while (this.#before.length > index) this.#after.push(this.#before.pop() as T)
    while (this.#before.length < index) this.#before.push(this.#after.pop() as T)
  }
}
