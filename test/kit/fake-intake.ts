/** An intake that keeps what it gets, for tests of the SMTP server. */
import type { IncomingMessage, Intake, IntakeResult } from '../../core/cleanup/types.ts'
import type { Transaction } from '../../core/facts.ts'
import type { ContentFacts } from '../../core/queue/types.ts'

/** A message as the fake intake got it. */
export interface Taken {
  readonly id: string
  readonly content: string
  readonly facts: ContentFacts
  readonly sender: string
  readonly recipients: readonly string[]
  readonly transaction: Transaction
}

export interface FakeIntake extends Intake {
  readonly taken: Taken[]
  readonly aborted: string[]
  freeBytes: number
  writable: boolean
  /** Stands in for the end of a message; a thrown error is a failure of the spool. */
  result: (id: string) => IntakeResult | Promise<IntakeResult>
  /** Stands in for a write; a promise is back-pressure. */
  onWrite: (chunk: Buffer) => Promise<void> | undefined
}

export function fakeIntake(): FakeIntake {
  let count = 0
  const intake: FakeIntake = {
    taken: [],
    aborted: [],
    freeBytes: 1e12,
    writable: true,
    result: (id) => ({ kind: 'queued', id }),
    onWrite: () => undefined,
    open: () => new FakeMessage(intake, `Q${++count}`),
    space: () => ({ freeBytes: intake.freeBytes, writable: intake.writable }),
  }
  return intake
}

class FakeMessage implements IncomingMessage {
  readonly id: string
  readonly #intake: FakeIntake
  readonly #chunks: Buffer[] = []

  constructor(intake: FakeIntake, id: string) {
    this.#intake = intake
    this.id = id
  }

  write(chunk: Buffer): Promise<void> | undefined {
    this.#chunks.push(chunk)
    return this.#intake.onWrite(chunk)
  }

  async finish(transaction: Transaction, facts: ContentFacts): Promise<IntakeResult> {
    const result = await this.#intake.result(this.id)
    this.#intake.taken.push({
      id: this.id,
      content: Buffer.concat(this.#chunks).toString('latin1'),
      facts,
      sender: transaction.sender.text,
      recipients: transaction.recipients.map(({ address }) => address.text),
      transaction,
    })
    return result
  }

  abort(): void {
    this.#intake.aborted.push(this.id)
  }
}
