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
  type Table,
} from '#postern'
import type { AccessMapsOptions } from '../../schemas/plugins/access-maps.d.ts'

type Found = Hit | undefined | Promise<Hit | undefined>

export interface SubjectRow {
  /** How replies call it. */
  readonly class: string
  /** What replies show; undefined when the request has no such thing (yet). */
  readonly name: (request: AccessRequest) => string | undefined
  /** @throws TableError, or rejects with it */
  readonly search: (table: Table, request: AccessRequest, rules: SearchRules, destinations: Destinations) => Found
}

function mail(which: 'sender' | 'recipient'): SubjectRow['search'] {
  return (table, request, rules, destinations) => {
    const text = request[which]?.text ?? ''
    if (text === '') return searchMail(table, '', rules)
    const address = destinations.resolve(text)
    return address instanceof Promise ? address.then((late) => searchMail(table, late, rules)) : searchMail(table, address, rules)
  }
}

export const SUBJECTS: Readonly<Record<AccessMapsOptions['subject'], SubjectRow>> = {
  client: {
    class: 'Client host',
    name: (request) => clientSubject(request).name,
    search: (table, { client }, rules) => searchClient(table, client, rules),
  },
  reverse_client: {
    class: 'Unverified Client host',
    name: ({ client }) => client.reverseName,
    search: (table, { client }, rules) => searchClient(table, { name: client.reverseName, address: client.address }, rules),
  },
  helo: {
    class: 'Helo command',
    name: ({ helo }) => helo,
    search: (table, { helo = '' }, rules) => searchDomain(table, helo, rules),
  },
  sender: { class: 'Sender address', name: ({ sender }) => sender?.text, search: mail('sender') },
  recipient: { class: 'Recipient address', name: ({ recipient }) => recipient?.text, search: mail('recipient') },
}
