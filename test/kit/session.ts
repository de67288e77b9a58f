/** Sessions, transactions and requests for tests: sane defaults, and what a test cares about on top. */
import type {
  AcceptedRecipient,
  AccessRequest,
  AccessStage,
  Address,
  Client,
  Edit,
  Refusal,
  Session,
  Transaction,
} from '../../core/plugin.ts'

/** An envelope address; `''` is the null sender. Quoting is not looked at: the text is the internal form. */
export function anAddress(text: string): Address {
  const at = text.lastIndexOf('@')
  return at < 0 ? { text, local: text, domain: '' } : { text, local: text.slice(0, at), domain: text.slice(at + 1) }
}

/** A client: `192.0.2.9`, or `mail.example[192.0.2.9]` for one with a verified name, or the facts themselves. */
export function aClient(given: string | Partial<Client> = {}): Client {
  const facts = typeof given === 'string' ? parseClient(given) : given
  const address = facts.address ?? '192.0.2.1'
  const name = facts.name ?? 'unknown'
  const nameStatus = facts.nameStatus ?? (name === 'unknown' ? 'permanent' : 'ok')
  const reverseName = facts.reverseName ?? name
  const reverseStatus = facts.reverseStatus ?? (reverseName === 'unknown' ? 'permanent' : 'ok')
  const family = facts.family ?? (address.includes(':') ? 6 : 4)
  return { address, port: facts.port ?? 54321, family, name, reverseName, nameStatus, reverseStatus }
}

function parseClient(text: string): Partial<Client> {
  const bracket = text.indexOf('[')
  if (bracket < 0) return { address: text }
  return { name: text.slice(0, bracket), address: text.slice(bracket + 1, -1) }
}

/** A recipient as smtpd accepted it. */
export function aRecipient(given: string | (Partial<AcceptedRecipient> & { readonly address: Address })): AcceptedRecipient {
  const facts = typeof given === 'string' ? { address: anAddress(given) } : given
  return { originalRecipient: undefined, notify: 0, ...facts }
}

/** What a test may say of a transaction; addresses may be plain text. */
export type TransactionFacts = Partial<Omit<Transaction, 'sender' | 'recipients'>> & {
  readonly sender?: string | Address
  readonly recipients?: readonly (string | AcceptedRecipient)[]
}

/** A mail transaction, by default from `sender@client.example` to nobody yet. */
export function aTransaction(facts: TransactionFacts = {}): Transaction {
  const { sender = 'sender@client.example', recipients = [], ...more } = facts
  return {
    sender: typeof sender === 'string' ? anAddress(sender) : sender,
    recipients: recipients.map((each) => (typeof each === 'string' ? aRecipient(each) : each)),
    declaredSize: 0,
    size: 0,
    body: undefined,
    smtputf8: false,
    ret: undefined,
    envid: undefined,
    queueId: recipients.length > 0 ? '3f8K2c1zQWz1' : undefined,
    edits: [],
    ...more,
  }
}

/** What a test may say of a session. */
export type SessionFacts = Partial<Omit<Session, 'client' | 'transaction'>> & {
  readonly client?: string | Partial<Client>
  readonly transaction?: Transaction | TransactionFacts | undefined
}

/** A connection to smtpd, by default from 192.0.2.1, which has said `EHLO client.example`. */
export function aSession(facts: SessionFacts = {}): Session {
  const { client, transaction, ...more } = facts
  return {
    id: 'S1',
    listener: 'smtp',
    client: aClient(client),
    server: { address: '127.0.0.1', port: 25 },
    helo: 'client.example',
    protocol: 'ESMTP',
    tls: undefined,
    sasl: undefined,
    transaction: transaction === undefined ? undefined : aTransaction(transaction as TransactionFacts),
    ...more,
  }
}

/** What a test may say of a request at an access stage. */
export interface AccessFacts {
  readonly client?: string | Partial<Client>
  /** Argument of EHLO; null before it. */
  readonly helo?: string | null
  readonly sender?: string
  readonly recipient?: string
  /** Argument of ETRN or VRFY. */
  readonly argument?: string
  /** Anything else of the session or the transaction. */
  readonly session?: SessionFacts
  readonly transaction?: TransactionFacts
}

/** What a step did besides answering. */
export interface Recorded {
  readonly edits: Edit[]
  readonly notes: { readonly action: string; readonly text: string }[]
  deferIfPermit?: Refusal
  deferIfReject?: Refusal
}

const COMMANDS: Readonly<Record<AccessStage, string>> = {
  connect: 'CONNECT',
  helo: 'EHLO',
  mail: 'MAIL',
  relay: 'RCPT',
  rcpt: 'RCPT',
  data: 'DATA',
  end_of_data: 'END-OF-MESSAGE',
  etrn: 'ETRN',
  vrfy: 'VRFY',
}
const BEFORE_MAIL: ReadonlySet<AccessStage> = new Set(['connect', 'helo', 'etrn', 'vrfy'])
const WITH_RECIPIENT: ReadonlySet<AccessStage> = new Set(['relay', 'rcpt'])
const AFTER_RECIPIENTS: ReadonlySet<AccessStage> = new Set(['data', 'end_of_data'])

/** A request as an access step is given it at `stage`; what the step records goes into `recorded`. */
export function anAccessRequest(stage: AccessStage, facts: AccessFacts = {}, recorded: Recorded = record()): AccessRequest {
  const recipient = facts.recipient ?? 'recipient@server.example'
  const hasMail = !BEFORE_MAIL.has(stage) || facts.sender !== undefined
  const transaction = hasMail
    ? aTransaction({
        ...(facts.sender === undefined ? {} : { sender: facts.sender }),
        ...(AFTER_RECIPIENTS.has(stage) ? { recipients: [recipient] } : {}),
        edits: recorded.edits,
        ...facts.transaction,
      })
    : undefined
  const session = aSession({
    ...facts.session,
    ...(facts.client === undefined ? {} : { client: facts.client }),
    ...(facts.helo === null || stage === 'connect' ? { helo: undefined } : {}),
    ...(typeof facts.helo === 'string' ? { helo: facts.helo } : {}),
    ...(transaction === undefined ? {} : { transaction }),
  })
  return {
    stage,
    command: COMMANDS[stage],
    session,
    client: session.client,
    helo: session.helo,
    sender: transaction?.sender,
    recipient: WITH_RECIPIENT.has(stage) || facts.recipient !== undefined ? anAddress(recipient) : undefined,
    argument: facts.argument,
    edit: (edit) => void recorded.edits.push(edit),
    deferIfPermit(refusal) {
      if (recorded.deferIfPermit === undefined) recorded.deferIfPermit = refusal
    },
    deferIfReject(refusal) {
      if (recorded.deferIfReject === undefined) recorded.deferIfReject = refusal
    },
    note: (action, text) => void recorded.notes.push({ action, text }),
  }
}

/** An empty record. */
export function record(): Recorded {
  return { edits: [], notes: [] }
}
