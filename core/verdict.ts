/**
 * What a step may answer: permit, a refusal, or nothing. A closed set, so that core, tests and logs know every case.
 * Postfix: the results of access(5) and of the restriction lists (OK, REJECT, DEFER, DISCARD, DUNNO).
 */

/** A permanent SMTP reply code (RFC 5321 4.2.1). */
export type PermanentCode = 500 | 501 | 502 | 503 | 504 | 521 | 541 | 550 | 551 | 552 | 553 | 554 | 555 | 556
/** A transient SMTP reply code (RFC 5321 4.2.1). */
export type TransientCode = 421 | 430 | 450 | 451 | 452 | 454 | 455
/** Enhanced status codes by class (RFC 3463). */
export type PermanentStatus = `5.${number}.${number}`
export type TransientStatus = `4.${number}.${number}`

/** Ends its own list with yes; later lists and the filters still run. */
export interface Permit {
  readonly kind: 'permit'
  /** What permitted, for smtpd_log_access_permit_actions: a restriction by name, or `OK` of a table. */
  readonly action?: string
  /** What it was about, as logged: the thing, the kind of thing, and the table that said so. */
  readonly about?: { readonly name: string; readonly class: string; readonly source?: string }
}

/** Kinds of trouble that the postmaster can ask to hear of; Postfix: notify_classes. */
export type Trouble = 'bounce' | 'data' | 'policy' | 'protocol' | 'resource' | 'software'

/** The command is refused for good: a 5xx reply. `close` also ends the connection. */
export interface Reject {
  readonly kind: 'reject'
  readonly code: number
  readonly status: string
  /** One line of text after the status. Core removes control characters before it is sent. */
  readonly text: string
  readonly close?: boolean
  /** The step has told of it in its own words: core logs no refusal. */
  readonly told?: boolean
  /** What kind of trouble this is to the postmaster; `policy` unless it says so. */
  readonly trouble?: Trouble
  /** Set by core: the entry that answered, and for the log the cause that the client is not told. */
  readonly step?: string
  readonly cause?: string
}

/** The command is refused for now: a 4xx reply. */
export interface Defer {
  readonly kind: 'defer'
  readonly code: number
  readonly status: string
  readonly text: string
  readonly close?: boolean
  readonly told?: boolean
  readonly trouble?: Trouble
  readonly step?: string
  readonly cause?: string
}

/** Accepted towards the client, then thrown away with all its recipients (access(5) DISCARD). */
export interface Discard {
  readonly kind: 'discard'
  readonly text: string
  readonly step?: string
}

/** A verdict that is not a permit. */
export type Refusal = Reject | Defer | Discard
/** What a `decide` hook answers; `undefined` is "no opinion" (DUNNO). */
export type Verdict = Permit | Refusal

const PERMIT: Permit = Object.freeze({ kind: 'permit' })

/** Answers yes: ends the list that this step stands in. With the action and what it was about, it can be logged. */
export function permit(action?: string, about?: Permit['about']): Permit {
  return action === undefined ? PERMIT : { kind: 'permit', action, ...(about === undefined ? {} : { about }) }
}

/** What a refusal can have besides its reply. */
type More = { readonly close?: boolean; readonly trouble?: Trouble }

/** Refuses for good. The types keep code and status in one class; use `refusal` when the code is configured. */
export function reject(code: PermanentCode, status: PermanentStatus, text: string, more: More = {}): Reject {
  return { kind: 'reject', code, status, text, ...more }
}

/** Refuses for now; the client is asked to come back. */
export function defer(code: TransientCode, status: TransientStatus, text: string, more: More = {}): Defer {
  return { kind: 'defer', code, status, text, ...more }
}

/** The answer where the configuration asks for what does not exist. */
export const CONFIGURATION_ERROR = Object.freeze(defer(451, '4.3.5', 'Server configuration error', { trouble: 'software' }))

/** Accepts and throws away. */
export function discard(text = ''): Discard {
  return { kind: 'discard', text }
}

/**
 * Refuses with a configured code (`reject_code = 450` is legal in Postfix): 4xx gives a Defer, 5xx a Reject,
 * and the class of the status follows the code, so that 450 5.7.1 cannot be said.
 * @throws RangeError when the code is neither 4xx nor 5xx.
 */
export function refusal(code: number, status: string, text: string, more: More = {}): Reject | Defer {
  const klass = Math.floor(code / 100)
  if (klass !== 4 && klass !== 5) throw new RangeError(`a refusal needs a 4xx or 5xx code, not ${code}`)
  const paired = `${klass}${status.slice(1)}`
  return klass === 5
    ? { kind: 'reject', code, status: paired, text, ...more }
    : { kind: 'defer', code, status: paired, text, ...more }
}

/** True for reject, defer and discard. */
export function isRefusal(verdict: Verdict | undefined): verdict is Refusal {
  return verdict !== undefined && verdict.kind !== 'permit'
}
