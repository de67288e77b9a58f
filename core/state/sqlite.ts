/** The sqlite engine: a database in a thread, so that no slow disk and no other process's transaction holds mail up. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Batch } from './batch.ts'
import type { Answer, Engine, Op } from './types.ts'

export type ThreadOrder = { readonly id: number; readonly ops: readonly Op[] } | { readonly close: true }
/** Number 0: it has opened the database, or could not. */
export type ThreadAnswer =
  | { readonly id: number; readonly answers: readonly Answer[] }
  | { readonly id: number; readonly problem: string }

/** `.ts` in the repository, `.js` in a package. */
const THREAD = new URL(`./sqlite-thread${extname(import.meta.url)}`, import.meta.url)
/** Megabytes of JavaScript memory that the thread may use. */
const THREAD_MEMORY = 48

interface Waiting {
  resolve(answers: readonly Answer[]): void
  reject(error: Error): void
}

export class SqliteEngine implements Engine {
  readonly name = 'sqlite'
  readonly #file: string
  readonly #batch = new Batch((ops) => this.#send(ops))
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #thread: Worker | undefined
  #opened: Promise<void> | undefined
  #isClosed = false

  /** Nothing is opened before it is used. */
  constructor(file: string) {
    this.#file = file
  }

  run(op: Op): Promise<Answer> {
    return this.#batch.run(op)
  }

  /** @throws Error when there can be no database */
  ready(): Promise<void> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const thread = this.#thread
    if (thread === undefined) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    thread.postMessage({ close: true } satisfies ThreadOrder)
    const killer = setTimeout(() => void thread.terminate(), 1000)
    await ended
    clearTimeout(killer)
  }

  #open(): Promise<void> {
    const thread = new Worker(THREAD, {
      workerData: { file: this.#file },
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY },
      name: 'state',
    })
    this.#thread = thread
    const opened = new Promise<void>((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject })
    })
    thread.on('message', (answer: ThreadAnswer) => this.#receive(answer))
    thread.on('error', (error) => this.#gone(error as Error))
    thread.on('exit', () => this.#gone(new Error('the thread of the database has ended')))
    opened.catch(() => {})
    return opened
  }

  async #send(ops: readonly Op[]): Promise<readonly Answer[]> {
    if (this.#isClosed) throw new Error('closed')
    await this.ready()
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#thread?.ref()
      this.#thread?.postMessage({ id, ops } satisfies ThreadOrder)
    })
  }

  #receive(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    // Only what someone waits for keeps the process alive.
    if (this.#waiting.size === 0) this.#thread?.unref()
    if ('problem' in answer) waiting?.reject(new Error(`${this.#file}: ${answer.problem}`))
    else waiting?.resolve(answer.answers)
  }

  /** The next operation starts another thread. */
  #gone(error: Error): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#thread = undefined
    this.#opened = undefined
    for (const { reject } of waiting) reject(error)
  }
}
