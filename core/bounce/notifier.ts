/**
 * Tells the postmaster of trouble: policy and protocol errors with their transcripts, resource and software problems.
 * Postfix: notify_classes, error_notice_recipient; the transcripts of smtpd(8) and smtp(8).
 */
import type { Generation, Services } from '../generation.ts'
import type { NoticeRequest } from '../hooks.ts'
import { compactTime, createMailDate } from '../message/date.ts'
import { scanFacts } from '../message/facts.ts'
import type { Scope } from '../parameters.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { Queue } from '../queue/manager-types.ts'
import type { QueueId } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import { completed, daemonFrom, identityOf, mailbox, noticeEnvelope } from './origin.ts'
import { BOUNCE } from './parameters.ts'
import { wrap } from './wrap.ts'

export interface NotifierDeps {
  /** Where notices are handed in. */
  queue(): Pick<Queue, 'submit'>
  newId(): QueueId
  current(): Generation
  readonly services: Services
}

/** Columns of a transcript line after its leading blank. */
const COLUMNS = 78

/** Is this class of trouble told to the postmaster? Ask before keeping a transcript. */
export function isNotified(scope: Scope, name: NoticeRequest['class']): boolean {
  return scope.values(BOUNCE).notify_classes.some((word) => word.toLowerCase() === name)
}

/**
 * Builds the default handler of the `notify` hook: mails the notice when notify_classes has its class. Rejects with SpoolError
 * when it can not be stored.
 */
export function createNotifier(deps: NotifierDeps): (notice: NoticeRequest) => Promise<void> {
  const date = createMailDate()
  return async (notice) => {
    const { scope } = deps.current()
    if (notice.isWanted !== true && !isNotified(scope, notice.class)) return
    const values = scope.values(BOUNCE)
    const identity = identityOf(scope)
    const now = deps.services.clock.now()
    const id = deps.newId()
    const messageId = `<${compactTime(now)}.${id}@${identity.hostname}>`
    // The header names who hears of errors, whoever is written to.
    const named = completed(values.error_notice_recipient, identity.domain)
    const recipient = completed(values[RECIPIENTS.get(notice.class) ?? 'error_notice_recipient'], identity.domain)
    const head = Buffer.from(
      [
        `Received: by ${identity.hostname} (${identity.mailName})`,
        `\tid ${id}; ${date(now)}`,
        `Date: ${date(now)}`,
        `From: ${daemonFrom(identity.hostname, values.header_from_format)}`,
        `To: ${mailbox('Postmaster', quoteAddress(named), values.header_from_format)}`,
        `Subject: ${oneLine(notice.subject)}`,
        `Message-Id: ${messageId}`,
        '',
        '',
      ].join('\r\n'),
      'utf8',
    )
    const body = Buffer.from(`${bodyLines(notice).join('\r\n')}\r\n`, 'utf8')
    const envelope = noticeEnvelope(id, now, identity.doubleBounce, recipient, { listener: 'notify', messageId })
    await deps.queue().submit(envelope, { head, body: [body], facts: scanFacts([head, body]) })
  }
}

const RECIPIENTS = new Map([
  ['bounce', 'bounce_notice_recipient'],
  ['2bounce', '2bounce_notice_recipient'],
  ['delay', 'delay_notice_recipient'],
] as const) as ReadonlyMap<string, 'bounce_notice_recipient' | '2bounce_notice_recipient' | 'delay_notice_recipient'>

function bodyLines({ transcript, opening, reason }: NoticeRequest): string[] {
  const lines = opening === undefined ? [] : [oneLine(opening), '']
  lines.push('Transcript of session follows.', '')
  for (const line of transcript) for (const piece of wrap(oneLine(line), COLUMNS)) lines.push(` ${piece}`)
  lines.push('')
  if (reason !== undefined) lines.push(`Session aborted, reason: ${oneLine(reason)}`, '')
  else if (opening === undefined) lines.push('')
  return [...lines, 'For other details, see the local mail logfile']
}
