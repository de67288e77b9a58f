/**
 * Content steps for mail that is made here, where they are wanted. It has no client and no transaction: the steps are shown some that say
 * so. Postfix: internal_mail_filter_classes.
 */
import type { Session, Transaction } from '../facts.ts'
import type { Generation, Services } from '../generation.ts'
import { ask } from '../hooks.ts'
import { joinFacts, scanFacts } from '../message/facts.ts'
import { HeaderBlock } from '../message/headers.ts'
import { addressOf } from '../protocol/address.ts'
import { type Envelope, type NewContent, SpoolError } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import { CLEANUP } from './parameters.ts'
import { ContentRequest } from './request.ts'

export interface Checked {
  readonly envelope: Envelope
  readonly content: NewContent
}

/** The message as the steps want it; undefined: they threw it away. @throws SpoolError when they refuse it: it is tried again later */
export async function checkedInternally(
  envelope: Envelope,
  content: NewContent,
  { hooks, scope }: Generation,
  emit: Services['emit'],
): Promise<Checked | undefined> {
  const kind = envelope.origin?.listener ?? ''
  const isWanted = scope.values(CLEANUP).internal_mail_filter_classes.some((word) => word.toLowerCase() === kind)
  if (!isWanted || !hooks['cleanup.message'].isUsed()) return { envelope, content }
  const request = new InternalRequest(envelope, content, emit)
  const refusal = await ask(hooks['cleanup.message'], request)
  if (refusal?.kind === 'discard') {
    request.note('discard', refusal.text)
    return undefined
  }
  if (refusal !== undefined) throw new SpoolError('io', `${envelope.id}: ${refusal.status} ${refusal.text}`)
  return { envelope: edited(envelope, request), content: contentOf(content, request) }
}

class InternalRequest extends ContentRequest {
  override readonly note = (action: string, text: string, what = 'message'): void => {
    this.#emit({ type: 'contentRefused', queueId: this.queueId, action, what: oneLine(what), text: oneLine(text) })
  }
  readonly #emit: Services['emit']

  constructor(envelope: Envelope, { head, body, facts }: NewContent, emit: Services['emit']) {
    const transaction = transactionOf(envelope)
    const headers = new HeaderBlock(head)
    super({ session: sessionOf(envelope, transaction), transaction, queueId: envelope.id, headers, facts, body, emit })
    this.#emit = emit
  }
}

function edited(envelope: Envelope, { edits, added, removed }: ContentRequest): Envelope {
  let changed = envelope
  for (const edit of edits) {
    if (edit.kind === 'hold') changed = { ...changed, hold: true }
    else if (edit.kind === 'filter') changed = { ...changed, filter: edit.destination }
    else if (edit.kind === 'redirect') changed = { ...changed, recipients: [{ address: edit.address, original: edit.address }] }
  }
  const more = [...added.map(({ text }) => text), ...edits.flatMap((edit) => (edit.kind === 'bcc' ? [edit.address] : []))]
  if (more.length === 0 && removed.size === 0) return changed
  const kept = changed.recipients.filter(({ address }) => !removed.has(address.toLowerCase()))
  return { ...changed, recipients: [...kept, ...more.map((address) => ({ address, original: address }))] }
}

function contentOf(content: NewContent, { headers, replaced }: ContentRequest): NewContent {
  if (!headers.edited && replaced === undefined) return content
  const head = headers.toBuffer()
  const body = replaced ?? content.body
  const bodyFacts =
    replaced === undefined ? { ...content.facts, size: content.facts.size - content.head.length } : scanFacts(replaced)
  return { head, body, facts: joinFacts(scanFacts([head]), bodyFacts, head.length + bodyFacts.size) }
}

const HERE = Object.freeze({
  address: '127.0.0.1',
  port: 0,
  family: 4,
  name: 'localhost',
  reverseName: 'localhost',
  nameStatus: 'ok',
  reverseStatus: 'ok',
})

function sessionOf({ id, origin }: Envelope, transaction: Transaction): Session {
  return {
    id,
    listener: origin.listener,
    client: HERE,
    server: { address: HERE.address, port: 0 },
    helo: undefined,
    protocol: '',
    tls: undefined,
    sasl: undefined,
    transaction,
  }
}

function transactionOf({ id, sender, recipients, body, smtputf8 }: Envelope): Transaction {
  return {
    sender: addressOf(sender),
    recipients: recipients.map(({ address }) => ({ address: addressOf(address), originalRecipient: undefined, notify: 0 })),
    declaredSize: 0,
    size: 0,
    body,
    smtputf8: smtputf8 === true,
    ret: undefined,
    envid: undefined,
    queueId: id,
    edits: [],
  }
}
