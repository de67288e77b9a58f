/** The end of data of one message: its content steps, then the queue. */
import type { Transaction } from '../facts.ts'
import { StepError } from '../hooks.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { TableError } from '../lookup/table.ts'
import { withHeaders } from '../message/facts.ts'
import { headerValueAt } from '../message/head.ts'
import { receivedHeader } from '../message/received.ts'
import { defer, type Refusal, reject } from '../verdict.ts'
import { type Addresses, AddressRequest, mapAdded, mapAddresses } from './addresses.ts'
import { runSteps } from './checked.ts'
import type { TakenContent } from './content.ts'
import { declaresEightBit } from './encoding.ts'
import { addedRecipients, buildEnvelope, completed, namedAddresses } from './envelope.ts'
import { missingHeaders, plainHead } from './head.ts'
import { hasIncomplete } from './header-addresses.ts'
import { isChecked } from './misuse.ts'
import type { IntakeResult } from './types.ts'
import { needsUtf8 } from './utf8.ts'
import { type Finished, getsMissing, headerLines, missing, type TakenMessage, tellId, type WholeMessage } from './whole.ts'

const LONG_HEAD = reject(552, '5.3.4', 'Message header size exceeds fixed limit')
const LOOPING = reject(554, '5.4.0', 'Error: too many hops')
/** What Postfix says when its cleanup service can not finish a message. */
const NOT_NOW: Refusal = { ...defer(451, '4.3.0', 'Error: queue file write error', { trouble: 'resource' }), told: true }

/** The answer to content whose head was too long to hold. */
export const TOO_LONG: IntakeResult = { kind: 'refused', refusal: LONG_HEAD }

/** Runs the steps and stores the message. @throws SpoolError and then nothing of it is kept */
export async function finishMessage(message: TakenMessage): Promise<IntakeResult> {
  const { body } = message.content
  try {
    const result = await settle(message)
    if (result.kind !== 'queued') abandon(body)
    return result
  } catch (error) {
    abandon(body)
    // The step's failure has been told as a fault; the client is to come back.
    if (error instanceof StepError) return { kind: 'refused', refusal: NOT_NOW }
    if (error instanceof TableError) {
      message.context.services.emit({ type: 'warning', where: 'cleanup', message: `${message.id}: ${error.message}` })
      return { kind: 'refused', refusal: NOT_NOW }
    }
    throw error
  }
}

function abandon(body: TakenContent['body']): void {
  if ('abandon' in body) body.abandon().catch(() => {})
}

async function settle(taken: TakenMessage): Promise<IntakeResult> {
  const { context, id, content, rules, runtime } = taken
  // Our own Received header counts too, as in Postfix.
  const hops = (content.survey.counts.get('received') ?? 0) + 1
  if (hops >= rules.values.hopcount_limit) {
    context.services.emit({ type: 'warning', where: 'cleanup', message: `${id}: message rejected: hopcount exceeded` })
    return { kind: 'refused', refusal: LOOPING }
  }
  const addressing = new AddressRequest(id, taken.session, taken.transaction)
  const mapped = addressesOf(taken, addressing)
  const addresses = mapped instanceof Promise ? await mapped : mapped
  if (addressing.refusal !== undefined) return { kind: 'refused', refusal: addressing.refusal }
  const ours = rules.completion.headers(taken.session)
  const completion = ours instanceof Promise ? await ours : ours
  const message: WholeMessage = { ...taken, addresses, addressing, completion }
  const trace = traceHeaders(message)
  const { hooks } = runtime
  const plain =
    !hooks['cleanup.message'].isUsed() &&
    !hooks['filter.message'].isUsed() &&
    !hooks['queue.store'].isUsed() &&
    content.survey.longestHeader <= rules.values.header_size_limit &&
    !content.survey.spaced &&
    !content.survey.nul &&
    !isChecked(message) &&
    !holdsAny(content.survey.counts, rules.dropped) &&
    !isIncomplete(message)
  if (plain) {
    const content = plainContent(message, trace)
    tellId(message, content.messageId)
    return store(message, content)
  }
  const outcome = await runSteps(message, trace)
  return 'kind' in outcome ? outcome : store(message, outcome)
}

