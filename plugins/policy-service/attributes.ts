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

/** Attributes in order; what is undefined is sent empty. */
const ATTRIBUTES: readonly (readonly [name: string, value: Value])[] = [
  ['protocol_state', ({ command }) => command],
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
  ['size', ({ stage }, _, transaction) => (stage === 'end_of_data' ? transaction?.size : transaction?.declaredSize) ?? 0],
  ['etrn_domain', ({ stage, argument }) => (stage === 'etrn' ? argument : '')],
  ['stress', () => ''],
  ['sasl_method', (_, { sasl }) => sasl?.method],
  ['sasl_username', (_, { sasl }) => sasl?.username],
  ['sasl_sender', (_, { sasl }) => sasl?.sender],
  ['ccert_subject', (_, { tls }) => tls?.subject],
  ['ccert_issuer', (_, { tls }) => tls?.issuer],
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
