/** Values that may come later: tables and lists answer at once where they can, and the hot path then makes no promise. */

export type MaybePromise<T> = T | Promise<T>

/** Applies `next` to the value, now if it is there. */
export function chain<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** The first defined answer of `ask` over the items, in order. Stays synchronous while the answers are. */
export function firstOf<I, R>(
  items: readonly I[],
  ask: (item: I) => MaybePromise<R | undefined>,
  from = 0,
): MaybePromise<R | undefined> {
  for (let i = from; i < items.length; i++) {
    const answer = ask(items[i] as I)
    if (answer instanceof Promise) return answer.then((value) => (value !== undefined ? value : firstOf(items, ask, i + 1)))
    if (answer !== undefined) return answer
  }
  return undefined
}
