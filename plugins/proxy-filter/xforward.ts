/** Tells the filter where a message comes from, where it asks for that. Postfix: XFORWARD_README. */
import { encodeXtext, type Session } from '#postern'

/** Bytes of a command line, RFC 5321 4.5.3.1.4. */
const LONGEST_LINE = 512
/** Stands for what is not known. */
const UNAVAILABLE = '[UNAVAILABLE]'
const UNKNOWN = 'unknown'

/** In the order in which they are sent. */
const ORDER = ['NAME', 'ADDR', 'PORT', 'HELO', 'IDENT', 'PROTO', 'SOURCE'] as const
type Attributes = Readonly<Record<(typeof ORDER)[number], string | undefined>>

/** The commands, without CRLF; none when the filter wants nothing. @param ehlo lines of its EHLO reply */
export function xforwardCommands(session: Session, ehlo: readonly string[]): string[] {
  const wanted = offered(ehlo)
  const attributes = wanted.size === 0 ? undefined : attributesOf(session)
  const commands: string[] = []
  let command = ''
  for (const name of ORDER) {
    if (attributes === undefined || !wanted.has(name)) continue
    const word = ` ${name}=${written(attributes[name])}`
    if (command !== '' && command.length + word.length > LONGEST_LINE - 2) {
      commands.push(command)
      command = ''
    }
    command = (command || 'XFORWARD') + word
  }
  return command === '' ? commands : [...commands, command]
}

function offered(ehlo: readonly string[]): ReadonlySet<string> {
  const words = ehlo.slice(1).map((line) => line.slice(4).trim().toUpperCase().split(/\s+/))
  return new Set(words.find(([keyword]) => keyword === 'XFORWARD')?.slice(1))
}

/** What a relay in front has told takes the place of all that is known of the client. */
function attributesOf({ client, helo, protocol, forwarded }: Session): Attributes {
  if (forwarded !== undefined)
    return {
      NAME: forwarded.name,
      ADDR: addressText(forwarded.address),
      PORT: forwarded.port,
      HELO: forwarded.helo,
      IDENT: forwarded.ident,
      PROTO: forwarded.protocol,
      SOURCE: forwarded.source ?? 'REMOTE',
    }
  const port = client.port === 0 ? undefined : String(client.port)
  const address = addressText(client.address)
  return { NAME: client.name, ADDR: address, PORT: port, HELO: helo, IDENT: undefined, PROTO: protocol, SOURCE: 'REMOTE' }
}

function addressText(address: string | undefined): string | undefined {
  return address?.includes(':') ? `IPv6:${address}` : address
}

function written(value: string | undefined): string {
  return value === undefined || value === '' || value === UNKNOWN ? UNAVAILABLE : encodeXtext(value)
}
