/**
 * How much of message_size_limit the envelope takes: the limit is one of the whole queue file, so a message that just fits by itself
 * does not. The sum is that of Postfix's queue file, so that the same messages are refused.
 */
import type { AcceptedRecipient } from '../facts.ts'
import { receivedHeader } from '../message/received.ts'
import type { SmtpSession } from './session.ts'
import type { OpenTransaction } from './transaction.ts'

/** The record of sizes, and those that only mark where parts of the file begin and end. */
const FIXED = 97 + 3 * 2
/** Texts that are as long for every message: times, and a queue id as it usually is. */
const DATE = 'Thu, 01 Jan 1970 00:00:00 +0000 (UTC)'
const QUEUE_ID = '0123456789A'
const TIMES = ['1000000000 123456', 'create_time=1000000000', `log_ident=${QUEUE_ID}`]
/** An envelope is never larger than this, and so much for each recipient. */
const MOST = 8192
const MOST_EACH = 2048

/** Does a message with so many octets of content exceed message_size_limit together with its envelope? */
export function exceedsWithEnvelope(session: SmtpSession, transaction: OpenTransaction, content: number): boolean {
  const limit = session.settings.message_size_limit
  if (limit === 0 || limit - content > MOST + MOST_EACH * transaction.recipients.length) return false
  return content + envelopeOctets(session, transaction) > limit
}

function envelopeOctets(session: SmtpSession, transaction: OpenTransaction): number {
  const { scope } = session.deps.runtime
  const trace = receivedHeader(session, transaction, QUEUE_ID, DATE, scope).split('\r\n')
  const texts = [...TIMES, ...originOf(session), ...mailOf(transaction), ...transaction.recipients.flatMap(recipientOf), ...trace]
  return texts.reduce((sum, text) => sum + record(text), FIXED)
}

/** A kind, a length and the text itself. */
function record(text: string): number {
  const length = Buffer.byteLength(text)
  return length + (length < 128 ? 2 : length < 16_384 ? 3 : 4)
}

function originOf({ client, server, helo = '', protocol }: SmtpSession): string[] {
  return [
    'rewrite_context=remote',
    `log_client_name=${client.name}`,
    `log_client_address=${client.address}`,
    `log_client_port=${client.port}`,
    `log_message_origin=${client.name}[${client.address}]`,
    `log_helo_name=${helo}`,
    `log_protocol_name=${protocol}`,
    `client_name=${client.name}`,
    `reverse_client_name=${client.reverseName}`,
    `client_address=${client.address}`,
    `client_port=${client.port}`,
    `server_address=${server.address}`,
    `server_port=${server.port}`,
    `helo_name=${helo}`,
    `protocol_name=${protocol}`,
    'client_address_type=2',
  ]
}

function mailOf({ sender, body, envid }: OpenTransaction): string[] {
  return [
    sender.text,
    ...(body === undefined ? [] : [body === '7BIT' ? 'encoding=7bit' : 'encoding=8bit']),
    ...(envid === undefined ? [] : [`envelope_id=${envid}`]),
  ]
}

function recipientOf({ address: { text }, originalRecipient }: AcceptedRecipient): string[] {
  return [`dsn_orig_rcpt=${originalRecipient ?? `rfc822;${text}`}`, text, text]
}
