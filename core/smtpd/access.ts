/**
 * Evaluates the access lists of a command in Postfix's order: which lists, what a permit ends, what a discard means, and the
 * refusals that steps ask to be held back (defer_if_permit, defer_if_reject). A relay list without an answer refuses mail
 * that is not for destinations of ours.
 */
import type { HeldBack } from '../access-view.ts'
import type { AccessStage, Address } from '../facts.ts'
import { ask } from '../hooks.ts'
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { replies } from '../protocol/reply-text.ts'
import { blankControls, inAscii, type Reply } from '../reply.ts'
import { stageSubject } from '../subject.ts'
import type { Permit, Refusal, Verdict } from '../verdict.ts'
import { type Question, Request } from './access-request.ts'
import type { SmtpSession } from './session.ts'

/** Stages whose list runs when their own command comes, unless smtpd_delay_reject puts them off to RCPT. */
type EarlyStage = 'connect' | 'helo' | 'mail'
const EARLY: readonly EarlyStage[] = ['connect', 'helo', 'mail']

/** CONNECT, HELO and MAIL. Undefined: go on. */
export function askEarly(session: SmtpSession, stage: EarlyStage, question: Question): MaybePromise<Reply | undefined> {
  if (session.settings.smtpd_delay_reject) return undefined
  session.deferred?.delete(stage)
  return evaluate(session, stage === 'mail' ? MAIL_LISTS : [stage], question, firstDeferred(session), stage)
}

/** RCPT and VRFY: all lists that concern a recipient. */
export function askRecipient(session: SmtpSession, question: Question & { recipient: Address }): MaybePromise<Reply | undefined> {
  // RFC 5321 4.5.1: mail to postmaster is always taken.
  if (question.recipient.text.toLowerCase() === 'postmaster') return undefined
  // Who is probed by us may probe back: that address must exist.
  if (session.settings.probeSender.is(question.recipient.text, session.deps.services.clock.now())) return undefined
  return evaluate(session, recipientStages(session), question, firstDeferred(session))
}

/** ETRN: its own list, after those of the client that were put off. */
export function askEtrn(session: SmtpSession, question: Question): MaybePromise<Reply | undefined> {
  const lists: readonly AccessStage[] = session.settings.smtpd_delay_reject ? ['connect', 'helo', 'etrn'] : ['etrn']
  const { deferred } = session
  return evaluate(session, lists, question, deferred?.get('connect') ?? deferred?.get('helo'))
}

/** DATA and the end of data. */
export function askStage(session: SmtpSession, stage: AccessStage, question: Question): MaybePromise<Reply | undefined> {
  return evaluate(session, [stage], question, undefined)
}

/** The hook of each stage. */
const LISTS = Object.freeze({
  connect: 'access.connect',
  helo: 'access.helo',
  mail: 'access.mail',
  relay: 'access.relay',
  rcpt: 'access.rcpt',
  data: 'access.data',
  end_of_data: 'access.end_of_data',
  etrn: 'access.etrn',
  vrfy: 'access.vrfy',
} as const satisfies Readonly<Record<AccessStage, string>>)

/** The lists of the stages, and what is asked after those of an address whatever they permit. */
type List = AccessStage | 'listed.sender' | 'listed.recipient'

const MAIL_LISTS: readonly List[] = ['mail', 'listed.sender']
const RELAY_FIRST: readonly List[] = ['relay', 'rcpt', 'listed.recipient']
const RELAY_LAST: readonly List[] = ['rcpt', 'relay', 'listed.recipient']
const DELAYED: readonly List[] = ['connect', 'helo', ...MAIL_LISTS]
const DELAYED_RELAY_FIRST: readonly List[] = [...DELAYED, ...RELAY_FIRST]
const DELAYED_RELAY_LAST: readonly List[] = [...DELAYED, ...RELAY_LAST]

function recipientStages({ settings }: SmtpSession): readonly List[] {
  const relayFirst = settings.smtpd_relay_before_recipient_restrictions
  if (settings.smtpd_delay_reject) return relayFirst ? DELAYED_RELAY_FIRST : DELAYED_RELAY_LAST
  return relayFirst ? RELAY_FIRST : RELAY_LAST
}

