/**
 * The intake: takes the content of a message, runs the content steps, and stores it in the queue.
 * Order at the end of data: cleanup.message, filter.message, queue.store, commit. A message for which no such step is mounted
 * has its head walked once and nothing copied but that head. Postfix: cleanup(8).
 */
import type { Session, Transaction } from '../facts.ts'
import type { ListenerRuntime, Services } from '../generation.ts'
import { compactTime, createMailDate } from '../message/date.ts'
import type { Queue } from '../queue/manager-types.ts'
import type { ContentFacts, QueueId, Spool } from '../queue/types.ts'
import { Characters } from './characters.ts'
import { IncomingContent } from './content.ts'
import { finishMessage, TOO_LONG } from './finish.ts'
import { type Rules, rulesOf } from './rules.ts'
import type { IncomingMessage, Intake, IntakeResult } from './types.ts'

/** What the intake needs of its process. */
export interface IntakeDeps {
  spool(): Spool
  queue(): Queue
  readonly services: Services
  /** Content longer than this many bytes is streamed into the spool. */
  readonly threshold?: number
}

const DEFAULT_THRESHOLD = 256 * 1024

/** Everything a message under way shares with others. */
export interface IntakeContext extends IntakeDeps {
  readonly mailDate: (milliseconds: number) => string
  /** A generated Message-ID, with brackets. */
  messageId(milliseconds: number, id: QueueId, hostname: string): string
  rules(runtime: ListenerRuntime): Rules
}

/** Builds the intake of a worker. */
export function createIntake(deps: IntakeDeps): Intake {
  const known = new WeakMap<ListenerRuntime, Rules>()
  const context: IntakeContext = {
    ...deps,
    mailDate: createMailDate(),
    messageId: (milliseconds, id, hostname) => `<${compactTime(milliseconds)}.${id}@${hostname}>`,
    rules(runtime) {
      const ready = known.get(runtime)
      if (ready !== undefined) return ready
      const rules = rulesOf(runtime)
      known.set(runtime, rules)
      return rules
    },
  }
  const threshold = deps.threshold ?? DEFAULT_THRESHOLD
  return {
    open: (session, runtime) => new Incoming(context, session, runtime, threshold),
    space: () => deps.spool().space(),
  }
}

class Incoming implements IncomingMessage {
  readonly id: QueueId
  readonly #context: IntakeContext
  readonly #session: Session
  readonly #runtime: ListenerRuntime
  readonly #content: IncomingContent
  readonly #characters: Characters | undefined

  constructor(context: IntakeContext, session: Session, runtime: ListenerRuntime, threshold: number) {
    this.id = context.spool().newId()
    this.#context = context
    this.#session = session
    this.#runtime = runtime
    const { watched, rejected, stripped } = context.rules(runtime)
    this.#content = new IncomingContent(this.id, context.spool, watched, threshold)
    if (rejected.size > 0 || stripped.size > 0) this.#characters = new Characters(rejected, stripped)
  }

  write(chunk: Buffer): Promise<void> | undefined {
    return this.#content.write(this.#characters?.take(chunk) ?? chunk)
  }

  async finish(transaction: Transaction, facts: ContentFacts): Promise<IntakeResult> {
    const content = await this.#content.take()
    if (content === undefined) return TOO_LONG
    const context = this.#context
    return finishMessage({
      context,
      rules: context.rules(this.#runtime),
      id: this.id,
      arrived: context.services.clock.now(),
      session: this.#session,
      runtime: this.#runtime,
      transaction,
      // What was taken out may have stood before a dot.
      facts: this.#characters?.hasStripped === true ? { ...facts, dots: true } : facts,
      content,
      firstRejected: this.#characters?.firstRejected,
    })
  }

  abort(): void {
    this.#content.abort()
  }
}
