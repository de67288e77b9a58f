/** `NAME=value` words of XCLIENT and XFORWARD: names in any case, values in xtext (RFC 3461 4). */
import { canonicalIp, parseIp } from '../../net/ip.ts'
import { splitWords } from '../../protocol/command.ts'
import { isHostname } from '../../protocol/domain.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { decodeXtext } from '../../protocol/xtext.ts'
import { oneLine, type Reply } from '../../reply.ts'

/** Reads one value into what is being gathered; false: it is bad. `undefined` stands for `[UNAVAILABLE]`. */
export type Attribute<T> = (gathered: T, value: string | undefined) => boolean

const MAX_VALUE = 255
const UNAVAILABLE = '[UNAVAILABLE]'

/** Gathers all attributes of a command, or says what is wrong with the first that is bad. */
export function gather<T extends object>(
  verb: string,
  argument: string,
  rows: ReadonlyMap<string, Attribute<T>>,
  gathered: T,
): T | Reply {
  for (const word of splitWords(argument).words) {
    const equals = word.indexOf('=')
    if (equals < 0 || equals === word.length - 1) return REPLIES.attributeExpected
    const written = word.slice(equals + 1)
    if (written.length > MAX_VALUE) return REPLIES.attributeTooLong
    const row = rows.get(word.slice(0, equals).toUpperCase())
    if (row === undefined) return replies.badAttributeName(verb, word.slice(0, equals))
    const value = oneLine(decodeXtext(written) ?? written)
    const given = value.toUpperCase() === UNAVAILABLE ? undefined : value
    if (!row(gathered, given)) return replies.badAttribute(word.slice(0, equals).toUpperCase(), value)
  }
  return gathered
}

/** `192.0.2.1` or `IPV6:2001:db8::1`. */
export function attributeAddress(value: string): string | undefined {
  const isV6 = /^ipv6:/i.test(value)
  const address = isV6 ? value.slice('IPV6:'.length) : value
  const ip = parseIp(address)
  if (ip === undefined || address.includes(':') !== isV6) return undefined
  return canonicalIp(address)
}

/** A host name, or an address in brackets or bare as NAME may have it. */
export function isAttributeName(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(value) && isHostname(value)
}

/** Characters that could change the meaning of a log line or a header. */
export function neutered(value: string): string {
  return value.replace(/[ <>()\\";@]/g, '?')
}
