/**
 * A listener of `protocol: policy`: other mail servers ask it by Postfix's policy delegation protocol (check_policy_service), and its
 * pipeline's access lists answer.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { AccessStage, Edit } from '../facts.ts'
import type { Generation, ListenerRuntime, Services } from '../generation.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { listenUnix } from '../net/unix-socket.ts'
import { oneLine } from '../reply.ts'
import { type Answer, answerOf } from './answer.ts'
import { PolicyConnection } from './connection.ts'
import { type Decision, decide, dialogOf } from './decide.ts'
import { type Asked, understand } from './facts.ts'
import type { Attributes } from './request.ts'

export interface PolicyListenerDeps {
  /** The configuration that answers the next request. */
  current(): Generation
  /** Which listener of it this is. */
  readonly name: string
  readonly services: Services
}

export interface ListenOptions {
  /** Address, or the path of a unix socket. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Several workers listen on the same port. */
  readonly reusePort?: boolean
  readonly backlog?: number
}

/** The list that answers each protocol_state, where the listener names none (`stages`). */
export const USUAL_STAGES: ReadonlyMap<string, readonly AccessStage[]> = new Map<string, readonly AccessStage[]>([
  ['CONNECT', ['connect']],
  ['HELO', ['helo']],
  ['EHLO', ['helo']],
  ['MAIL', ['mail']],
  ['RCPT', ['rcpt']],
  ['DATA', ['data']],
  ['END-OF-MESSAGE', ['end_of_data']],
  ['VRFY', ['vrfy']],
  ['ETRN', ['etrn']],
])

/** Connections at a time; each asking smtpd(8) has one. */
const MOST_CONNECTIONS = 10_000
/** How long (ms) sockets that were destroyed may take to close. */
const LAST_MOMENT = 1000

export class PolicyListener {
  readonly #deps: PolicyListenerDeps
  readonly #server: Server
  readonly #open = new Set<PolicyConnection>()
  readonly #prefix = `P${Date.now().toString(36)}${process.pid.toString(36)}.`
  #count = 0
  #whenEmpty: (() => void) | undefined
  #removeName: (() => void) | undefined

  constructor(deps: PolicyListenerDeps) {
    this.#deps = deps
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  }

  get connections(): number {
    return this.#open.size
  }

  /** @throws Error of node:net when the address can not be had, by rejection */
  async listen({ host, port, reusePort = false, backlog }: ListenOptions): Promise<{ port: number }> {
    const more = backlog === undefined ? {} : { backlog }
    if (host.startsWith('/')) this.#removeName = await listenUnix(this.#server, host, backlog)
    else
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen({ host, port, reusePort, ...more }, () => {
          this.#server.off('error', reject)
          resolve()
        })
      })
    this.#server.on('error', (error) => this.#warn(error.message))
    const bound = this.#server.address()
    return { port: typeof bound === 'object' && bound !== null ? bound.port : port }
  }

  /** Takes no more connections; answers what is being asked, for so many milliseconds. */
  async close(graceMs: number): Promise<void> {
    this.#removeName?.()
    this.#server.close()
    for (const connection of [...this.#open]) connection.drain()
    if (await this.#emptied(graceMs)) return
    for (const connection of [...this.#open]) connection.destroy()
    await this.#emptied(LAST_MOMENT)
  }

  #emptied(milliseconds: number): Promise<boolean> {
    if (this.#open.size === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds)
      this.#whenEmpty = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }

  #accept(socket: Socket): void {
    if (this.#open.size >= MOST_CONNECTIONS) {
      this.#warn(`more than ${MOST_CONNECTIONS} connections`)
      socket.destroy()
      return
    }
    const connection = new PolicyConnection(socket, {
      answer: (attributes) => this.#answer(attributes),
      warn: (message) => this.#warn(message),
      gone: (which) => {
        this.#open.delete(which)
        if (this.#open.size === 0) this.#whenEmpty?.()
      },
    })
    this.#open.add(connection)
  }

  /** Each request is answered by the configuration in force: connections live longer than that. */
  #answer(attributes: Attributes): MaybePromise<string> {
    const generation = this.#deps.current()
    const runtime = generation.listeners.get(this.#deps.name)
    if (runtime === undefined) throw new Error('the listener is no longer configured')
    const asked = understand(attributes, this.#deps.name, `${this.#prefix}${(this.#count++).toString(36)}`)
    generation.retain()
    try {
      const answered = this.#ask(asked, runtime)
      if (answered instanceof Promise) return answered.finally(() => generation.release())
      generation.release()
      return answered
    } catch (error) {
      generation.release()
      throw error
    }
  }

  #ask(asked: Asked, runtime: ListenerRuntime): MaybePromise<string> {
    const { state } = asked
    const stages = runtime.config.stages?.[state] ?? USUAL_STAGES.get(state)
    if (stages === undefined) this.#warn(`no list answers the protocol_state ${JSON.stringify(state.slice(0, 40))}`)
    return chain(decide(asked, stages ?? [], runtime, this.#deps.services), (decision) => {
      const answer = answerOf(decision, state)
      this.#tell(asked, decision, answer)
      return answer.action
    })
  }

  #tell(asked: Asked, { refusal }: Decision, { lost }: Answer): void {
    for (const edit of lost) this.#warn(`an answer has room for one action: lost is ${shown(edit)}`)
    if (refusal === undefined || refusal.kind === 'discard') return
    const { code, status, text, step, cause } = refusal
    this.#deps.services.emit({
      type: 'refused',
      dialog: dialogOf(asked),
      command: asked.state,
      code,
      status,
      text,
      ...(step === undefined ? {} : { step }),
      ...(cause === undefined ? {} : { cause }),
    })
  }

  #warn(message: string): void {
    const text = oneLine(`policy listener ${this.#deps.name}: ${message}`)
    this.#deps.services.emit({ type: 'warning', where: 'smtpd', message: text })
  }
}

const shown = (edit: Edit): string => JSON.stringify(edit).slice(0, 200)
