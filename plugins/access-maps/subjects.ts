/** What a table can be asked about: one row each, with the words of its replies and the way it is searched. */
import {
  type AccessRequest,
  clientSubject,
  type Destinations,
  type Hit,
  type SearchRules,
  searchClient,
  searchDomain,
  searchMail,
  searchWhole,
  type Table,
} from '#postern'
import type { AccessMapsOptions } from '../../schemas/plugins/access-maps.d.ts'

type Found = Hit | undefined | Promise<Hit | undefined>

/** What a search needs besides the request. */
export interface Search {
  readonly table: Table
  readonly rules: SearchRules
  readonly destinations: Destinations
  /** Which fingerprints of a certificate are looked up, in order. */
  readonly order: readonly string[]
}

export interface SubjectRow {
  /** How replies call it. */
  readonly class: string
  /** What replies show; undefined when the request has no such thing (yet). */
  readonly name: (request: AccessRequest) => string | undefined
  /** @throws TableError, or rejects with it */
  readonly search: (request: AccessRequest, search: Search) => Found
  /** False where a stranger chooses what is looked up: an OK is an error then. */
  readonly mayPermit?: false
}

function mail(which: 'sender' | 'recipient'): SubjectRow['search'] {
  return (request, { table, rules, destinations }) => {
    const text = request[which]?.text ?? ''
    if (text === '') return searchMail(table, '', rules)
    const address = destinations.resolve(text)
    return address instanceof Promise ? address.then((late) => searchMail(table, late, rules)) : searchMail(table, address, rules)
  }
}

/** The fingerprints that the session's certificate has, in the order asked for. */
function fingerprints({ session: { tls } }: AccessRequest, order: readonly string[]): string[] {
  const prints: Readonly<Record<string, string | undefined>> = {
    cert_fingerprint: tls?.fingerprint,
    pubkey_fingerprint: tls?.publicKeyFingerprint,
  }
  return order.flatMap((each) => prints[each] ?? [])
}

export const SUBJECTS: Readonly<Record<AccessMapsOptions['subject'], SubjectRow>> = {
  client: {
    class: 'Client host',
    name: (request) => clientSubject(request).name,
    search: ({ client }, { table, rules }) => searchClient(table, client, rules),
  },
  reverse_client: {
    class: 'Unverified Client host',
    name: ({ client }) => client.reverseName,
    search: ({ client }, { table, rules }) => searchClient(table, { name: client.reverseName, address: client.address }, rules),
    mayPermit: false,
  },
  helo: {
    class: 'Helo command',
    name: ({ helo }) => helo,
    search: ({ helo = '' }, { table, rules }) => searchDomain(table, helo, rules),
  },
  sender: { class: 'Sender address', name: ({ sender }) => sender?.text, search: mail('sender') },
  recipient: { class: 'Recipient address', name: ({ recipient }) => recipient?.text, search: mail('recipient') },
  etrn: {
    class: 'Etrn command',
    name: ({ stage, argument }) => (stage === 'etrn' ? argument : undefined),
    search: ({ argument = '' }, { table, rules }) => searchDomain(table, argument, rules),
  },
  certificate: {
    class: 'Client certificate',
    name: ({ session }) => (session.tls?.fingerprint === undefined ? undefined : (session.tls.subject ?? '')),
    search: (request, { table, order }) => searchWhole(table, fingerprints(request, order)),
  },
  login: {
    class: 'SASL login name',
    name: ({ session }) => session.sasl?.username,
    search: ({ session }, { table }) => searchWhole(table, [session.sasl?.username ?? '']),
  },
}