function firstDeferred({ deferred }: SmtpSession): Refusal | undefined {
  return EARLY.map((stage) => deferred?.get(stage)).find((refusal) => refusal !== undefined)
}

/**
 * Runs lists until one refuses. What they hold back is told when none does.
 * @param carried a deferral that lists of earlier commands held back
 * @param early the stage of a command that is not refused for what its lists hold back: that waits for RCPT
 */
function evaluate(
  session: SmtpSession,
  stages: readonly List[],
  question: Question,
  carried: Refusal | undefined,
  early?: EarlyStage,
): MaybePromise<Reply | undefined> {
  // What will be thrown away is not looked at any further.
  if (session.current?.discarded === true) return undefined
  const held: HeldBack = { ifPermit: carried, ifReject: undefined }
  return chain(runLists(session, stages, 0, question, held), (refusal) => {
    if (early !== undefined && held.ifPermit !== undefined && held.ifPermit !== carried) {
      session.deferred ??= new Map()
      session.deferred.set(early, held.ifPermit)
    }
    const final = refusal ?? (early === undefined ? held.ifPermit : undefined)
    return final === undefined ? undefined : refuse(session, final, question)
  })
}

function runLists(
  session: SmtpSession,
  stages: readonly List[],
  from: number,
  question: Question,
  held: HeldBack,
): MaybePromise<Refusal | undefined> {
  for (let i = from; i < stages.length; i++) {
    // The lists after one that discards are not asked.
    if (i > from && session.current?.discarded === true) return undefined
    const result = runList(session, stages[i] as List, question, held)
    if (result instanceof Promise)
      return result.then((refusal) => {
        forgetIfReject(stages[i] as List, held)
        if (refusal !== undefined || session.current?.discarded === true) return refusal
        return runLists(session, stages, i + 1, question, held)
      })
    if (result !== undefined) return result
    forgetIfReject(stages[i] as List, held)
  }
  return undefined
}

/** After these lists more follows about the same address. */
const GOES_ON: ReadonlySet<List> = new Set(['mail', 'relay', 'rcpt'])

/** defer_if_reject holds for the list that it stands in; the lists about one address count as one. */
function forgetIfReject(list: List, held: HeldBack): void {
  if (!GOES_ON.has(list)) held.ifReject = undefined
}

function runList(session: SmtpSession, list: List, question: Question, held: HeldBack): MaybePromise<Refusal | undefined> {
  if (list !== 'listed.sender' && list !== 'listed.recipient') return runStage(session, list, question, held)
  const hook = session.deps.runtime.hooks[list]
  if (!hook.isUsed()) return undefined
  // Who is to come back is not told whether there is such a recipient.
  if (list === 'listed.recipient' && held.ifPermit !== undefined) return undefined
  const verdict = ask(hook, new Request(session, list === 'listed.sender' ? 'mail' : 'rcpt', question, held))
  return chain(verdict, (refusal) => (refusal === undefined ? undefined : settled(refusal, held)))
}

/** A refusal, or the deferral that was asked for in its place. Where that was for both, no verdict matters any more. */
function settled(refusal: Refusal, { ifPermit, ifReject }: HeldBack): Refusal | undefined {
  if (ifReject === undefined) return refusal
  if (ifPermit !== undefined) return undefined
  return refusal.kind === 'reject' ? ifReject : refusal
}

function runStage(
  session: SmtpSession,
  stage: AccessStage,
  question: Question,
  held: HeldBack,
): MaybePromise<Refusal | undefined> {
  if (stage === 'helo' && session.helo === undefined) return undefined
  // VRFY outside of a transaction.
  if (stage === 'mail' && question.sender === undefined && session.transaction === undefined) return undefined
  const hook = session.deps.runtime.hooks[LISTS[stage]]
  if (!hook.isUsed()) return stage === 'relay' ? relayDefault(session, question) : undefined
  const verdict = ask(hook, new Request(session, stage, question, held))
  return chain(verdict, (given) => decided(session, stage, given, question, held))
}

