/** The way of a message that content steps look at: header checks, filters, a step that stores it itself. */
import { ask } from '../hooks.ts'
import { joinFacts, scanFacts } from '../message/facts.ts'
import { HeaderBlock, rawText } from '../message/headers.ts'
import type { Header } from '../message/types.ts'
import type { Refusal } from '../verdict.ts'
import { closeNames, cutHeaders, dropHeaders, endAtNul, missingHeaders, trimHeaders, WATCHED } from './head.ts'
import { headerMapping, rewriteHeaders } from './header-addresses.ts'
import { contentHeaders, isChecked, refusedBody, refusedHead } from './misuse.ts'
import { ContentRequest } from './request.ts'
import type { IntakeResult } from './types.ts'
import { type Finished, getsMissing, headerLines, missing, tellId, type WholeMessage } from './whole.ts'

/** Runs all steps. @throws StepError, or rejects with it, when a step that stores fails */
export async function runSteps(message: WholeMessage, trace: readonly string[]): Promise<Finished | IntakeResult> {
  const { context, id, content, rules, session, transaction, runtime } = message
  const lines = headerLines(content)
  const headers = new HeaderBlock(lines, lines.length)
  const isLong = content.survey.longestHeader > rules.values.header_size_limit
  if (isLong) cutHeaders(headers, rules.values.header_size_limit)
  if (content.survey.spaced) closeNames(headers)
  if (content.survey.nul) endAtNul(headers)
  for (let i = trace.length - 1; i >= 0; i--) headers.insert(0, rawText(trace[i] ?? ''))
  const received = headers.at(trace.length - 1)
  const emit = context.services.emit.bind(context.services)
  const request = new ContentRequest({
    session,
    transaction,
    queueId: id,
    headers,
    facts: message.facts,
    body: content.body,
    emit,
  })

  const { hooks } = runtime
  const own = isChecked(message) ? contentHeaders(headers) : undefined
  const wrong = own === undefined ? undefined : refusedHead(message, request, trace.length)
  if (wrong !== undefined) return wrong
  const refusal = await ask(hooks['cleanup.message'], request)
  if (refusal !== undefined) return refused(request, refusal)
  const below = own === undefined ? undefined : await refusedBody(message, request, own)
  if (below !== undefined) return below
  // What is dropped was there: nothing takes its place.
  const seen = new Set<string>(WATCHED.filter((name) => headers.find(name) !== undefined))
  dropHeaders(headers, rules.dropped)
  if (message.completion !== undefined)
    await rewriteHeaders(headers, message.completion, rules.values.header_address_token_limit, headerMapping(message))
  if (getsMissing(message))
    for (const header of missingHeaders(missing(message, (name) => seen.has(name)))) headers.append(rawText(header))
  if (isLong) trimHeaders(headers, rules.values.header_size_limit)
  if (hooks['filter.message'].isUsed()) {
    const at = hide(headers, received)
    const filtered = await ask(hooks['filter.message'], request)
    if (filtered !== undefined) return refused(request, filtered)
    if (at >= 0 && received !== undefined) headers.insert(at, received.raw)
  }
  tellId(message, headers.value('message-id'))
  if (hooks['queue.store'].isUsed()) {
    const reply = await ask(hooks['queue.store'], request)
    if (reply !== undefined) return { kind: 'answered', reply }
  }
  return finished(message, request)
}

/** Takes a header out, wherever the steps have moved it; -1 when they removed it. */
function hide(headers: HeaderBlock, header: Header | undefined): number {
  for (let i = 0; i < headers.length; i++) {
    if (headers.at(i) !== header) continue
    headers.remove(i)
    return i
  }
  return -1
}

/** Tells of a refusal, unless the step has done so itself. */
function refused(request: ContentRequest, refusal: Refusal): IntakeResult {
  const action = refusal.kind
  if (!request.notes.has(action)) {
    const text = refusal.kind === 'discard' ? refusal.text : `${refusal.status} ${refusal.text}`
    request.note(action, text)
  }
  return refusal.kind === 'discard' ? { kind: 'discarded', id: request.queueId } : { kind: 'refused', refusal }
}

function finished({ content, facts }: WholeMessage, request: ContentRequest): Finished {
  const { headers, replaced, edits, added, removed } = request
  const head = headers.toBuffer()
  const headFacts = scanFacts([head])
  const body = replaced ?? content.body
  const bodyFacts = replaced === undefined ? { ...facts, size: content.bodyBytes } : scanFacts(replaced)
  return {
    head,
    body,
    facts: joinFacts(headFacts, bodyFacts, head.length + bodyFacts.size),
    edits,
    changes: added.length === 0 && removed.size === 0 ? undefined : { added, removed },
    messageId: headers.value('message-id'),
  }
}
