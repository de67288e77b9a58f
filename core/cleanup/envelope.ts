/**
 * The envelope of a message as it enters the queue: who is named in the dialog and by steps, repeated recipients dropped, the edits of
 * all steps. Postfix: cleanup's recipient handling, duplicate_filter_limit, enable_original_recipient, REDIRECT, BCC.
 */

import { type Edit, NOTIFY, type Session, type Transaction } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import type { Scope } from '../parameters.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { Envelope, Origin, QueueId, Recipient } from '../queue/types.ts'
import type { Addresses } from './addresses.ts'
import type { NewRecipient } from './hooked.ts'
import type { AddedRecipient } from './request.ts'

/** What the content steps did to the recipients. */
export interface RecipientChanges {
  readonly added: readonly AddedRecipient[]
  readonly removed: ReadonlySet<string>
}

/** Completes an address. */
export type Complete = (address: string) => string

export interface EnvelopeParts {
  readonly id: QueueId
  readonly arrived: number
  readonly session: Session
  readonly transaction: Transaction
  /** BODY as MAIL or the content has it. */
  readonly declared: Transaction['body']
  readonly smtputf8: boolean
  readonly runtime: ListenerRuntime
  /** Sender and recipients of the dialog, as address steps left them. */
  readonly addresses: Addresses
  /** Recipients that content steps added. */
  readonly added: readonly NewRecipient[]
  /** Of the content steps; those of the dialog stand in the transaction. */
  readonly edits: readonly Edit[]
  readonly changes: RecipientChanges | undefined
  readonly messageId: string | undefined
  /** content_filter: where mail goes that no FILTER action sends elsewhere; '' for its own way. */
  readonly contentFilter: string
  readonly duplicates: { readonly limit: number; readonly original: boolean }
}

/** Who the dialog named: sender, recipients, and those that its steps added. */
export function namedAddresses({ sender, recipients, edits }: Transaction, complete: Complete): Addresses {
  const out = recipients.map(({ address, originalRecipient, notify }) => newRecipient(address.text, originalRecipient, notify))
  // Of the dialog's blind copies the first keeps the default NOTIFY, those after it are NEVER: so does Postfix 3.7.
  let never: number = 0
  for (const { address } of blindCopies(edits)) {
    out.push({ ...newRecipient(address, undefined, never), copy: true })
    never = NOTIFY.NEVER
  }
  return { sender: complete(sender.text), recipients: out.map((one) => completed(one, complete)) }
}

/** Whom content steps added. */
export function addedRecipients(
  edits: readonly Edit[],
  changes: RecipientChanges | undefined,
  complete: Complete,
): NewRecipient[] {
  const out: NewRecipient[] = blindCopies(edits).map(({ address }) => newRecipient(address, undefined, NOTIFY.NEVER))
  for (const { text, originalRecipient, notify } of changes?.added ?? [])
    out.push(newRecipient(text, originalRecipient, notify ?? 0))
  return out.map((one) => completed({ ...one, copy: true }, complete))
}

/** Nobody named a copy's recipient: there is no other form of it to remember. */
export function completed(one: NewRecipient, complete: Complete): NewRecipient {
  const address = complete(one.address)
  if (address === one.address) return one
  return one.copy === true ? { ...one, address, original: address } : { ...one, address }
}

function blindCopies(edits: readonly Edit[]) {
  return edits.filter((edit) => edit.kind === 'bcc')
}

function newRecipient(address: string, orcpt: string | undefined, notify: number): NewRecipient {
  return { address, original: address, ...(orcpt === undefined ? {} : { orcpt }), ...(notify === 0 ? {} : { notify }) }
}

/** Builds it. Undefined: no recipient is left. */
export function buildEnvelope(parts: EnvelopeParts): Envelope | undefined {
  const { id, arrived, session, transaction, runtime, messageId } = parts
  const edits = parts.edits.length === 0 ? transaction.edits : [...transaction.edits, ...parts.edits]
  const redirect = last(edits, 'redirect')?.address
  const unique = distinct(wanted(parts), parts.duplicates)
  const gone = unique.filter(({ expanded }) => expanded === true)
  const open = gone.length === 0 ? unique : unique.filter(({ expanded }) => expanded !== true)
  const to = redirect === undefined ? open : firstByAddress(open).map((one) => ({ ...one, address: redirect }))
  if (to.length === 0) return undefined
  const recipients = storedRecipients([...gone, ...to], parts.duplicates.original, runtime.scope)
  const filter = redirect === undefined ? last(edits, 'filter')?.destination || parts.contentFilter : ''
  return {
    id,
    arrived,
    sender: parts.addresses.sender,
    recipients,
    origin: originOf(session, runtime),
    ...(messageId === undefined ? {} : { messageId }),
    ...(parts.declared === undefined ? {} : { body: parts.declared }),
    ...(parts.smtputf8 ? { smtputf8: true } : {}),
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

/** As the queue keeps them. The null address, which a table may give, is that of who sends bounces. */
export function storedRecipients(recipients: readonly NewRecipient[], keepsOriginal: boolean, scope: Scope): Recipient[] {
  const daemon = `MAILER-DAEMON@${scope.text('myhostname') ?? 'localhost'}`
  return recipients.map((one) => stored(one.address === '' ? { ...one, address: daemon } : one, keepsOriginal))
}

/** All recipients, less those that a content step took away. */
function wanted({ addresses, added, changes }: EnvelopeParts): readonly NewRecipient[] {
  const removed = changes?.removed
  const left =
    removed === undefined || removed.size === 0
      ? addresses.recipients
      : addresses.recipients.filter(({ original }) => !removed.has(original.toLowerCase()))
  return added.length === 0 ? left : [...left, ...added]
}

/** Each recipient once; letter case does not make a difference, NOTIFY and the original address do. */
function distinct(asked: readonly NewRecipient[], { limit, original }: EnvelopeParts['duplicates']): readonly NewRecipient[] {
  if (asked.length < 2) return asked
  const seen = new Set<string>()
  return asked.filter((one) => {
    if (one.expanded === true) return true
    const { address, notify = 0 } = one
    const key = original ? `${orcptOf(one)}\n${notify}\n${one.original}\n${address}` : address
    const folded = key.toLowerCase()
    if (seen.has(folded)) return false
    if (limit === 0 || seen.size < limit) seen.add(folded)
    return true
  })
}

/** The ORCPT that stands for a recipient; a copy has none. */
function orcptOf({ orcpt, copy, original }: NewRecipient): string {
  if (orcpt !== undefined) return orcpt
  return copy === true ? '' : `rfc822;${quoteAddress(original)}`
}

/** As the queue keeps it. Without enable_original_recipient only ORCPT says what it was. */
function stored({ address, original, orcpt, notify, expanded }: NewRecipient, keepsOriginal: boolean): Recipient {
  const known = keepsOriginal ? orcpt : (orcpt ?? `rfc822;${quoteAddress(original)}`)
  return {
    address,
    original: keepsOriginal ? original : '',
    ...(known === undefined ? {} : { orcpt: known }),
    ...(notify === undefined ? {} : { notify }),
    ...(expanded === true ? { expanded, done: true } : {}),
  }
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