function decided(
  session: SmtpSession,
  stage: AccessStage,
  verdict: Verdict | undefined,
  question: Question,
  held: HeldBack,
): MaybePromise<Refusal | undefined> {
  if (verdict === undefined) return stage === 'relay' ? relayDefault(session, question) : undefined
  if (verdict.kind === 'permit') return logged(session, stage, verdict, question, held)
  if (verdict.kind !== 'discard') return settled(verdict, held)
  discard(session)
  return undefined
}

/** smtpd_log_access_permit_actions: tells of a permit whose action is listed. */
function logged(
  session: SmtpSession,
  stage: AccessStage,
  permit: Permit,
  question: Question,
  held: HeldBack,
): MaybePromise<undefined> {
  const { permits } = session.settings
  const { action, about } = permit
  if (permits === undefined || action === undefined) return undefined
  const listed = (isListed: boolean): undefined => {
    if (!isListed) return
    const request = new Request(session, stage, question, held)
    const { name, class: kind } = about ?? stageSubject(request)
    const source = about?.source === undefined ? ' ' : ` from ${about.source}`
    request.note('permit', `action=${action} for ${kind}=${name}${source}`)
  }
  // Mail does not wait for the log.
  const failed = (error: unknown): undefined => {
    session.warn(`smtpd_log_access_permit_actions: ${error instanceof Error ? error.message : error}`)
  }
  try {
    const asked = permits.name(action)
    return asked instanceof Promise ? asked.then(listed, failed) : listed(asked)
  } catch (error) {
    return failed(error)
  }
}

function discard({ current }: SmtpSession): void {
  if (current !== undefined) current.discarded = true
}

/** Without an answer only destinations of ours are relayed to: no open relay by omission. */
function relayDefault(session: SmtpSession, { recipient }: Question): MaybePromise<Refusal | undefined> {
  if (recipient === undefined) return undefined
  return chain(session.deps.runtime.destinations.isAuthorised(recipient.text), (isAuthorised) => {
    if (isAuthorised) return undefined
    const { code, status, text } = replies.relayDenied(recipient.text)
    return { kind: 'defer', code, status: status ?? '4.7.1', text: String(text), step: 'relay' }
  })
}

/** Tells of a refusal and makes it a reply. A discard means that the client is told all is well. */
export function refuse(session: SmtpSession, refusal: Refusal, question: Question): Reply | undefined {
  if (refusal.kind === 'discard') {
    discard(session)
    return undefined
  }
  session.transcript?.blame(refusal.trouble ?? 'policy')
  const reply = softened(session, {
    code: refusal.code,
    status: refusal.status,
    text: legible(refusal.text, session.settings.smtputf8_enable),
    ...(refusal.close === true ? { close: true } : {}),
  })
  if (refusal.told === true) return reply
  session.tellRefused(question.command, reply, {
    ...(question.recipient === undefined ? {} : { recipient: question.recipient.text }),
    ...(question.sender === undefined ? {} : { sender: question.sender.text }),
    ...(refusal.step === undefined ? {} : { step: refusal.step }),
    ...(refusal.cause === undefined ? {} : { cause: refusal.cause }),
  })
  return reply
}

/** What can not be shown is a blank, an octet at a time: control characters, and without SMTPUTF8 all that is not ASCII. */
function legible(text: string, utf8: boolean): string {
  if (/^[ -~]*$/.test(text)) return text
  const plain = blankControls(text)
  return utf8 ? plain : inAscii(plain, ' ')
}

/** soft_bounce: 4xx in place of 5xx. */
export function softened(session: SmtpSession, reply: Reply): Reply {
  if (!session.settings.soft_bounce || reply.code < 500) return reply
  const code = reply.code - 100
  const status = reply.status?.startsWith('5') ? `4${reply.status.slice(1)}` : reply.status
  return { ...reply, code, ...(status === undefined ? {} : { status }) }
}
