/**
 * What the lists came to as one access(5) action, which is all that an answer has room for: a refusal comes first, then DISCARD,
 * DEFER_IF_PERMIT, the first edit, DEFER_IF_REJECT, and then OK or DUNNO.
 */
import type { Edit } from '../facts.ts'
import { oneLine } from '../reply.ts'
import type { Refusal } from '../verdict.ts'
import type { Decision } from './decide.ts'

/** The longest action, in characters: replies have lines of 512 octets (RFC 5321 4.5.3.1.5). */
const LONGEST = 480

const EDITS: { readonly [K in Edit['kind']]: (edit: Extract<Edit, { readonly kind: K }>) => string } = {
  hold: ({ text }) => `HOLD ${text}`,
  redirect: ({ address }) => `REDIRECT ${address}`,
  bcc: ({ address }) => `BCC ${address}`,
  prepend: ({ header }) => `PREPEND ${header}`,
  filter: ({ destination }) => `FILTER ${destination}`,
}

/** An action, and the edits that it has no room for. */
export interface Answer {
  readonly action: string
  readonly lost: readonly Edit[]
}

/** @param state protocol_state of the request, which says what the asking server puts before the text of a refusal */
export function answerOf({ refusal, discard, ifPermit, ifReject, edits, isPermitted }: Decision, state: string): Answer {
  const [first, ...others] = edits
  if (refusal !== undefined) return { action: line(refused(refusal, state)), lost: [] }
  if (discard !== undefined) return { action: line(`DISCARD ${discard.text}`), lost: [] }
  if (ifPermit !== undefined) return { action: line(`DEFER_IF_PERMIT ${told(ifPermit, state)}`), lost: [] }
  if (first !== undefined) return { action: line((EDITS[first.kind] as (edit: Edit) => string)(first)), lost: others }
  if (ifReject !== undefined) return { action: line(`DEFER_IF_REJECT ${told(ifReject, state)}`), lost: [] }
  return { action: isPermitted ? 'OK' : 'DUNNO', lost: [] }
}

/** The code says whether the asking server hangs up: 421 and 521 do. */
function refused(refusal: Refusal, state: string): string {
  if (refusal.kind === 'discard') return `DISCARD ${refusal.text}`
  const code = refusal.close === true ? (refusal.kind === 'reject' ? 521 : 421) : refusal.code
  return `${code} ${told(refusal, state)}`
}

/** Status and text. */
function told(refusal: Refusal, state: string): string {
  return refusal.kind === 'discard' ? refusal.text : `${refusal.status} ${withoutSubject(refusal.text, state)}`
}

/** What Postfix calls the thing that it asks about. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['CONNECT', 'Client host'],
  ['HELO', 'Helo command'],
  ['EHLO', 'Helo command'],
  ['MAIL', 'Sender address'],
  ['RCPT', 'Recipient address'],
  ['VRFY', 'Recipient address'],
  ['DATA', 'Data command'],
  ['END-OF-MESSAGE', 'End-of-data'],
  ['ETRN', 'Etrn command'],
])

/** `<user@example>: Recipient address rejected: why` is `why`: the asking server says the rest itself. */
function withoutSubject(text: string, state: string): string {
  const end = text.startsWith('<') ? text.indexOf('>: ') : -1
  if (end < 0) return text
  const rest = text.slice(end + 3)
  const prefix = `${CLASSES.get(state)} rejected: `
  return rest.startsWith(prefix) ? rest.slice(prefix.length) : rest
}

function line(action: string): string {
  return oneLine(action).slice(0, LONGEST).toWellFormed().trim()
}
