/** The beginning of a dialog: the server's greeting, EHLO, HELO or LHLO, and what the server then offers. */
import type { Chat } from './chat.ts'
import { ehloLines, featuresOf, ignoredKeywords, PLAIN, spoken } from './features.ts'
import type { Flavour } from './flavour.ts'
import type { Features, Host } from './hooked.ts'
import type { ServerLists } from './lists.ts'
import { SMTP_PORT } from './nexthop.ts'
import type { Settings } from './parameters.ts'
import type { ServerReply } from './replies.ts'
import { ended, localError, NO_TLS, peerName, refusedToTalk, relayName, type Trouble, talksToSelf } from './trouble.ts'
import type { Turns } from './turn.ts'

/** What is known of a server after its greeting, and after its EHLO reply. */
export interface Offer {
  readonly banner: string
  /** EHLO lines after the first; undefined before EHLO and after HELO. */
  readonly ehlo: readonly string[] | undefined
  readonly features: Features
}

export interface HandshakeContext {
  readonly chat: Chat
  readonly turns: Turns
  readonly host: Host
  readonly nexthop: string
  readonly isBest: boolean
  readonly flavour: Flavour
  readonly settings: Settings
  readonly lists: ServerLists
  /** What steps make of an offer. */
  shape(offer: Offer): Features
  note(message: string): void
}

/** How it ended. */
export type Handshake =
  | { readonly offer: Offer; readonly trouble?: undefined }
  | { readonly trouble: Trouble; readonly offer?: undefined }

/** Greets a server. Never rejects. */
export async function shakeHands(context: HandshakeContext): Promise<Handshake> {
  const { chat, turns, host, settings } = context
  const greeting = await turns.next(chat, 'GREETING')
  if (typeof greeting === 'string') return failed(ended(host, greeting, 'GREETING'))
  if (!isPositive(greeting))
    return failed(refusedToTalk(host, greeting, Math.floor(greeting.code / 100) === 5 && settings.skip_5xx_greeting))
  const banner = greeting.lines.map((line) => line.slice(4)).join('\n')
  return sayHello(context, banner, speaksEsmtp(greeting))
}

function failed(trouble: Trouble): Handshake {
  return { trouble }
}

/** The word ESMTP alone in the greeting; the code of a further line is part of its first word, as in Postfix. */
function speaksEsmtp({ text }: ServerReply): boolean {
  return text
    .slice(4)
    .split(/[ \t]+/)
    .some((word) => word.toUpperCase() === 'ESMTP')
}

async function sayHello(context: HandshakeContext, banner: string, isExtended: boolean): Promise<Handshake> {
  const { chat, turns, host, flavour, settings } = context
  const { hello, plainHello } = flavour
  const isPlain = settings.never_send_ehlo || (!settings.always_send_ehlo && !isExtended)
  const plain: Offer = { banner, ehlo: undefined, features: { ...PLAIN, helo: isPlain && plainHello !== undefined } }
  let refusal: Handshake = failed(ended(host, 'lost', hello))
  for (const verb of context.shape(plain).helo && plainHello !== undefined ? [plainHello] : [hello, plainHello]) {
    if (verb === undefined) break
    chat.write(`${verb} ${settings.helo_name}\r\n`)
    const reply = await turns.next(chat, verb)
    if (typeof reply === 'string') return failed(ended(host, reply, verb))
    if (isPositive(reply)) return settings.demands_tls ? failed(NO_TLS) : understood(context, reply, verb === hello, plain)
    refusal = failed(refusedToTalk(host, reply))
    if (reply.code === 421) break
  }
  return refusal
}

async function understood(context: HandshakeContext, reply: ServerReply, isExtended: boolean, plain: Offer): Promise<Handshake> {
  const { host, settings } = context
  const name = spoken(reply.lines)[0]?.slice(4).trim().split(/[ \t]/, 1)[0] ?? ''
  if (host.port === SMTP_PORT && name.toLowerCase() === settings.myhostname.toLowerCase()) {
    context.note(`warning: host ${relayName(host)} replied to HELO/EHLO with my own hostname ${name}`)
    return failed(talksToSelf(context.nexthop, context.isBest))
  }
  if (!isExtended) return { offer: { ...plain, features: { ...plain.features, helo: true } } }
  let words: readonly string[] | undefined
  try {
    words = await context.lists.keywordsFor(host)
  } catch {
    const name = context.flavour.agent === 'lmtp' ? 'lmtp_discard_lhlo_keyword' : 'smtp_discard_ehlo_keyword'
    context.note(`warning: ${name}_address_maps map lookup error for ${host.address}`)
    return failed(localError(host))
  }
  const { ignored, note } = ignoredKeywords(words ?? settings.discard_ehlo_keywords)
  if (note !== '') context.note(`discarding EHLO keywords: ${note}`)
  const ehlo = ehloLines(reply.lines)
  const features = featuresOf(ehlo, ignored)
  // RFC 6531 3.1: who offers SMTPUTF8 can take 8-bit content, said or not.
  const isForgetful = features.smtputf8 && !features.eightBitMime
  if (isForgetful) context.note(`host ${peerName(host)} offers SMTPUTF8 support, but not 8BITMIME`)
  return { offer: { banner: plain.banner, ehlo, features: isForgetful ? { ...features, eightBitMime: true } : features } }
}

function isPositive(reply: ServerReply): boolean {
  return reply.code >= 200 && reply.code < 300
}
