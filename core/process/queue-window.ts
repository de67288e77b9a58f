/** A worker's queue as the control socket sees it: lists in batches, single messages, changes. */
import type { Queue } from '../queue/manager-types.ts'
import type { QueuedMessage, QueueEntry, QueueId } from '../queue/types.ts'
import type { ChangeOrder, ListOrder, ListReport, MessageReport } from './orders.ts'

/** Entries in one answer. */
const BATCH = 200
/** Lists open at a time; the oldest is given up for another. */
const MOST_LISTS = 8
/** Milliseconds after which a list that nobody continues is given up. */
const PATIENCE = 60_000
/** Bytes of a body that are shown. */
const SHOWN = 1024 * 1024

interface OpenList {
  readonly entries: AsyncIterator<QueueEntry>
  readonly timer: NodeJS.Timeout
}

export class QueueWindow {
  readonly #queues: () => readonly Queue[]
  readonly #lists = new Map<number, OpenList>()
  #next = 1

  /** @param queues those of this worker: its own, and the ones it adopted */
  constructor(queues: () => readonly Queue[]) {
    this.#queues = queues
  }

  /** The next batch of a list; without a cursor, the first. @throws Error when the list was given up */
  async list({ cursor }: ListOrder): Promise<ListReport> {
    const entries = cursor === undefined ? merged(this.#queues()) : this.#resume(cursor)
    const batch: QueueEntry[] = []
    while (batch.length < BATCH) {
      const { value, done } = await entries.next()
      if (done === true) return { entries: batch }
      batch.push(value)
    }
    return { entries: batch, cursor: this.#suspend(entries) }
  }

  async show(id: QueueId): Promise<MessageReport | null> {
    for (const queue of this.#queues()) {
      const message = await queue.show(id)
      if (message !== undefined) return reportOf(message)
    }
    return null
  }

  /** @returns how many messages it touched */
  async change({ change, selection }: ChangeOrder): Promise<number> {
    let count = 0
    for (const queue of this.#queues()) count += await queue[change](selection)
    return count
  }

  close(): void {
    for (const cursor of this.#lists.keys()) this.#drop(cursor)
  }

  #suspend(entries: AsyncIterator<QueueEntry>): number {
    const [oldest] = this.#lists.keys()
    if (oldest !== undefined && this.#lists.size >= MOST_LISTS) this.#drop(oldest)
    const cursor = this.#next++
    this.#lists.set(cursor, { entries, timer: setTimeout(() => this.#drop(cursor), PATIENCE).unref() })
    return cursor
  }

  #resume(cursor: number): AsyncIterator<QueueEntry> {
    const open = this.#lists.get(cursor)
    if (open === undefined) throw new Error('the list was given up: too long between two steps')
    clearTimeout(open.timer)
    this.#lists.delete(cursor)
    return open.entries
  }

  #drop(cursor: number): void {
    const open = this.#lists.get(cursor)
    if (open === undefined) return
    clearTimeout(open.timer)
    this.#lists.delete(cursor)
    void open.entries.return?.()
  }
}

/** Entries of several queues, oldest first; each queue lists in that order. */
async function* merged(queues: readonly Queue[]): AsyncGenerator<QueueEntry, void> {
  const feeds = await Promise.all(
    queues.map(async (queue) => {
      const entries = queue.list()[Symbol.asyncIterator]()
      return { entries, head: await entries.next() }
    }),
  )
  try {
    for (;;) {
      let first: (typeof feeds)[number] | undefined
      for (const feed of feeds) {
        if (feed.head.done === true) continue
        if (first === undefined || feed.head.value.arrived < first.head.value.arrived) first = feed
      }
      if (first === undefined) return
      yield first.head.value
      first.head = await first.entries.next()
    }
  } finally {
    for (const { entries } of feeds) await entries.return?.()
  }
}

/** A message for the command line, its body up to a limit. */
export async function reportOf({ envelope, content }: QueuedMessage): Promise<MessageReport> {
  const head = await content.head()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of content.chunks()) {
    chunks.push(chunk)
    length += chunk.length
    if (length > head.length + SHOWN) break
  }
  const whole = Buffer.concat(chunks)
  const body = whole.subarray(head.length, head.length + SHOWN)
  return {
    envelope,
    size: content.facts.size,
    head: head.toString('base64'),
    body: body.toString('base64'),
    truncated: length > head.length + SHOWN,
  }
}
