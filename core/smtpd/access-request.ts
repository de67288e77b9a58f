/** What one access list is shown of a command, and what its steps may ask for. */
import { AccessView, type HeldBack } from '../access-view.ts'
import type { AccessRequest, AccessStage, Address, Edit } from '../facts.ts'
import type { SmtpSession } from './session.ts'

/** What a command is asked about. */
export interface Question {
  /** As logged: `RCPT`, `END-OF-MESSAGE`. */
  readonly command: string
  readonly sender?: Address
  readonly recipient?: Address
  readonly argument?: string
}

/** After RCPT lists are asked about the recipient only when the message has no other. */
function onlyRecipient({ transaction }: SmtpSession, stage: AccessStage): Address | undefined {
  if (stage !== 'data' && stage !== 'end_of_data') return undefined
  return transaction?.recipients.length === 1 ? transaction.recipients[0]?.address : undefined
}

/** One list's view of the command. */
export class Request extends AccessView {
  readonly #smtp: SmtpSession

  constructor(session: SmtpSession, stage: AccessStage, question: Question, held: HeldBack) {
    const { command, argument } = question
    const sender = question.sender ?? session.transaction?.sender
    const recipient = question.recipient ?? onlyRecipient(session, stage)
    super(stage, { command, session, sender, recipient, argument }, held)
    this.#smtp = session
  }

  edit(edit: Edit): void {
    this.#smtp.current?.edits.push(edit)
  }

  note(action: Parameters<AccessRequest['note']>[0], text: string): void {
    const dialog = this.#smtp.dialog(this.recipient?.text)
    this.#smtp.deps.services.emit({ type: 'noted', dialog, command: this.command, action, text })
  }
}
