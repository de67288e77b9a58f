/** What a service answers: schemas/plugins/http-policy.answer.json, and what comes of it. */
import { type AccessRequest, discard, type Edit, permit, type Refusal, refusal, stageSubject, type Verdict } from '#postern'
import checks from '../../schemas/plugins/http-policy.answer.check.cjs'

/** An answer that fits the schema. */
export interface HttpAnswer {
  readonly action: 'dunno' | 'permit' | 'reject' | 'defer' | 'discard' | 'defer_if_permit' | 'defer_if_reject'
  readonly code?: number
  readonly status?: string
  readonly text?: string
  readonly edits?: readonly (Exclude<Edit, { kind: 'hold' }> | { readonly kind: 'hold'; readonly text?: string })[]
}

const fits = checks.whole as ((value: unknown) => boolean) & {
  errors?: readonly { instancePath: string; message?: string }[] | null
}

/** @throws Error saying what is wrong with it */
export function parseAnswer(text: string): HttpAnswer {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('the answer is no JSON')
  }
  if (fits(value)) return value as HttpAnswer
  const [first] = fits.errors ?? []
  throw new Error(`the answer does not fit its schema: ${first?.instancePath || 'it'} ${first?.message ?? 'is wrong'}`)
}

/** Records the edits of an answer, and gives its verdict. */
export function obey(answer: HttpAnswer, request: AccessRequest, warn: (message: string) => void): Verdict | undefined {
  for (const edit of answer.edits ?? [])
    record(edit.kind === 'hold' ? { kind: 'hold', text: edit.text ?? '' } : edit, request, warn)
  return ACTIONS[answer.action](answer, request)
}

const ACTIONS: Readonly<Record<HttpAnswer['action'], (answer: HttpAnswer, request: AccessRequest) => Verdict | undefined>> = {
  dunno: () => undefined,
  permit: () => permit(),
  reject: (answer, request) => refused(answer, 554, 'Access denied', request),
  defer: (answer, request) => refused(answer, 450, 'Access denied', request),
  discard: ({ text = '' }, request) => {
    const { name, class: kind } = stageSubject(request)
    request.note('discard', `<${name}>: ${kind} ${text || 'triggers DISCARD action'}`)
    return discard(text)
  },
  defer_if_permit: (answer, request) => {
    request.deferIfPermit(refused(answer, 450, 'Service unavailable', request))
    return undefined
  },
  defer_if_reject: (answer, request) => {
    request.deferIfReject(refused(answer, 450, 'Service unavailable', request))
    return undefined
  },
}

/** The reply as the service words it, or as an access table would. */
function refused({ code: given, status, text }: HttpAnswer, usual: number, why: string, request: AccessRequest): Refusal {
  const code = given ?? usual
  const { name, class: kind } = stageSubject(request)
  // 421 and 521 hang up (RFC 5321 3.8, RFC 7504).
  const close = code === 421 || code === 521 ? { close: true } : {}
  return refusal(code, status ?? (code < 500 ? '4.7.1' : '5.7.1'), text || `<${name}>: ${kind} rejected: ${why}`, close)
}

const SHOWN: { readonly [K in Edit['kind']]?: (edit: Extract<Edit, { readonly kind: K }>) => string } = {
  hold: ({ text }) => text || 'triggers HOLD action',
  redirect: ({ address }) => `triggers REDIRECT ${address}`,
  bcc: ({ address }) => `triggers BCC ${address}`,
  filter: ({ destination }) => `triggers FILTER ${destination}`,
}

function record(edit: Edit, request: AccessRequest, warn: (message: string) => void): void {
  if (edit.kind === 'prepend' && request.stage === 'end_of_data') {
    warn('prepend does nothing at end_of_data')
    return
  }
  const shown = SHOWN[edit.kind] as ((edit: Edit) => string) | undefined
  const { name, class: kind } = stageSubject(request)
  if (shown !== undefined) request.note(edit.kind, `<${name}>: ${kind} ${shown(edit)}`)
  request.edit(edit)
}
