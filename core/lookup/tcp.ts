/** tcp_table(5): `tcp:host:port`. One line asks, one line answers. Keys are sent as they are, and partial keys are never asked. */
import { parseEndpoint } from './endpoint.ts'
import { AnswerError } from './pool.ts'
import { remoteTable } from './remote.ts'
import type { TableType } from './table.ts'
import { type ParseAnswer, wireServers } from './wire.ts'

/** Octets of an answer with its line end. */
const LONGEST = 4096

/** A whole answer, or undefined when the key is not there. */
export type TcpAnswer = { readonly code: 200 | 400 | 500; readonly text: string }

export const tcp: TableType = {
  name: 'tcp',
  open(name) {
    const servers = wireServers(parseEndpoint(name), { timeout: 10_000, connections: 10 })
    return remoteTable(`tcp:${name}`, servers, async (wire, key) => {
      const { code, text } = await wire.ask(`get ${encode(key)}\n`, parseAnswer, LONGEST)
      if (code === 400) throw new AnswerError(text === '' ? 'the server reports a temporary error' : text)
      return code === 200 ? text : undefined
    })
  },
}

/** White space, %, and what can not be printed or is not ASCII as %XX. */
export function encode(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^!-$&-~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/** @throws Error when a % is not followed by two hexadecimal digits */
export function decode(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new Error(`malformed encoding in ${JSON.stringify(text)}`)
  const octets = text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(octets, 'latin1').toString()
}

export const parseAnswer: ParseAnswer<TcpAnswer> = (octets) => {
  const end = octets.indexOf(10)
  if (end === -1) return undefined
  const line = octets.toString('latin1', 0, end).replace(/\r$/, '')
  const match = /^(200|400|500)(?:[ \t]+(.*))?$/.exec(line)
  if (match === null || end >= LONGEST) throw new Error(`a malformed answer: ${JSON.stringify(line.slice(0, 100))}`)
  return { value: { code: Number(match[1]) as TcpAnswer['code'], text: decode(match[2] ?? '') }, length: end + 1 }
}
