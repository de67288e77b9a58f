/** `transport:nexthop` taken apart, and the texts of the error and retry transports (transport(5), error(8)). */
import type { RecipientFailure } from '../queue/types.ts'

/** A route in which either part may be empty, meaning "as it would be without". */
export interface PartialRoute {
  readonly transport: string
  readonly nexthop: string
}

/** Splits at the first colon; white space around the parts goes. Without a colon all is the transport. */
export function parseRoute(text: string): PartialRoute {
  const colon = text.indexOf(':')
  if (colon === -1) return { transport: text.trim(), nexthop: '' }
  return { transport: text.slice(0, colon).trim(), nexthop: text.slice(colon + 1).trim() }
}

/** What error:text and retry:text say of a recipient: a status of their class, if the text begins with one, and the text. */
export function failureOf(transport: string, text: string): RecipientFailure {
  const klass = transport === 'retry' ? '4' : '5'
  const match = /^([245])(\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(text)
  const stated = match === null ? {} : { stated: `${klass}${match[2]}` }
  const status = match?.[1] === klass ? match[0] : `${klass}.0.0`
  const reason = (match === null ? text : text.slice(match[0].length)).trim()
  return { status, reason: reason || 'Address is undeliverable', ...stated }
}
