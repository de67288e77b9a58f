/** Queue commands of the control socket: asked of every worker, their answers merged and streamed. */
import type { Selection } from '../queue/manager-types.ts'
import type { QueueEntry } from '../queue/types.ts'
import { ControlError, type ControlHandler } from './control.ts'
import { type ListReport, type MessageReport, QUEUE_CHANGES, type QueueChange } from './orders.ts'
import type { WorkerPool } from './pool.ts'

/** The commands by name. */
export function queueCommands(pool: WorkerPool): ReadonlyMap<string, ControlHandler> {
  const commands = new Map<string, ControlHandler>([
    ['queue.list', (_request, item, signal) => list(pool, item, signal)],
    ['queue.show', (request) => show(pool, request)],
  ])
  for (const change of QUEUE_CHANGES) commands.set(`queue.${change}`, (request) => apply(pool, change, selectionOf(request)))
  return commands
}

/** Checks what came over the socket. @throws ControlError */
export function selectionOf(request: Readonly<Record<string, unknown>>): Selection {
  const { ids, all, site } = request
  if (all === true) return { all: true }
  if (typeof site === 'string' && site !== '') return { site }
  if (Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string')) return { ids }
  throw new ControlError('name messages by "ids", a destination by "site", or say "all": true')
}

/** All entries of all workers, oldest first; each worker lists in that order. */
async function list(pool: WorkerPool, item: (item: unknown) => Promise<void>, signal: AbortSignal): Promise<{ count: number }> {
  const feeds = Array.from({ length: pool.size }, (_, index) => new Feed(pool, index))
  await Promise.all(feeds.map((feed) => feed.fill()))
  let count = 0
  for (let feed = oldest(feeds); feed !== undefined && !signal.aborted; feed = oldest(feeds)) {
    await item(feed.take())
    count++
    await feed.fill()
  }
  return { count }
}

/** One worker's entries, fetched a batch at a time. */
class Feed {
  readonly #pool: WorkerPool
  readonly #index: number
  #entries: readonly QueueEntry[] = []
  #at = 0
  #cursor: number | undefined
  #ended = false

  constructor(pool: WorkerPool, index: number) {
    this.#pool = pool
    this.#index = index
  }

  get head(): QueueEntry | undefined {
    return this.#entries[this.#at]
  }

  take(): QueueEntry | undefined {
    return this.#entries[this.#at++]
  }

  /** Makes `head` true: undefined only when the worker has no more. */
  async fill(): Promise<void> {
    while (this.head === undefined && !this.#ended) {
      const order = this.#cursor === undefined ? {} : { cursor: this.#cursor }
      const report = await this.#pool.ask<ListReport>(this.#index, 'list', order)
      this.#entries = report.entries
      this.#at = 0
      this.#cursor = report.cursor
      this.#ended = report.cursor === undefined
    }
  }
}

function oldest(feeds: readonly Feed[]): Feed | undefined {
  let first: Feed | undefined
  for (const feed of feeds) {
    if (feed.head !== undefined && (first?.head === undefined || feed.head.arrived < first.head.arrived)) first = feed
  }
  return first
}

async function show(pool: WorkerPool, request: Readonly<Record<string, unknown>>): Promise<MessageReport> {
  const { id } = request
  if (typeof id !== 'string') throw new ControlError('name a message by "id"')
  for (const result of await pool.askAll<MessageReport | null>('show', { id })) {
    if (result.status === 'fulfilled' && result.value !== null) return result.value
  }
  throw new ControlError(`no message ${JSON.stringify(id.slice(0, 64))} in the queue`)
}

async function apply(pool: WorkerPool, change: QueueChange, selection: Selection): Promise<{ count: number }> {
  const results = await pool.askAll<number>('change', { change, selection })
  let count = 0
  for (const result of results) {
    if (result.status === 'rejected')
      throw new ControlError(`${(result.reason as Error).message}; ${count} messages were changed`, true)
    count += result.value
  }
  return { count }
}
