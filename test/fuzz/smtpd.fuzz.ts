/** What peers say before and beside mail: PROXY headers, attributes of XCLIENT and XFORWARD, names beyond ASCII. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { asciiDomain } from '../../core/net/idna.ts'
import { parseIp } from '../../core/net/ip.ts'
import { parseProxyHeader } from '../../core/net/proxy-protocol.ts'
import { renderReply } from '../../core/reply.ts'
import { isReply } from '../../core/smtpd/command.ts'
import { type Attribute, attributeAddress, gather, isAttributeName, neutered } from '../../core/smtpd/verbs/attributes.ts'
import { octets, type Target, target, text } from './target.ts'

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

/** Octets as they come, behind the signature of version 2, and behind the words of version 1. */
const headers = fc.oneof(
  octets,
  octets.map((rest) => Buffer.concat([SIGNATURE, rest])),
  octets.map((rest) => Buffer.concat([Buffer.from('PROXY TCP4 192.0.2.1 '), rest])),
)

type Gathered = Record<string, string>

const ATTRIBUTES: ReadonlyMap<string, Attribute<Gathered>> = new Map([
  [
    'NAME',
    (gathered: Gathered, value: string | undefined) => {
      gathered.name = value ?? ''
      return value === undefined || isAttributeName(value)
    },
  ],
  [
    'HELO',
    (gathered: Gathered, value: string | undefined) => {
      gathered.helo = neutered(value ?? '')
      return true
    },
  ],
  [
    'ADDR',
    (gathered: Gathered, value: string | undefined) => {
      const address = value === undefined ? undefined : attributeAddress(value)
      gathered.address = address ?? ''
      return address !== undefined
    },
  ],
])

const words = fc.array(fc.tuple(fc.constantFrom('NAME', 'helo', 'Addr', 'X', ''), text), { maxLength: 4 })

/** @see Target */
export const targets: readonly Target[] = [
  target('PROXY headers', headers, (input) => {
    const header = parseProxyHeader(input)
    if ('error' in header) return
    assert.ok(header.length > 0 && header.length <= input.length)
    if (header.ends === undefined) return
    for (const { address, port } of [header.ends.client, header.ends.server]) {
      assert.ok(parseIp(address) !== undefined, address)
      assert.ok(port >= 0 && port <= 65_535)
    }
  }),
  target('attributes of XCLIENT', words, (pairs) => {
    const argument = pairs.map(([name, value]) => `${name}=${value}`).join(' ')
    const gathered = gather('XCLIENT', argument, ATTRIBUTES, {} as Gathered)
    if (isReply(gathered)) {
      assert.equal(renderReply(gathered).split('\r\n').length, 2)
      return
    }
    for (const value of Object.values(gathered)) assert.doesNotMatch(value, /[\r\n\0]/)
  }),
  target('names beyond ASCII', fc.tuple(text, fc.boolean()), ([name, isOld]) => {
    const ascii = asciiDomain(name, isOld)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    if (ascii !== undefined) assert.match(ascii, /^[\x00-\x7f]*$/)
  }),
]
