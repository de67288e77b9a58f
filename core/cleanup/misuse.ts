/** Content that the parameters of the intake refuse: first what stands in the head, then, after the content steps, what stands below. */
import type { HeaderBlock } from '../message/headers.ts'
import { reject } from '../verdict.ts'
import type { ContentRequest } from './request.ts'
import { bodyMisuse, type ContentHeaders, headerMisuse, type Misuse } from './strict.ts'
import type { IntakeResult } from './types.ts'
import type { WholeMessage } from './whole.ts'

const DISALLOWED = 'disallowed character'

/** Is there anything that content could be refused for? */
export function isChecked({ rules, firstRejected }: WholeMessage): boolean {
  return rules.strictness !== undefined || firstRejected !== undefined
}

/** What is wrong with the head, told. @param from index of the first header that came with the message */
export function refusedHead(message: WholeMessage, request: ContentRequest, from: number): IntakeResult | undefined {
  const { content, firstRejected, rules, facts } = message
  if (firstRejected !== undefined && firstRejected < content.survey.body) return refusedCharacter(request)
  if (rules.strictness?.headers !== true || !facts.eightBit) return undefined
  return refused(request, headerMisuse(request.headers, from))
}

/** The message's own MIME headers, as they came. */
export function contentHeaders(headers: HeaderBlock): ContentHeaders {
  return { type: headers.value('content-type'), encoding: headers.value('content-transfer-encoding') }
}

/** What is wrong below the head, told. */
export async function refusedBody(
  message: WholeMessage,
  request: ContentRequest,
  own: ContentHeaders,
): Promise<IntakeResult | undefined> {
  const { firstRejected, rules, facts } = message
  if (firstRejected !== undefined) return refusedCharacter(request)
  const { strictness } = rules
  if (strictness === undefined || (!strictness.encodings && !facts.eightBit)) return undefined
  return refused(request, await bodyMisuse(request.body(), strictness, own, rules))
}

function refusedCharacter(request: ContentRequest): IntakeResult {
  request.note('reject', `5.7.1 ${DISALLOWED}`, 'content')
  return { kind: 'refused', refusal: reject(550, '5.7.1', DISALLOWED) }
}

function refused(request: ContentRequest, misuse: Misuse | undefined): IntakeResult | undefined {
  if (misuse === undefined) return undefined
  request.note('reject', '', `mime-error ${misuse.text}: ${misuse.detail}`)
  return { kind: 'refused', refusal: reject(550, '5.6.0', misuse.text) }
}
