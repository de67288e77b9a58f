/** The trace header that smtpd puts on top of every message (RFC 5321 4.4), in Postfix's form. */
import type { Session, Transaction } from '../facts.ts'
import type { Scope } from '../parameters.ts'
import { quoteAddress } from '../protocol/address.ts'
import { inAscii, oneLine } from '../reply.ts'

/**
 * `Received: from helo (name [address])` + ` by myhostname (mail_name) with ESMTP id ID` + ` for <recipient>; date`, folded,
 * without the final line end. The recipient is named when there is only one, so that nobody's blind copy shows.
 * @param id '' for a message that has none @param date as `createMailDate` writes it
 */
export function receivedHeader(session: Session, transaction: Transaction, id: string, date: string, scope: Scope): string {
  const { client } = session
  const address = client.family === 6 ? `IPv6:${client.address}` : client.address
  const by = `by ${scope.text('myhostname') ?? 'localhost'} (${scope.text('mail_name') ?? 'Postfix'})`
  const from = `Received: from ${helo(session, scope.text('smtputf8_enable') === 'no')} (${client.name} [${address}])`
  const head = `${from}\r\n\t${by} with ${protocolOf(session, transaction)}${id === '' ? '' : ` id ${id}`}`
  const only = transaction.recipients.length === 1 ? transaction.recipients[0] : undefined
  return only === undefined ? `${head};\r\n\t${date}` : `${head}\r\n\tfor <${oneLine(quoteAddress(only.address.text))}>; ${date}`
}

/** What the client calls itself, without characters that would change the meaning of the header; without smtputf8_enable in ASCII. */
function helo({ helo, client }: Session, onlyAscii: boolean): string {
  const name = oneLine(helo ?? client.name).replaceAll(/[ <>()\\";@]/g, '?')
  return onlyAscii ? inAscii(name, '?') : name
}

/** RFC 3848 and RFC 6531 names: ESMTPSA and UTF8SMTPSA by what the session has. */
function protocolOf(session: Session, transaction: Transaction): string {
  if (session.protocol === 'SMTP') return 'SMTP'
  const base = transaction.smtputf8 ? (session.protocol === 'LMTP' ? 'UTF8LMTP' : 'UTF8SMTP') : session.protocol
  return `${base}${session.tls === undefined ? '' : 'S'}${session.sasl === undefined ? '' : 'A'}`
}
