/** The machine-readable part of a report: message/delivery-status (RFC 3464), message/global-delivery-status (RFC 6533). */
import { quoteAddress } from '../protocol/address.ts'
import type { BounceRecipient } from '../queue/manager-types.ts'
import type { Envelope } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import type { Identity } from './origin.ts'
import { isWide, type ReportLine, senderLine } from './sender-line.ts'
import { wrap } from './wrap.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const ASCII = /^[\x00-\x7f]*$/

/** What the report is about. */
export interface ReportFacts {
  readonly envelope: Envelope
  readonly identity: Identity
  readonly recipients: readonly BounceRecipient[]
  readonly date: (milliseconds: number) => string
  /** Delayed recipients: milliseconds since 1970 until when delivery is tried. */
  readonly retryUntil: number | undefined
}

/** The fields about the message, then a group of fields for each recipient; all lines. */
export function deliveryStatus(facts: ReportFacts): ReportLine[] {
  const { envelope, identity, date } = facts
  const prefix = `X-${identity.mailName.replace(/[^!-9;-~]+/g, '-')}`
  const sender = envelope.sender === '' ? identity.daemon : envelope.sender
  const lines: ReportLine[] = [`Reporting-MTA: dns; ${identity.hostname}`]
  if (envelope.envid !== undefined) lines.push(`Original-Envelope-Id: ${oneLine(envelope.envid)}`)
  lines.push(
    `${prefix}-Queue-ID: ${envelope.id}`,
    senderLine(`${prefix}-Sender: ${isWide(sender) ? 'rfc822' : typeOf(sender)}; `, sender),
    `Arrival-Date: ${date(envelope.arrived)}`,
  )
  for (const recipient of facts.recipients) lines.push('', ...recipientFields(facts, recipient))
  return lines
}

function recipientFields({ envelope, identity, retryUntil, date }: ReportFacts, recipient: BounceRecipient): string[] {
  const { address, original, orcpt } = envelope.recipients[recipient.index] ?? { address: '', original: '', orcpt: undefined }
  const { remote, diagnostic } = recipient
  const cause = diagnostic === undefined ? `X-${identity.mailName}; ${oneLine(recipient.reason)}` : `smtp; ${oneLine(diagnostic)}`
  const lines = [
    `Final-Recipient: ${typed(address)}`,
    `Original-Recipient: ${oneLine(orcpt ?? `rfc822;${quoteAddress(original)}`)}`,
    `Action: ${recipient.action}`,
    `Status: ${recipient.status}`,
  ]
  if (remote !== undefined) lines.push(`Remote-MTA: dns; ${oneLine(remote)}`)
  lines.push(...wrap(`Diagnostic-Code: ${cause}`))
  if (recipient.action === 'delayed' && retryUntil !== undefined) lines.push(`Will-Retry-Until: ${date(retryUntil)}`)
  return lines
}

/** An address with its type (RFC 3464 2.3.2, RFC 6533 3). */
function typed(address: string): string {
  return `${typeOf(address)}; ${oneLine(quoteAddress(address))}`
}

const typeOf = (address: string): string => (ASCII.test(address) ? 'rfc822' : 'utf-8')
