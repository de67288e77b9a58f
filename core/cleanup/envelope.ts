/**
 * The envelope of a message as it enters the queue: sender and recipients through their hooks, the edits of all steps, repeated
 * recipients dropped. Postfix: cleanup's recipient handling, duplicate_filter_limit, enable_original_recipient, REDIRECT, BCC.
 */
import { type Edit, NOTIFY, type Session, type Transaction } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import { type IntakeRequest, type NewRecipient, shaped } from '../hooks.ts'
import type { Envelope, Origin, QueueId, Recipient } from '../queue/types.ts'
import type { AddedRecipient } from './request.ts'

/** What the content steps did to the recipients. */
export interface RecipientChanges {
  readonly added: readonly AddedRecipient[]
  readonly removed: ReadonlySet<string>
}

export interface EnvelopeParts {
  readonly id: QueueId
  readonly arrived: number
  readonly session: Session
  readonly transaction: Transaction
  readonly runtime: ListenerRuntime
  /** Of the content steps; those of the dialog stand in the transaction. */
  readonly edits: readonly Edit[]
  readonly changes: RecipientChanges | undefined
  readonly messageId: string | undefined
  /** content_filter: where mail goes that no FILTER action sends elsewhere; '' for its own way. */
  readonly contentFilter: string
  /** Completes addresses before the hooks see them. */
  complete(address: string): string
  readonly duplicates: { readonly limit: number; readonly original: boolean }
}

/** Builds it. Undefined: no recipient is left. @throws StepError, or rejects with it, when an address hook fails */
export function buildEnvelope(parts: EnvelopeParts): Envelope | undefined | Promise<Envelope | undefined> {
  const { id, session, transaction, runtime } = parts
  const request: IntakeRequest = { queueId: id, session, transaction }
  const sender = shaped(runtime.hooks['cleanup.sender'], parts.complete(transaction.sender.text), request)
  const recipients = shaped(runtime.hooks['cleanup.recipients'], wanted(parts), request)
  if (typeof sender === 'string' && !isPromise(recipients)) return finished(parts, sender, recipients)
  return Promise.all([sender, recipients]).then(([from, to]) => finished(parts, from, to))
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === 'function'
}

/** The recipients that the client named and that steps added, less those they took away. */
function wanted({ transaction, edits, changes, complete }: EnvelopeParts): NewRecipient[] {
  const out = transaction.recipients.map(({ address, originalRecipient, notify }) =>
    newRecipient(address.text, originalRecipient, notify),
  )
  // Of the dialog's blind copies the first keeps the default NOTIFY, those after it are NEVER: so does Postfix 3.7.
  let never: number = 0
  for (const { address } of blindCopies(transaction.edits)) {
    out.push(newRecipient(address, undefined, never))
    never = NOTIFY.NEVER
  }
  for (const { address } of blindCopies(edits)) out.push(newRecipient(address, undefined, NOTIFY.NEVER))
  if (changes === undefined) return out.map((one) => completed(one, complete))
  for (const { text, originalRecipient, notify } of changes.added) out.push(newRecipient(text, originalRecipient, notify ?? 0))
  const left = changes.removed.size === 0 ? out : out.filter(({ address }) => !changes.removed.has(address.toLowerCase()))
  return left.map((one) => completed(one, complete))
}

function completed(one: NewRecipient, complete: (address: string) => string): NewRecipient {
  const address = complete(one.address)
  return address === one.address ? one : { ...one, address }
}

function blindCopies(edits: readonly Edit[]) {
  return edits.filter((edit) => edit.kind === 'bcc')
}

function newRecipient(address: string, orcpt: string | undefined, notify: number): NewRecipient {
  return { address, original: address, ...(orcpt === undefined ? {} : { orcpt }), ...(notify === 0 ? {} : { notify }) }
}

function finished(parts: EnvelopeParts, sender: string, asked: readonly NewRecipient[]): Envelope | undefined {
  const { id, arrived, session, transaction, runtime, messageId } = parts
  const edits = parts.edits.length === 0 ? transaction.edits : [...transaction.edits, ...parts.edits]
  const redirect = last(edits, 'redirect')?.address
  const unique = distinct(asked, parts.duplicates)
  const recipients: Recipient[] =
    redirect === undefined ? unique : firstByAddress(unique).map((one) => ({ ...one, address: redirect }))
  if (recipients.length === 0) return undefined
  const filter = redirect === undefined ? last(edits, 'filter')?.destination || parts.contentFilter : ''
  return {
    id,
    arrived,
    sender,
    recipients,
    origin: originOf(session, runtime),
    ...(messageId === undefined ? {} : { messageId }),
    ...(transaction.body === undefined ? {} : { body: transaction.body }),
    ...(transaction.smtputf8 ? { smtputf8: true } : {}),
    ...(transaction.ret === undefined ? {} : { ret: transaction.ret }),
    ...(transaction.envid === undefined ? {} : { envid: transaction.envid }),
    ...(transaction.verp === undefined ? {} : { verp: transaction.verp }),
    ...(filter === '' ? {} : { filter }),
    ...(edits.some(({ kind }) => kind === 'hold') ? { hold: true } : {}),
  }
}

/** A redirected message has one recipient: in the place of the first in the order of delivery. */
function firstByAddress(recipients: readonly NewRecipient[]): NewRecipient[] {
  const [first, ...rest] = recipients
  return first === undefined ? [] : [rest.reduce((least, one) => (one.address < least.address ? one : least), first)]
}

function last<K extends Edit['kind']>(edits: readonly Edit[], kind: K): Extract<Edit, { kind: K }> | undefined {
  return edits.findLast((edit): edit is Extract<Edit, { kind: K }> => edit.kind === kind)
}

/** Each recipient once; letter case does not make a difference, NOTIFY and the original address do. */
function distinct(asked: readonly NewRecipient[], { limit, original }: EnvelopeParts['duplicates']): NewRecipient[] {
  if (asked.length < 2) return [...asked]
  const seen = new Set<string>()
  return asked.filter((one) => {
    const key = original ? `${one.orcpt ?? ''}\n${one.notify ?? 0}\n${one.original}\n${one.address}` : one.address
    const folded = key.toLowerCase()
    if (seen.has(folded)) return false
    if (limit === 0 || seen.size < limit) seen.add(folded)
    return true
  })
}

function originOf(session: Session, runtime: ListenerRuntime): Origin {
  const { client, sasl, forwarded } = session
  return {
    listener: runtime.config.name,
    clientName: client.name,
    clientAddress: client.address,
    clientPort: client.port,
    helo: session.helo ?? '',
    protocol: session.protocol,
    ...(sasl === undefined ? {} : { saslUsername: sasl.username }),
    ...(forwarded === undefined ? {} : { forwarded }),
  }
}
