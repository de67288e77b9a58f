/** What DNS lists are asked about: one row each. Postfix: reject_rbl_client and the reject_rhsbl_* family. */
import type { AccessRequest } from '#postern'
import type { RblOptions } from '../../schemas/plugins/rbl.d.ts'
import { reversedAddress } from './lists.ts'

/** One thing to look up, and how replies speak of it. */
export interface Query {
  /** What stands before the list's domain. */
  readonly name: string
  /** `$rbl_what` */
  readonly what: string
  /** `$rbl_class` */
  readonly class: string
}

/** A name that lists of names can know: not an address, not a literal. */
function isName(name: string | undefined): name is string {
  return name !== undefined && name !== '' && name !== 'unknown' && !/^\[|:|^[0-9.]+$/.test(name)
}

function named(name: string | undefined, what: string | undefined, kind: string): Query | undefined {
  if (!isName(name)) return undefined
  const plain = name.toLowerCase().replace(/\.$/, '')
  return { name: plain, what: what ?? '', class: kind }
}

export const QUERIES: Readonly<Record<RblOptions['subject'], (request: AccessRequest) => Query | undefined>> = {
  client: ({ client }) => ({ name: reversedAddress(client.address), what: client.address, class: 'Client host' }),
  client_name: ({ client }) => named(client.name, client.name, 'Client host'),
  reverse_client: ({ client }) => named(client.reverseName, client.reverseName, 'Unverified Client host'),
  helo: ({ helo }) => named(helo, helo, 'Helo command'),
  sender: ({ sender }) => named(sender?.domain, sender?.text, 'Sender address'),
  recipient: ({ recipient }) => named(recipient?.domain, recipient?.text, 'Recipient address'),
}
