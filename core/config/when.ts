/** `when:` of a step: conditions to a predicate over whatever a hook is about. Synchronous, so tables can not stand here. */
import type { Client, Session } from '../facts.ts'
import { cidrMatch, parseCidr, parseIp } from '../net/ip.ts'
import type { WhenConfig } from './types.ts'

/** What a condition can look at; what a hook does not know is undefined. */
export interface Situation {
  readonly client: Pick<Client, 'name' | 'address'> | undefined
  readonly helo: string | undefined
  /** '' is the null sender. */
  readonly sender: string | undefined
  readonly recipient: string | undefined
  readonly authenticated: boolean
}

type Test = (situation: Situation) => boolean
type Pattern = (text: string) => boolean

/** Undefined when there are no conditions. @throws Error for a pattern that can not be */
export function compileWhen(when: WhenConfig | undefined): ((subject: unknown) => boolean) | undefined {
  if (when === undefined) return undefined
  const tests: Test[] = []
  const { client, helo, sender, recipient, authenticated } = when
  if (client !== undefined) tests.push(clientTest(client))
  if (helo !== undefined) tests.push(textTest(helo, domainPattern, (situation) => situation.helo))
  if (sender !== undefined) tests.push(textTest(sender, mailPattern, (situation) => situation.sender))
  if (recipient !== undefined) tests.push(textTest(recipient, mailPattern, (situation) => situation.recipient))
  if (authenticated !== undefined) tests.push((situation) => situation.authenticated === authenticated)
  return (subject) => {
    const situation = situationOf(subject)
    return tests.every((test) => test(situation))
  }
}

/** First pattern that matches decides; when all are exceptions (`!`), the rest is meant. */
function listed<P>(patterns: readonly string[], compile: (text: string) => P, matches: (pattern: P) => boolean): () => boolean {
  const rows = patterns.map((text) => ({ wanted: !text.startsWith('!'), pattern: compile(text.replace(/^!\s*/, '')) }))
  const otherwise = rows.every(({ wanted }) => !wanted)
  return () => rows.find(({ pattern }) => matches(pattern))?.wanted ?? otherwise
}

function textTest(
  patterns: readonly string[],
  compile: (text: string) => Pattern,
  of: (s: Situation) => string | undefined,
): Test {
  let text: string | undefined
  const decide = listed(patterns, compile, (pattern) => text !== undefined && pattern(text))
  return (situation) => {
    text = of(situation)?.toLowerCase()
    return decide()
  }
}

function clientTest(patterns: readonly string[]): Test {
  let client: Situation['client']
  const decide = listed(patterns, clientPattern, (pattern) => client !== undefined && pattern(client))
  return (situation) => {
    client = situation.client
    return decide()
  }
}

function clientPattern(text: string): (client: NonNullable<Situation['client']>) => boolean {
  const bare = text.replace(/^\[(.*)\](\/\d+)?$/, '$1$2')
  const network = parseCidr(bare)
  if (network !== undefined) {
    return ({ address }) => {
      const ip = parseIp(address)
      return ip !== undefined && cidrMatch(network, ip)
    }
  }
  if (/[/:]/.test(text)) throw new Error(`when.client: ${JSON.stringify(text)} is no address, network or name`)
  const name = domainPattern(text)
  return (client) => name(client.name.toLowerCase())
}

/** `example.org` is itself, `.example.org` all below it. */
function domainPattern(text: string): Pattern {
  if (/^[a-z]+:/i.test(text))
    throw new Error(`when: tables such as ${JSON.stringify(text)} can not stand here; use check_*_access`)
  const wanted = text.toLowerCase()
  return wanted.startsWith('.') ? (name) => name.endsWith(wanted) : (name) => name === wanted
}

/** `user@example.org`, `user@`, `example.org`, `.example.org`, `<>`. */
function mailPattern(text: string): Pattern {
  if (text === '<>') return (address) => address === ''
  const wanted = text.toLowerCase()
  if (wanted.endsWith('@')) return (address) => address.startsWith(wanted)
  if (wanted.includes('@')) return (address) => address === wanted
  const domain = domainPattern(wanted)
  return (address) => domain(address.slice(address.lastIndexOf('@') + 1))
}

/** The loose shape of what hooks are about: requests of smtpd, sessions, intake and outgoing contexts. */
interface Subject {
  readonly session?: Session
  readonly transaction?: Session['transaction']
  readonly client?: Client
  readonly helo?: string
  readonly sasl?: Session['sasl']
  readonly sender?: string | { readonly text: string }
  readonly recipient?: string | number | { readonly text?: string; readonly address?: string }
  readonly envelope?: EnvelopeFacts
  /** Of an envelope itself. */
  readonly origin?: EnvelopeFacts['origin']
}

interface EnvelopeFacts {
  readonly sender: string
  readonly recipients: readonly { readonly address: string }[]
  readonly origin: {
    readonly clientName: string
    readonly clientAddress: string
    readonly helo: string
    readonly saslUsername?: string
  }
}

/** Gathers what is known. */
export function situationOf(subject: unknown): Situation {
  const about = (typeof subject === 'object' && subject !== null ? subject : {}) as Subject
  const session = about.session ?? (about as Session)
  const transaction = about.transaction ?? session.transaction
  const origin = about.envelope?.origin ?? about.origin
  return {
    client: about.client ?? session.client ?? (origin && { name: origin.clientName, address: origin.clientAddress }),
    helo: about.helo ?? session.helo ?? origin?.helo,
    sender: senderOf(about) ?? transaction?.sender.text ?? about.envelope?.sender,
    recipient: recipientOf(about),
    authenticated: (about.sasl ?? session.sasl) !== undefined || origin?.saslUsername !== undefined,
  }
}

function senderOf({ sender }: Subject): string | undefined {
  return typeof sender === 'object' ? sender?.text : sender
}

function recipientOf({ recipient, envelope }: Subject): string | undefined {
  if (typeof recipient === 'number') return envelope?.recipients[recipient]?.address
  if (typeof recipient === 'object') return recipient?.text ?? recipient?.address
  return recipient
}
