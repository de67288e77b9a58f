/**
 * The addresses of a message on their way into the queue, through the hooks in the order of cleanup(8): the sender, each recipient,
 * copies (whose recipients are rewritten too), and last what takes the place of recipients. ADDRESS_REWRITING_README.
 */

import type { Session, Transaction } from '../facts.ts'
import { type Hooks, shaped } from '../hooks.ts'
import type { QueueId } from '../queue/types.ts'
import type { Refusal } from '../verdict.ts'
import type { IntakeRequest, NewRecipient } from './hooked.ts'

/** Sender and recipients, before or after. */
export interface Addresses {
  readonly sender: string
  readonly recipients: readonly NewRecipient[]
}

/** What steps are asked about one message; remembers that one of them refused it. */
export class AddressRequest implements IntakeRequest {
  readonly queueId: QueueId
  readonly session: Session | undefined
  readonly transaction: Transaction | undefined
  refusal: Refusal | undefined

  constructor(queueId: QueueId, session?: Session, transaction?: Transaction) {
    this.queueId = queueId
    this.session = session
    this.transaction = transaction
  }

  // A function of the object, not of its class: steps take requests apart.
  readonly refuse = (refusal: Refusal): void => {
    this.refusal ??= refusal
  }
}

const MAPPING = ['cleanup.sender', 'cleanup.recipients', 'cleanup.copies', 'cleanup.aliases'] as const

/** Runs the hooks; at once where none is used, with what was given. Rejects with StepError when one fails. */
export function mapAddresses(
  hooks: Hooks,
  given: Addresses,
  request: AddressRequest,
  completed: (one: NewRecipient) => NewRecipient,
): Addresses | Promise<Addresses> {
  if (!MAPPING.some((name) => hooks[name].isUsed())) return given
  return map(hooks, given, request, completed)
}

async function map(
  hooks: Hooks,
  given: Addresses,
  request: AddressRequest,
  completed: (one: NewRecipient) => NewRecipient,
): Promise<Addresses> {
  const sender = await shaped(hooks['cleanup.sender'], given.sender, request)
  const rewritten = await mapRecipients(hooks, given.recipients, request)
  const all =
    request.session === undefined ? rewritten : await withCopies(hooks, { sender, recipients: rewritten }, request, completed)
  return { sender, recipients: await shaped(hooks['cleanup.aliases'], all, request) }
}

/** Rewrites recipients, and nothing else. */
async function mapRecipients(
  hooks: Hooks,
  recipients: readonly NewRecipient[],
  request: AddressRequest,
): Promise<readonly NewRecipient[]> {
  const rewritten = await shaped(hooks['cleanup.recipients'], recipients, request)
  // Nobody named those of copies: what they were before is nothing to tell.
  return rewritten.map((one) => (one.copy === true ? { ...one, original: one.address } : one))
}

async function withCopies(
  hooks: Hooks,
  { sender, recipients }: Addresses,
  request: AddressRequest,
  completed: (one: NewRecipient) => NewRecipient,
): Promise<readonly NewRecipient[]> {
  const { queueId, session, transaction, refuse } = request
  const all = await shaped(hooks['cleanup.copies'], recipients, { queueId, session, transaction, refuse, sender })
  const named = new Set(recipients)
  const out: NewRecipient[] = []
  for (const one of all) out.push(...(named.has(one) ? [one] : await mapRecipients(hooks, [completed(one)], request)))
  return out
}

/** Recipients that content steps added: rewritten and replaced, without copies of their own. */
export async function mapAdded(
  hooks: Hooks,
  added: readonly NewRecipient[],
  request: AddressRequest,
): Promise<readonly NewRecipient[]> {
  if (added.length === 0) return added
  return shaped(hooks['cleanup.aliases'], await mapRecipients(hooks, added, request), request)
}
