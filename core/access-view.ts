/** One access list's view of a command, as every engine that asks lists gives it: facts, and the refusals to be held back. */
import type { AccessRequest, AccessStage, Address, Client, Edit, Session } from './facts.ts'
import type { Refusal } from './verdict.ts'

/** Refusals that wait for the end of the lists. */
export interface HeldBack {
  ifPermit?: Refusal | undefined
  ifReject?: Refusal | undefined
}

/** What the list is asked about. */
export type ViewFacts = Pick<AccessRequest, 'command' | 'session' | 'sender' | 'recipient' | 'argument'>

export abstract class AccessView implements AccessRequest {
  readonly stage: AccessStage
  readonly command: string
  readonly session: Session
  readonly client: Client
  readonly helo: string | undefined
  readonly sender: Address | undefined
  readonly recipient: Address | undefined
  readonly argument: string | undefined
  readonly #held: HeldBack

  constructor(stage: AccessStage, { command, session, sender, recipient, argument }: ViewFacts, held: HeldBack) {
    this.stage = stage
    this.command = command
    this.session = session
    this.client = session.client
    this.helo = session.helo
    this.sender = sender
    this.recipient = recipient
    this.argument = argument
    this.#held = held
  }

  abstract edit(edit: Edit): void

  abstract note(action: Parameters<AccessRequest['note']>[0], text: string): void

  deferIfPermit(refusal: Refusal): void {
    this.#held.ifPermit ??= refusal
  }

  deferIfReject(refusal: Refusal): void {
    this.#held.ifReject ??= refusal
  }
}
