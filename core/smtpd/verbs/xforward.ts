/**
 * XFORWARD: a content filter tells where the next message came from, for logs and for the next hop.
 * Postfix: XFORWARD_README, smtpd_authorized_xforward_hosts.
 */
import type { Forwarded } from '../../facts.ts'
import { REPLIES } from '../../protocol/reply-text.ts'
import { command, isReply } from '../command.ts'
import { type Attribute, attributeAddress, gather, isAttributeName, neutered } from './attributes.ts'

type Gathered = { -readonly [K in keyof Forwarded]: Forwarded[K] }

/** Stands for what the peer does not know. */
const UNKNOWN = 'unknown'
const MAX_PROTOCOL = 64

/** An attribute that is kept as it is when `isGood`. */
function kept(key: Exclude<keyof Gathered, 'source'>, isGood: (value: string) => boolean): Attribute<Gathered> {
  return (gathered, value) => {
    if (value !== undefined && !isGood(value)) return false
    gathered[key] = value === undefined ? UNKNOWN : neutered(value)
    return true
  }
}

const ATTRIBUTES: ReadonlyMap<string, Attribute<Gathered>> = new Map<string, Attribute<Gathered>>([
  ['NAME', kept('name', isAttributeName)],
  [
    'ADDR',
    (gathered, value) => {
      const address = value === undefined ? UNKNOWN : attributeAddress(value)
      if (address !== undefined) gathered.address = address
      return address !== undefined
    },
  ],
  ['PORT', kept('port', (value) => /^[0-9]{1,10}$/.test(value))],
  ['HELO', kept('helo', () => true)],
  ['IDENT', kept('ident', () => true)],
  ['PROTO', kept('protocol', (value) => value.length <= MAX_PROTOCOL)],
  [
    'SOURCE',
    (gathered, value = 'LOCAL') => {
      const source = value.toUpperCase()
      if (source !== 'LOCAL' && source !== 'REMOTE') return false
      gathered.source = source
      return true
    },
  ],
])

export const xforward = command<Gathered>({
  verb: 'XFORWARD',
  flags: 0,
  check(session, argument) {
    if (session.transaction !== undefined) return REPLIES.inTransaction
    if (argument === '') return REPLIES.xforwardSyntax
    if (!session.standing.mayXforward) return REPLIES.insufficientAuthorization
    const attributes: Gathered = {}
    const gathered = gather<Gathered>('XFORWARD', argument, ATTRIBUTES, attributes)
    // What stands before a bad attribute holds already.
    if (isReply(gathered)) session.forwarded = { ...session.forwarded, ...attributes }
    return gathered
  },
  proceed(session, gathered) {
    session.forwarded = { ...session.forwarded, ...gathered }
    return REPLIES.ok
  },
})
