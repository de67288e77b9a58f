/** The keywords of the EHLO reply, in Postfix's order. A feature is a row; what it says depends on the session. */

/** What the keyword lines depend on. */
export interface EhloFacts {
  /** message_size_limit, octets; 0 is no limit. */
  readonly sizeLimit: number
  /** disable_vrfy_command is no. */
  readonly vrfy: boolean
  /** STARTTLS can be used now. */
  readonly startTls: boolean
  /** AUTH mechanisms; empty: AUTH can not be used. */
  readonly auth: readonly string[]
  /** The client may use XVERP. */
  readonly verp?: boolean
  /** The client may use XCLIENT, XFORWARD. */
  readonly xclient: boolean
  readonly xforward: boolean
  /** smtputf8_enable */
  readonly smtputf8: boolean
}

interface Keyword {
  readonly name: string
  /** The line, or undefined when the feature is off. */
  line(facts: EhloFacts): string | undefined
}

const always = (name: string): Keyword => ({ name, line: () => name })
const when = (name: string, on: (facts: EhloFacts) => boolean): Keyword => ({
  name,
  line: (facts) => (on(facts) ? name : undefined),
})

const XCLIENT_LINE = 'XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT'
const XFORWARD_LINE = 'XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT'

export const EHLO_KEYWORDS: readonly Keyword[] = [
  always('PIPELINING'),
  { name: 'SIZE', line: ({ sizeLimit }) => (sizeLimit > 0 ? `SIZE ${sizeLimit}` : 'SIZE') },
  when('VRFY', (facts) => facts.vrfy),
  always('ETRN'),
  when('STARTTLS', (facts) => facts.startTls),
  { name: 'AUTH', line: ({ auth }) => (auth.length > 0 ? `AUTH ${auth.join(' ')}` : undefined) },
  when('XVERP', (facts) => facts.verp === true),
  { name: 'XCLIENT', line: ({ xclient }) => (xclient ? XCLIENT_LINE : undefined) },
  { name: 'XFORWARD', line: ({ xforward }) => (xforward ? XFORWARD_LINE : undefined) },
  always('ENHANCEDSTATUSCODES'),
  always('8BITMIME'),
  always('DSN'),
  when('SMTPUTF8', (facts) => facts.smtputf8),
  always('CHUNKING'),
]

/** The keyword lines to offer. @param discarded names in upper case (smtpd_discard_ehlo_keywords) */
export function ehloLines(facts: EhloFacts, discarded: ReadonlySet<string>): readonly string[] {
  const lines: string[] = []
  for (const keyword of EHLO_KEYWORDS) {
    if (discarded.has(keyword.name)) continue
    const line = keyword.line(facts)
    if (line !== undefined) lines.push(line)
  }
  return lines
}
