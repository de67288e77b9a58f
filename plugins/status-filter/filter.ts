/** Outcomes as the tables see them, and what becomes of them by an answer. RFC 3463; Postfix: default_delivery_status_filter. */
import { type Outcome, oneLine } from '#postern'

/** `5.1.1 host mx.example[192.0.2.1] said: ...` */
export function keyOf(outcome: Outcome): string {
  return `${outcome.status} ${outcome.kind === 'sent' ? outcome.text : outcome.reason}`
}

const ANSWER = /^\s*([245])(\.\d{1,3}\.\d{1,3})(?:\s+([\s\S]*?))?\s*$/

/**
 * The outcome with the status of an answer, and its text where it has one. Undefined when the answer has no status, or one that
 * would make a failure a success, or the other way round.
 */
export function filteredOutcome(outcome: Outcome, answer: string): Outcome | undefined {
  const [, klass, rest, given = ''] = ANSWER.exec(answer) ?? []
  if (klass === undefined || (klass === '2') !== (outcome.kind === 'sent')) return undefined
  const status = klass + rest
  const text = oneLine(given)
  if (outcome.kind === 'sent') return { ...outcome, status, ...(text === '' ? {} : { text }) }
  const failure = { ...outcome, status, ...(text === '' ? {} : { reason: text }) }
  return { ...failure, kind: klass === '4' ? 'deferred' : 'bounced' }
}
