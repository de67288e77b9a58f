/** What plugins are told of a session that another mail server holds: the attributes of its request as facts. */
import type { AcceptedRecipient, Address, Client, SaslFacts, Session, TlsFacts, Transaction } from '../facts.ts'
import { canonicalIp } from '../net/ip.ts'
import { addressOf, NULL_ADDRESS } from '../protocol/address.ts'
import { decodeXtext } from '../protocol/xtext.ts'
import type { Attributes } from './request.ts'

/** One request, understood. */
export interface Asked {
  /** protocol_state: `RCPT`, `END-OF-MESSAGE`; '' when the peer did not say. */
  readonly state: string
  readonly session: Session
  /** Undefined before MAIL. */
  readonly sender: Address | undefined
  /** At RCPT and VRFY; afterwards when it is the only one. */
  readonly recipient: Address | undefined
  /** Of ETRN or VRFY. */
  readonly argument: string | undefined
  /** What edits are for. */
  readonly transaction: Transaction | undefined
}

/** States with a transaction. */
const IN_TRANSACTION: ReadonlySet<string> = new Set(['MAIL', 'RCPT', 'DATA', 'END-OF-MESSAGE'])
/** Other commands at which smtpd(8) asks the same: a client that XCLIENT replaced connects anew. */
const SAME_STATE: ReadonlyMap<string, string> = new Map([
  ['XCLIENT', 'CONNECT'],
  ['LHLO', 'EHLO'],
  ['BDAT', 'DATA'],
])
/** More recipients than this are as good as this many. */
const MOST_RECIPIENTS = 10_000
const UNKNOWN = 'unknown'

/** @param id of the session where the request names no instance */
export function understand(attributes: Attributes, listener: string, id: string): Asked {
  const text = (name: string): string => attributes.get(name) ?? ''
  const said = text('protocol_state').toUpperCase()
  const state = SAME_STATE.get(said) ?? said
  const hasMail = IN_TRANSACTION.has(state) || text('sender') !== ''
  const sender = hasMail ? addressOf(text('sender')) : undefined
  const recipient = text('recipient') === '' ? undefined : addressOf(text('recipient'))
  const transaction =
    sender === undefined || !IN_TRANSACTION.has(state) ? undefined : transactionOf(text, state, sender, recipient)
  const session: Session = {
    id: text('instance') || id,
    listener,
    client: clientOf(text),
    server: { address: text('server_address'), port: whole(text('server_port'), 65_535) },
    helo: text('helo_name') || undefined,
    protocol: text('protocol_name') || 'SMTP',
    tls: tlsOf(text),
    sasl: saslOf(text),
    transaction: state === 'MAIL' ? undefined : transaction,
    candidate: state === 'MAIL' ? transaction : undefined,
    stress: text('stress'),
  }
  const argument = state === 'ETRN' ? text('etrn_domain') : state === 'VRFY' ? text('recipient') : undefined
  return { state, session, sender, recipient, argument, transaction }
}

type Text = (name: string) => string

/** Why a name is not known is not told: it is taken to be so for good. */
function clientOf(text: Text): Client {
  const address = text('client_address')
  const name = text('client_name') || UNKNOWN
  const reverseName = text('reverse_client_name') || UNKNOWN
  return {
    address: address === '' ? UNKNOWN : canonicalIp(address),
    port: whole(text('client_port'), 65_535),
    family: address.includes(':') ? 6 : 4,
    name,
    reverseName,
    nameStatus: name === UNKNOWN ? 'permanent' : 'ok',
    reverseStatus: reverseName === UNKNOWN ? 'permanent' : 'ok',
  }
}

/** Who the recipients are is told only when there is one; of others, how many. */
function transactionOf(text: Text, state: string, sender: Address, recipient: Address | undefined): Transaction {
  const isContent = state === 'DATA' || state === 'END-OF-MESSAGE'
  const count = isContent ? whole(text('recipient_count'), MOST_RECIPIENTS) : 0
  const accepted = (address: Address): AcceptedRecipient => ({ address, originalRecipient: undefined, notify: 0 })
  const recipients =
    count === 1 && recipient !== undefined
      ? [accepted(recipient)]
      : new Array<AcceptedRecipient>(count).fill(accepted(NULL_ADDRESS))
  const size = whole(text('size'), Number.MAX_SAFE_INTEGER)
  return {
    sender,
    recipients,
    declaredSize: state === 'END-OF-MESSAGE' ? 0 : size,
    size: state === 'END-OF-MESSAGE' ? size : 0,
    body: undefined,
    smtputf8: false,
    ret: undefined,
    envid: undefined,
    queueId: text('queue_id') || undefined,
    edits: [],
  }
}

/** Names are sent of verified certificates only. */
function tlsOf(text: Text): TlsFacts | undefined {
  if (text('encryption_protocol') === '') return undefined
  const subject = decoded(text('ccert_subject'))
  const issuer = decoded(text('ccert_issuer'))
  const fingerprint = text('ccert_fingerprint')
  const publicKeyFingerprint = text('ccert_pubkey_fingerprint')
  return {
    protocol: text('encryption_protocol'),
    cipher: text('encryption_cipher'),
    bits: whole(text('encryption_keysize'), 65_535),
    ...(subject === '' ? {} : { subject }),
    ...(issuer === '' ? {} : { issuer }),
    ...(fingerprint === '' ? {} : { fingerprint }),
    ...(publicKeyFingerprint === '' ? {} : { publicKeyFingerprint }),
    isTrusted: subject !== '' || issuer !== '',
  }
}

/** xtext can hide what a line may not hold. */
function decoded(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return (decodeXtext(name) ?? name).replace(/[\x00-\x1f\x7f-\x9f]/g, '?')
}

function saslOf(text: Text): SaslFacts | undefined {
  const username = text('sasl_username')
  if (username === '') return undefined
  const sender = text('sasl_sender')
  return { method: text('sasl_method'), username, ...(sender === '' ? {} : { sender }) }
}

/** A number from 0 to `most`; 0 for what is none. */
function whole(text: string, most: number): number {
  return /^\d{1,16}$/.test(text) ? Math.min(Number(text), most) : 0
}
