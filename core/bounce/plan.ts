/** Who is told of a failure, a delay or a success: RFC 3461 NOTIFY, the null sender, and notify_classes. */
import { NOTIFY } from '../facts.ts'
import type { Values } from '../parameters.ts'
import type { BounceRecipient } from '../queue/manager-types.ts'
import type { Envelope } from '../queue/types.ts'
import { completed, type Identity } from './origin.ts'
import type { BOUNCE } from './parameters.ts'
import type { NoticeKind } from './templates.ts'

/** One notice to be made. */
export interface PlannedNotice {
  /** Envelope sender. */
  readonly sender: string
  readonly recipient: string
  readonly recipients: readonly BounceRecipient[]
  /** To the postmaster. */
  readonly copy: boolean
  /** Only headers are returned, whatever the size. */
  readonly headersOnly: boolean
}

export interface PlanFacts {
  readonly envelope: Envelope
  readonly kind: NoticeKind
  readonly recipients: readonly BounceRecipient[]
  /** Whom the sender's notice goes to: the sender, or the address that stood for it (XVERP). */
  readonly returnTo: string
  readonly identity: Identity
  readonly values: Values<(typeof BOUNCE)['declarations']>
  /** What a `bounce.decide` step says. */
  readonly decision: 'send' | 'suppress' | 'double' | undefined
}

const WANTED = { failure: NOTIFY.FAILURE, delay: NOTIFY.DELAY, success: NOTIFY.SUCCESS } as const

/** The notices of one event, that to the sender first. */
export function planNotices(facts: PlanFacts): PlannedNotice[] {
  const { envelope, kind, identity, decision } = facts
  if (decision === 'suppress' || isOwnNotice(envelope, identity)) return []
  if (decision === 'double') return [postmaster(facts, '2bounce_notice_recipient', false)]
  if (envelope.sender === '') return nullSender(facts)
  const out: PlannedNotice[] = []
  const told = decision === 'send' ? facts.recipients : facts.recipients.filter(({ index }) => isWanted(envelope, index, kind))
  if (told.length > 0)
    out.push({
      sender: '',
      recipient: facts.returnTo,
      recipients: told,
      copy: false,
      headersOnly: kind !== 'failure' || envelope.ret === 'HDRS',
    })
  if (kind === 'failure' && classes(facts).has('bounce')) out.push(postmaster(facts, 'bounce_notice_recipient', true))
  if (kind === 'delay' && classes(facts).has('delay')) out.push(postmaster(facts, 'delay_notice_recipient', true))
  return out
}

/** Is this mail a notice to the postmaster? What happens to those is told to nobody, or it would never end. */
export function isOwnNotice(envelope: Envelope, identity: Identity): boolean {
  return envelope.sender.toLowerCase() === identity.doubleBounce.toLowerCase()
}

/** Mail without a sender is a bounce itself: at most the postmaster hears of it (RFC 5321 4.5.5). */
function nullSender(facts: PlanFacts): PlannedNotice[] {
  if (facts.kind !== 'failure') return []
  const wanted = classes(facts)
  if (wanted.has('2bounce')) return [postmaster(facts, '2bounce_notice_recipient', false)]
  return wanted.has('bounce') ? [postmaster(facts, 'bounce_notice_recipient', false)] : []
}

function classes({ values }: PlanFacts): ReadonlySet<string> {
  return new Set(values.notify_classes.map((name) => name.toLowerCase()))
}

type NoticeRecipient = 'bounce_notice_recipient' | '2bounce_notice_recipient' | 'delay_notice_recipient'

function postmaster(facts: PlanFacts, parameter: NoticeRecipient, headersOnly: boolean): PlannedNotice {
  const { identity, values, recipients, envelope } = facts
  return {
    sender: identity.doubleBounce,
    recipient: completed(values[parameter], identity.domain),
    recipients,
    copy: true,
    headersOnly: headersOnly || envelope.ret === 'HDRS',
  }
}

/** Without NOTIFY failures and delays are told, successes not (RFC 3461 4.1). */
function isWanted(envelope: Envelope, index: number, kind: NoticeKind): boolean {
  const notify = envelope.recipients[index]?.notify ?? 0
  return notify === 0 ? kind !== 'success' : (notify & WANTED[kind]) !== 0
}
