/** Whose domain is looked at: one row each, with the words of its replies. */
import { type AccessRequest, type Address, clientSubject } from '#postern'
import type { ServerMapsOptions } from '../../schemas/plugins/server-maps.d.ts'

/** What replies show, and the domain to look at. */
interface Found {
  readonly name: string
  readonly domain: string
}

export interface SubjectRow {
  /** How replies call it. */
  readonly class: string
  /** Undefined when the request has no such thing (yet), or none with a domain. */
  readonly find: (request: AccessRequest) => Found | undefined
}

function mail(which: 'sender' | 'recipient'): SubjectRow['find'] {
  return (request) => {
    const address: Address | undefined = request[which]
    return address === undefined || address.domain === '' ? undefined : { name: address.text, domain: address.domain }
  }
}

function known(domain: string, name: string): Found | undefined {
  return domain === 'unknown' ? undefined : { name, domain }
}

export const SUBJECTS: Readonly<Record<ServerMapsOptions['subject'], SubjectRow>> = {
  client: {
    class: 'Client host',
    find: (request) => known(request.client.name, clientSubject(request).name),
  },
  reverse_client: {
    class: 'Unverified Client host',
    find: ({ client: { reverseName } }) => known(reverseName, reverseName),
  },
  helo: {
    class: 'Helo command',
    find: ({ helo }) => (helo === undefined ? undefined : { name: helo, domain: helo }),
  },
  sender: { class: 'Sender address', find: mail('sender') },
  recipient: { class: 'Recipient address', find: mail('recipient') },
}
