/** What one access list is shown of a command, and what its steps may ask for. */
import type { AccessRequest, AccessStage, Address, Client, Edit, Session } from '../facts.ts'
import type { Refusal } from '../verdict.ts'
import type { SmtpSession } from './session.ts'

/** What a command is asked about. */
export interface Question {
  /** As logged: `RCPT`, `END-OF-MESSAGE`. */
  readonly command: string
  readonly sender?: Address
  readonly recipient?: Address
  readonly argument?: string
}

/** Refusals that wait for the end of the lists. */
export interface Held {
  ifPermit: Refusal | undefined
  ifReject: Refusal | undefined
}

/** After RCPT lists are asked about the recipient only when the message has no other. */
function onlyRecipient({ transaction }: SmtpSession, stage: AccessStage): Address | undefined {
  if (stage !== 'data' && stage !== 'end_of_data') return undefined
  return transaction?.recipients.length === 1 ? transaction.recipients[0]?.address : undefined
}

/** One list's view of the command. */
export class Request implements AccessRequest {
  readonly stage: AccessStage
  readonly command: string
  readonly session: Session
  readonly client: Client
  readonly helo: string | undefined
  readonly sender: Address | undefined
  readonly recipient: Address | undefined
  readonly argument: string | undefined
  readonly #smtp: SmtpSession
  readonly #held: Held

  constructor(session: SmtpSession, stage: AccessStage, question: Question, held: Held) {
    this.stage = stage
    this.command = question.command
    this.session = session
    this.client = session.client
    this.helo = session.helo
    this.sender = question.sender ?? session.transaction?.sender
    this.recipient = question.recipient ?? onlyRecipient(session, stage)
    this.argument = question.argument
    this.#smtp = session
    this.#held = held
  }

  edit(edit: Edit): void {
    this.#smtp.current?.edits.push(edit)
  }

  deferIfPermit(refusal: Refusal): void {
    this.#held.ifPermit ??= refusal
  }

  deferIfReject(refusal: Refusal): void {
    this.#held.ifReject ??= refusal
  }

  note(action: Parameters<AccessRequest['note']>[0], text: string): void {
    const dialog = this.#smtp.dialog(this.recipient?.text)
    this.#smtp.deps.services.emit({ type: 'noted', dialog, command: this.command, action, text })
  }
}
