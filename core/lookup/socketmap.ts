/** socketmap_table(5): `socketmap:inet:host:port:name` or `socketmap:unix:/path:name`. Netstrings ask and answer. */
import { parseEndpoint } from './endpoint.ts'
import { netstring, parseNetstring } from './netstring.ts'
import { AnswerError } from './pool.ts'
import { remoteTable } from './remote.ts'
import type { TableType } from './table.ts'
import { type ParseAnswer, wireServers } from './wire.ts'

/** Octets of an answer, without the netstring around it. */
const LONGEST = 100_000

export const socketmap: TableType = {
  name: 'socketmap',
  open(spec) {
    const colon = spec.lastIndexOf(':')
    const name = spec.slice(colon + 1)
    if (!/^(inet|unix):/.test(spec) || name === '' || /\s/.test(name)) {
      throw new Error(`table socketmap:${spec}: expected "socketmap:inet:host:port:name" or "socketmap:unix:/path:name"`)
    }
    const servers = wireServers(parseEndpoint(spec.slice(0, colon)), { timeout: 10_000, connections: 10 })
    return remoteTable(`socketmap:${spec}`, servers, (wire, key) =>
      wire.ask(netstring(`${name} ${key}`), parseReply, LONGEST + 20).then(answered),
    )
  },
}

/** One answer: its first word, and the rest. */
export interface SocketmapReply {
  readonly status: string
  readonly text: string
}

export const parseReply: ParseAnswer<SocketmapReply> = (octets) => {
  const found = parseNetstring(octets, LONGEST)
  if (found === undefined) return undefined
  const reply = found.value.toString()
  const space = reply.indexOf(' ')
  const status = space === -1 ? reply : reply.slice(0, space)
  if (!/^(OK|NOTFOUND|TEMP|TIMEOUT|PERM)$/.test(status))
    throw new Error(`an unknown answer: ${JSON.stringify(reply.slice(0, 100))}`)
  return { value: { status, text: space === -1 ? '' : reply.slice(space + 1) }, length: found.length }
}

/** @throws AnswerError for all but OK and NOTFOUND */
function answered({ status, text }: SocketmapReply): string | undefined {
  if (status === 'OK') return text
  if (status === 'NOTFOUND') return undefined
  throw new AnswerError(`the server answers ${status}${text === '' ? '' : `: ${text}`}`)
}
