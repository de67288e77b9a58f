/** XFORWARD: tells a server that asks for it where a message came from. Postfix: smtp_send_xforward_command, XFORWARD_README. */
import { isIPv6 } from 'node:net'
import { encodeXtext } from '../protocol/xtext.ts'
import type { Envelope } from '../queue/types.ts'

interface Facts {
  readonly NAME: string | undefined
  readonly ADDR: string | undefined
  readonly PORT: string | undefined
  readonly PROTO: string | undefined
  readonly HELO: string | undefined
  readonly IDENT: string | undefined
  readonly SOURCE: string | undefined
}

/** The two commands, by what they tell; the server may want only some of it. */
const COMMANDS: readonly (readonly (keyof Facts)[])[] = [
  ['NAME', 'ADDR', 'PORT'],
  ['PROTO', 'HELO', 'IDENT', 'SOURCE'],
]

/** Stands for what is not known. */
const UNKNOWN = 'unknown'

/** The commands without CRLF; none when the server wants nothing that is known. @param wanted attribute names that it offers */
export function xforwardCommands(envelope: Envelope, wanted: readonly string[]): string[] {
  if (wanted.length === 0) return []
  const facts = factsOf(envelope)
  return COMMANDS.flatMap((names) => {
    const words = names.flatMap((name) => {
      const value = facts[name]
      const isKnown = value !== undefined && value !== '' && value !== UNKNOWN
      return isKnown && wanted.includes(name) ? [`${name}=${encodeXtext(value)}`] : []
    })
    return words.length === 0 ? [] : [`XFORWARD ${words.join(' ')}`]
  })
}

function factsOf({ id, origin }: Envelope): Facts {
  const { forwarded } = origin
  // What another relay told takes the place of all that is known of the client.
  if (forwarded !== undefined)
    return {
      NAME: forwarded.name,
      ADDR: written(forwarded.address),
      PORT: forwarded.port,
      PROTO: forwarded.protocol,
      HELO: forwarded.helo,
      IDENT: forwarded.ident === UNKNOWN ? id : (forwarded.ident ?? id),
      SOURCE: forwarded.source ?? 'REMOTE',
    }
  const isMadeHere = origin.clientAddress === ''
  return {
    NAME: origin.clientName,
    ADDR: written(origin.clientAddress),
    PORT: origin.clientPort === 0 ? undefined : String(origin.clientPort),
    PROTO: isMadeHere ? undefined : origin.protocol,
    HELO: origin.helo,
    IDENT: id,
    SOURCE: isMadeHere ? 'LOCAL' : 'REMOTE',
  }
}

function written(address: string | undefined): string | undefined {
  return address !== undefined && isIPv6(address) ? `IPv6:${address}` : address
}