/** Before any content step: what those add to the head is about the addresses as they will be. */
function addressesOf({ rules, runtime, transaction }: TakenMessage, request: AddressRequest): Addresses | Promise<Addresses> {
  const { envelope: complete } = rules.completion
  const named = namedAddresses(transaction, complete)
  return rules.mapsAddresses ? mapAddresses(runtime.hooks, named, request, (one) => completed(one, complete)) : named
}

/** PREPEND actions, then Received: Postfix's order. */
function traceHeaders({ context, id, arrived, session, transaction, runtime }: WholeMessage): string[] {
  const out: string[] = []
  for (const edit of transaction.edits) if (edit.kind === 'prepend') out.push(edit.header)
  out.push(receivedHeader(session, transaction, id, context.mailDate(arrived), runtime.scope))
  return out
}

function holdsAny(counts: ReadonlyMap<string, number>, names: ReadonlySet<string>): boolean {
  for (const name of counts.keys()) if (names.has(name)) return true
  return false
}

function isIncomplete({ content, rules, completion, runtime }: WholeMessage): boolean {
  if (completion === undefined) return false
  return (
    (rules.mapsAddresses && runtime.hooks['cleanup.header_address'].isUsed()) ||
    hasIncomplete(content.head, content.survey, completion, rules.values.header_address_token_limit)
  )
}

/** The way of a message that no step looks at. */
function plainContent(message: WholeMessage, trace: readonly string[]): Finished {
  const { content, facts } = message
  const { counts, first, headers } = content.survey
  const below = getsMissing(message) ? missingHeaders(missing(message, (name) => counts.has(name))) : []
  const head = plainHead(trace, headerLines(content), below, content.survey.end !== 'data')
  const at = first.get('message-id')
  return {
    head,
    body: content.body,
    facts: withHeaders(facts, below.length === 0 ? trace : [...trace, ...below], head.length + content.bodyBytes),
    edits: [],
    changes: undefined,
    messageId: at === undefined ? generatedId(below) : headerValueAt(content.head, at, headers),
  }
}

const GENERATED = /^Message-Id: (.*)$/

function generatedId(below: readonly string[]): string | undefined {
  const found = below.find((header) => GENERATED.test(header))
  return found === undefined ? undefined : GENERATED.exec(found)?.[1]
}

/** BODY of MAIL, or what the content says of itself. */
function bodyOf(message: WholeMessage): MaybePromise<Transaction['body']> {
  const { body } = message.transaction
  if (body === '8BITMIME' || !message.rules.values.detect_8bit_encoding_header) return body
  return chain(declaresEightBit(message), (isEightBit) => (isEightBit ? '8BITMIME' : body))
}

async function store(message: WholeMessage, finished: Finished): Promise<IntakeResult> {
  const { context, rules, id, arrived, session, transaction, runtime, addresses, addressing } = message
  const { head, body, facts, edits, changes, messageId } = finished
  const { duplicate_filter_limit: limit, enable_original_recipient: original } = rules.values
  const named = edits.length === 0 && changes === undefined ? [] : addedRecipients(edits, changes, rules.completion.envelope)
  const added = named.length > 0 && rules.mapsAddresses ? await mapAdded(runtime.hooks, named, addressing) : named
  if (addressing.refusal !== undefined) return { kind: 'refused', refusal: addressing.refusal }
  const said = bodyOf(message)
  const utf8 = needsUtf8(message, finished)
  const envelope = buildEnvelope({
    declared: said instanceof Promise ? await said : said,
    smtputf8: utf8 instanceof Promise ? await utf8 : utf8,
    id,
    arrived,
    session,
    transaction,
    runtime,
    addresses,
    added,
    edits,
    changes,
    messageId,
    contentFilter: rules.values.content_filter,
    duplicates: { limit, original },
  })
  if (envelope === undefined) return { kind: 'discarded', id }
  const stored = await context.spool().commit(envelope, { head, body, facts })
  if (body !== message.content.body) abandon(message.content.body)
  context.queue().accept(stored)
  return { kind: 'queued', id }
}
