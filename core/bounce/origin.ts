/** Who notices come from: names and addresses by the parameters in force. */
import type { Scope } from '../parameters.ts'
import type { Envelope, QueueId, Settlement } from '../queue/types.ts'
import { oneLine } from '../reply.ts'
import { BOUNCE } from './parameters.ts'

const NAME = 'Mail Delivery System'

export interface Identity {
  readonly hostname: string
  /** myorigin. */
  readonly domain: string
  /** mail_name. */
  readonly mailName: string
  /** Envelope sender of notices to the postmaster. */
  readonly doubleBounce: string
  /** `MAILER-DAEMON@myhostname`: stands for the null sender. */
  readonly daemon: string
}

/** Reads it from the parameters. */
export function identityOf(scope: Scope): Identity {
  const hostname = scope.text('myhostname') ?? 'localhost'
  return {
    hostname,
    domain: scope.text('myorigin') ?? hostname,
    mailName: oneLine(scope.text('mail_name') ?? 'Postfix'),
    doubleBounce: `${scope.values(BOUNCE).double_bounce_sender}@${hostname}`,
    daemon: `MAILER-DAEMON@${hostname}`,
  }
}

/** A mailbox as header_from_format says. */
export function mailbox(name: string, address: string, format: string): string {
  return format === 'obsolete' ? `${address} (${name})` : `${name} <${address}>`
}

/** The From of notices; reports say myorigin, transcripts myhostname. */
export function daemonFrom(domain: string, format: string): string {
  return mailbox(NAME, `MAILER-DAEMON@${domain}`, format)
}

/** An address as configured: without a domain it gets myorigin. */
export function completed(address: string, domain: string): string {
  return address.includes('@') ? address : `${address}@${domain}`
}

/** Envelope of a message that is made here. */
export function noticeEnvelope(
  id: QueueId,
  arrived: number,
  sender: string,
  recipient: string,
  more: {
    readonly listener: string
    readonly messageId: string
    readonly body?: '8BITMIME'
    readonly smtputf8?: boolean
    readonly settles?: Settlement
  },
): Envelope {
  const { listener, ...rest } = more
  return {
    id,
    arrived,
    sender,
    recipients: [{ address: recipient, original: recipient }],
    origin: { listener, clientName: 'localhost', clientAddress: '127.0.0.1', clientPort: 0, helo: '', protocol: '' },
    ...rest,
  }
}
