/** Servers that give the same answers: asked in random order, those on local sockets first; one that is silent is left alone for a while. */
import { AnswerError, NoAnswer, type Pool } from './pool.ts'

/** Milliseconds for which a silent server is not asked. One that refuses connections costs nothing to ask again. */
const REST = 10_000

export interface Server<C> {
  /** For messages. */
  readonly name: string
  readonly isLocal: boolean
  readonly pool: Pool<C>
}

export class Servers<C> {
  readonly #servers: readonly Server<C>[]
  readonly #random: () => number
  /** Until when a server rests, in milliseconds of performance.now(). */
  readonly #resting = new Map<Server<C>, number>()

  constructor(servers: readonly Server<C>[], random: () => number = Math.random) {
    this.#servers = servers
    this.#random = random
  }

  /** @throws AnswerError of the first server that answers so; else an Error that says why each could not be asked */
  async ask<T>(question: (connection: C) => Promise<T>): Promise<T> {
    const why: string[] = []
    for (const server of this.#order()) {
      const { name, pool } = server
      if ((this.#resting.get(server) ?? 0) > performance.now()) {
        why.push(`${name}: did not answer lately`)
        continue
      }
      try {
        const answer = await pool.use(question)
        this.#resting.delete(server)
        return answer
      } catch (error) {
        if (error instanceof AnswerError) throw error
        if (error instanceof NoAnswer) this.#resting.set(server, performance.now() + REST)
        why.push(`${name}: ${messageOf(error)}`)
      }
    }
    throw new Error(why.join('; '))
  }

  /** The names of all. */
  get names(): string {
    return this.#servers.map(({ name }) => name).join(', ')
  }

  close(): void {
    for (const { pool } of this.#servers) pool.close()
  }

  #order(): readonly Server<C>[] {
    if (this.#servers.length === 1) return this.#servers
    const ranked = this.#servers.map((server) => ({ server, rank: (server.isLocal ? 0 : 1) + this.#random() }))
    return ranked.sort((a, b) => a.rank - b.rank).map(({ server }) => server)
  }
}

/** What an error says; connection errors of several addresses have no message of their own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join(', ')
  const { message, code } = error as { message?: string; code?: string }
  return message !== undefined && message !== '' ? message : (code ?? String(error))
}
