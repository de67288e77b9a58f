/**
 * A report as a message: multipart/report (RFC 6522) with a text for people, the delivery status, and the message or its headers.
 */
import type { Notice } from '../hooks.ts'
import { scanFacts } from '../message/facts.ts'
import { quoteAddress } from '../protocol/address.ts'
import type { BounceRecipient } from '../queue/manager-types.ts'
import type { Envelope, NewContent, QueueId, StoredContent } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import { type ReportLine, reportBytes, senderLine } from './sender-line.ts'
import { deliveryStatus, type ReportFacts } from './status.ts'
import type { NoticeKind } from './templates.ts'
import { wrap } from './wrap.ts'

const CRLF = '\r\n'

/** Everything a report is made of. */
export interface Report {
  readonly id: QueueId
  readonly messageId: string
  readonly notice: Notice
  readonly kind: NoticeKind
  readonly facts: ReportFacts
  /** Goes to the postmaster instead of the sender. */
  readonly copy: boolean
  readonly whole: boolean
  /** Milliseconds since 1970. */
  readonly made: number
}

/** Composes it; the original is read from `content`. */
export async function composeReport(report: Report, content: StoredContent): Promise<NewContent> {
  const { facts } = report
  const { envelope, identity } = facts
  const boundary = `${envelope.id}.${Math.floor(report.made / 1000)}/${identity.hostname}`
  const head = Buffer.from([...headerLines(report, boundary), '', ''].join(CRLF), 'utf8')
  const parts = [
    'This is a MIME-encapsulated message.',
    '',
    ...textPart(report, boundary),
    ...statusPart(facts, boundary),
    ...originalPart(report, boundary),
  ]
  const body: Buffer[] = [reportBytes(parts)]
  if (report.whole) for await (const chunk of content.chunks()) body.push(chunk)
  else body.push(headersOf(await content.head()))
  const last = body.at(-1)
  const ended = last === undefined || last.length === 0 || last[last.length - 1] === 10
  body.push(Buffer.from(`${ended ? '' : CRLF}${CRLF}--${boundary}--${CRLF}`))
  return { head, body, facts: scanFacts([head, ...body]) }
}

function headerLines({ id, messageId, notice, facts, copy, made }: Report, boundary: string): string[] {
  const { hostname, mailName } = facts.identity
  const date = facts.date(made)
  return [
    `Received: by ${hostname} (${mailName})`,
    `\tid ${id}; ${date}`,
    `Date: ${date}`,
    `From: ${oneLine(notice.from)}`,
    `Subject: ${oneLine(notice.subject)}`,
    `To: ${oneLine(quoteAddress(notice.recipient))}`,
    `Auto-Submitted: ${copy ? 'auto-generated' : 'auto-replied'}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
    `Message-Id: ${messageId}`,
  ]
}

function textPart({ notice, facts }: Report, boundary: string): string[] {
  const lines = [
    `--${boundary}`,
    'Content-Description: Notification',
    `Content-Type: text/plain; charset=${oneLine(notice.charset ?? 'utf-8')}`,
    'Content-Transfer-Encoding: 8bit',
    '',
    ...notice.explanation.map(oneLine),
  ]
  for (const recipient of facts.recipients) lines.push('', ...recipientText(facts.envelope, recipient))
  return [...lines, '']
}

/** `<x@y> (expanded from <z@y>): what happened`. */
function recipientText(envelope: Envelope, { index, reason }: BounceRecipient): string[] {
  const { address, original } = envelope.recipients[index] ?? { address: '', original: '' }
  const alias = original === '' || original.toLowerCase() === address.toLowerCase()
  const from = alias ? '' : ` (expanded from <${quoteAddress(original)}>)`
  return wrap(oneLine(`<${quoteAddress(address)}>${from}: ${reason}`))
}

function statusPart(facts: ReportFacts, boundary: string): ReportLine[] {
  const global = facts.envelope.smtputf8 === true
  return [
    `--${boundary}`,
    'Content-Description: Delivery report',
    `Content-Type: message/${global ? 'global-' : ''}delivery-status`,
    ...(global ? ['Content-Transfer-Encoding: 8bit'] : []),
    '',
    ...deliveryStatus(facts),
    '',
  ]
}

/** Names of the returned part: whole or headers, plain or SMTPUTF8 (RFC 6533 4). */
const RETURNED = {
  whole: ['message/rfc822', 'message/global'],
  headers: ['text/rfc822-headers', 'message/global-headers'],
} as const

function originalPart({ kind, whole, facts }: Report, boundary: string): ReportLine[] {
  const { envelope, identity } = facts
  const subject = kind === 'success' ? 'Message' : 'Undelivered Message'
  const type = RETURNED[whole ? 'whole' : 'headers'][envelope.smtputf8 === true ? 1 : 0]
  return [
    `--${boundary}`,
    `Content-Description: ${subject}${whole ? '' : ' Headers'}`,
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: 8bit',
    '',
    senderLine('Return-Path: <', envelope.sender === '' ? identity.daemon : envelope.sender, '>'),
  ]
}

/** The header lines without the empty line that ends them. */
function headersOf(head: Buffer): Buffer {
  const { length } = head
  return length >= 2 && head[length - 1] === 10 && head[length - 2] === 13 && (length === 2 || head[length - 3] === 10)
    ? head.subarray(0, length - 2)
    : head
}
