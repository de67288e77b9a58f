/**
 * XCLIENT: a trusted peer speaks for another client, and the session begins anew as that client's.
 * Postfix: XCLIENT_README, smtpd_authorized_xclient_hosts.
 */
import type { Client, NameStatus } from '../../facts.ts'
import { chain } from '../../lookup/maybe.ts'
import { REPLIES } from '../../protocol/reply-text.ts'
import { labelled } from '../client.ts'
import { command, isReply, LAST } from '../command.ts'
import { greet } from '../greeting.ts'
import type { SmtpSession } from '../session.ts'
import { standingOf } from '../standing.ts'
import { type Attribute, attributeAddress, gather, isAttributeName, neutered } from './attributes.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** What the command changes; null: taken away. */
interface Changes {
  client: Writable<Partial<Client>>
  server: { address?: string; port?: number }
  helo?: string
  protocol?: string
  login?: string | null
}

const UNKNOWN = 'unknown'
const TEMPORARY = '[TEMPUNAVAIL]'

function named(value: string | undefined): { readonly name: string; readonly status: NameStatus } | undefined {
  if (value === undefined) return { name: UNKNOWN, status: 'permanent' }
  if (value.toUpperCase() === TEMPORARY) return { name: UNKNOWN, status: 'temporary' }
  return isAttributeName(value) ? { name: value, status: 'ok' } : undefined
}

function port(value: string | undefined): number | undefined {
  if (value === undefined) return 0
  return /^[0-9]{1,5}$/.test(value) ? Number(value) : undefined
}

const ATTRIBUTES: ReadonlyMap<string, Attribute<Changes>> = new Map<string, Attribute<Changes>>([
  [
    'NAME',
    ({ client }, value) => {
      const found = named(value)
      if (found === undefined) return false
      client.name = found.name
      client.nameStatus = found.status
      if (found.status !== 'ok') return true
      client.reverseName = found.name
      client.reverseStatus = found.status
      return true
    },
  ],
  [
    'REVERSE_NAME',
    ({ client }, value) => {
      const found = named(value)
      if (found === undefined) return false
      client.reverseName = found.name
      client.reverseStatus = found.status
      return true
    },
  ],
  [
    'ADDR',
    ({ client }, value) => {
      const address = value === undefined ? UNKNOWN : attributeAddress(value)
      if (address === undefined) return false
      client.address = address
      client.family = address.includes(':') ? 6 : 4
      return true
    },
  ],
  [
    'PORT',
    ({ client }, value) => {
      const number = port(value)
      if (number !== undefined) client.port = number
      return number !== undefined
    },
  ],
  [
    'HELO',
    (changes, value) => {
      changes.helo = neutered(value ?? '')
      return true
    },
  ],
  [
    'PROTO',
    (changes, value = '') => {
      const protocol = value.toUpperCase()
      if (protocol !== 'SMTP' && protocol !== 'ESMTP') return false
      changes.protocol = protocol
      return true
    },
  ],
  [
    'LOGIN',
    (changes, value) => {
      changes.login = value ?? null
      return true
    },
  ],
  [
    'DESTADDR',
    ({ server }, value) => {
      const address = value === undefined ? UNKNOWN : attributeAddress(value)
      if (address !== undefined) server.address = address
      return address !== undefined
    },
  ],
  [
    'DESTPORT',
    ({ server }, value) => {
      const number = port(value)
      if (number !== undefined) server.port = number
      return number !== undefined
    },
  ],
])

export const xclient = command<Changes>({
  verb: 'XCLIENT',
  flags: LAST,
  check(session, argument) {
    if (session.transaction !== undefined) return REPLIES.inTransaction
    if (argument === '') return REPLIES.xclientSyntax
    if (!session.standing.mayXclient) return REPLIES.insufficientAuthorization
    const changes: Changes = { client: {}, server: {} }
    const gathered = gather<Changes>('XCLIENT', argument, ATTRIBUTES, changes)
    // What stands before a bad attribute holds already.
    if (isReply(gathered)) take(session, changes)
    return gathered
  },
  proceed(session, changes) {
    apply(session, changes)
    const standing = standingOf(session.client, session.settings, (message) => session.warn(message))
    return chain(standing, (found) => {
      // Whether it may forward was asked of the peer itself.
      session.standing = { ...found, mayXforward: session.standing.mayXforward }
      return greet(session)
    })
  },
})

function apply(session: SmtpSession, changes: Changes): void {
  session.reset()
  session.deferred = undefined
  session.helo = undefined
  session.protocol = session.isLmtp ? 'LMTP' : 'SMTP'
  take(session, changes)
}

function take(session: SmtpSession, { client, server, helo, protocol, login }: Changes): void {
  session.client = labelled({ ...session.client, ...client }, session.settings.smtpd_client_port_logging)
  session.server = { ...session.server, ...server }
  if (helo !== undefined) session.helo = helo === '' ? undefined : helo
  if (protocol !== undefined) session.protocol = protocol
  if (login !== undefined) session.sasl = login === null ? undefined : { method: 'XCLIENT', username: login }
}
