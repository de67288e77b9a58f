/** The table of differences between the SMTP client (RFC 5321) and the LMTP client (RFC 2033). Everything else is one engine. */
import type { AgentName } from './parameters.ts'
import type { StateName } from './states.ts'

export interface Flavour {
  readonly agent: AgentName
  /** The greeting command with extensions. */
  readonly hello: Extract<StateName, 'EHLO' | 'LHLO'>
  /** What is tried when that is refused. */
  readonly plainHello: 'HELO' | undefined
  /** Next hops are mail domains with MX records. */
  readonly usesMx: boolean
  /** Next hops may be `unix:` and `inet:`. */
  readonly hasSchemes: boolean
  /** One reply to the final dot for each accepted recipient. */
  readonly replyForEach: boolean
}

export const FLAVOURS: Readonly<Record<AgentName, Flavour>> = Object.freeze({
  smtp: { agent: 'smtp', hello: 'EHLO', plainHello: 'HELO', usesMx: true, hasSchemes: false, replyForEach: false },
  lmtp: { agent: 'lmtp', hello: 'LHLO', plainHello: undefined, usesMx: false, hasSchemes: true, replyForEach: true },
})
