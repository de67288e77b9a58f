/** The request that a policy server gets: the attributes of the policy delegation protocol, in its order (SMTPD_POLICY_README). */
import type { AccessRequest, Session, Transaction } from '#postern'

type Value = (request: AccessRequest, session: Session, transaction: Transaction | undefined) => string | number | undefined

/** One recipient is told from DATA on only when it is the only one. */
function recipientOf({ recipient, stage, argument }: AccessRequest, transaction: Transaction | undefined): string {
  if (stage === 'vrfy') return recipient?.text ?? argument ?? ''
  if (recipient !== undefined) return recipient.text
  const all = isContentStage(stage) ? (transaction?.recipients ?? []) : []
  return all.length === 1 ? (all[0]?.address.text ?? '') : ''
}

const isContentStage = (stage: AccessRequest['stage']): boolean => stage === 'data' || stage === 'end_of_data'

/** What MAIL declared; what came, once it has come. */
function sizeOf({ stage }: AccessRequest, { candidate }: Session, transaction: Transaction | undefined): number {
  if (stage === 'end_of_data') return transaction?.size ?? 0
  return (transaction ?? candidate)?.declaredSize ?? 0
}

/** Names of a certificate that was verified, as xtext (RFC 3461 4): they are whatever their authority wrote. */
function trustedName(tls: Session['tls'], name = ''): string {
  if (tls?.isTrusted !== true) return ''
  let out = ''
  for (const octet of Buffer.from(name, 'utf8')) {
    const isPlain = octet > 32 && octet < 127 && octet !== PLUS && octet !== EQUALS
    out += isPlain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

const PLUS = 0x2b
const EQUALS = 0x3d

/** Attributes in order; what is undefined is sent empty. */
const ATTRIBUTES: readonly (readonly [name: string, value: Value])[] = [
  // BDAT is another way to say DATA; its list is the same.
  ['protocol_state', ({ command }) => (command === 'BDAT' ? 'DATA' : command)],
  ['protocol_name', (_, { protocol }) => protocol],
  ['client_address', ({ client }) => client.address],
  ['client_name', ({ client }) => client.name],
  ['client_port', ({ client }) => client.port],
  ['reverse_client_name', ({ client }) => client.reverseName],
  ['server_address', (_, { server }) => server.address],
  ['server_port', (_, { server }) => server.port],
  ['helo_name', ({ helo }) => helo],
  ['sender', ({ sender }) => sender?.text],
  ['recipient', (request, _, transaction) => recipientOf(request, transaction)],
  ['recipient_count', ({ stage }, _, transaction) => (isContentStage(stage) ? (transaction?.recipients.length ?? 0) : 0)],
  ['queue_id', (_, __, transaction) => transaction?.queueId],
  ['instance', (request, session, transaction) => instanceOf(request, session, transaction)],
  ['size', sizeOf],
  ['etrn_domain', ({ command, argument }) => (command === 'ETRN' ? argument : '')],
  ['stress', (_, { stress }) => stress],
  ['sasl_method', (_, { sasl }) => sasl?.method],
  ['sasl_username', (_, { sasl }) => sasl?.username],
  ['sasl_sender', (_, { sasl }) => sasl?.sender],
  ['ccert_subject', (_, { tls }) => trustedName(tls, tls?.subject)],
  ['ccert_issuer', (_, { tls }) => trustedName(tls, tls?.issuer)],
  ['ccert_fingerprint', (_, { tls }) => tls?.fingerprint],
  ['ccert_pubkey_fingerprint', (_, { tls }) => tls?.publicKeyFingerprint],
  ['encryption_protocol', (_, { tls }) => tls?.protocol],
  ['encryption_cipher', (_, { tls }) => tls?.cipher],
  ['encryption_keysize', (_, { tls }) => tls?.bits ?? 0],
]

/** Numbers the transactions, so that a server can tell apart requests about one message from those about another. */
const instances = new WeakMap<object, string>()
let counter = 0

/** The same for all requests about one message, from the first recipient on. */
function instanceOf({ stage, command }: AccessRequest, session: Session, transaction: Transaction | undefined): string {
  if (transaction === undefined || stage === 'etrn' || command === 'MAIL') return ''
  let instance = instances.get(transaction)
  if (instance === undefined) {
    counter = (counter + 1) % 0xffffffff
    instance = `${process.pid.toString(16)}.${session.id}.${counter.toString(16)}`
    instances.set(transaction, instance)
  }
  return instance
}

/** Line ends and NUL would forge attributes. */
function clean(value: string | number | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return value === undefined ? '' : String(value).replace(/[\x00\n\r]/g, '?')
}

/** The whole request, with the empty line that ends it. */
export function renderRequest(request: AccessRequest, context: string): string {
  const { session } = request
  let out = 'request=smtpd_access_policy\n'
  for (const [name, value] of ATTRIBUTES) out += `${name}=${clean(value(request, session, session.transaction))}\n`
  return `${out}policy_context=${clean(context)}\n\n`
}
