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
  readonly #queue: () => Queue
  readonly #lists = new Map<number, OpenList>()
  #next = 1

  /** @param queue asked when it is needed: the window is there before the queue is open */
  constructor(queue: () => Queue) {
    this.#queue = queue
  }

  /** The next batch of a list; without a cursor, the first. @throws Error when the list was given up */
  async list({ cursor }: ListOrder): Promise<ListReport> {
    const entries = cursor === undefined ? this.#queue().list()[Symbol.asyncIterator]() : this.#resume(cursor)
    const batch: QueueEntry[] = []
    while (batch.length < BATCH) {
      const { value, done } = await entries.next()
      if (done === true) return { entries: batch }
      batch.push(value)
    }
    return { entries: batch, cursor: this.#suspend(entries) }
  }

  async show(id: QueueId): Promise<MessageReport | null> {
    const message = await this.#queue().show(id)
    return message === undefined ? null : reportOf(message)
  }

  /** @returns how many messages it touched */
  change({ change, selection }: ChangeOrder): Promise<number> {
    return this.#queue()[change](selection)
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
