/** RCPT: names a recipient (RFC 5321 4.1.1.3) with NOTIFY and ORCPT (RFC 3461 4). */
import { type AcceptedRecipient, NOTIFY } from '../../facts.ts'
import { isAsciiDomain, parseAddress, quoteAddress } from '../../protocol/address.ts'
import { splitWords } from '../../protocol/command.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { decodeWideXtext } from '../../protocol/xtext.ts'
import { oneLine, type Reply } from '../../reply.ts'
import { askRecipient } from '../access.ts'
import { command, isReply } from '../command.ts'
import { askFilter, either } from '../filters.ts'
import { isProxied, passRecipient } from '../proxied.ts'
import { leadsSomewhere } from '../routed.ts'
import type { SmtpSession } from '../session.ts'
import { illegal, MUST_DECLARE, strictlyAscii } from './mail.ts'
import { keyed } from './mail-options.ts'

const PLAIN = /^TO:(<[^<>"\\ ]*>)$/i
const PLAIN_OPTIONS = Object.freeze({ notify: 0, originalRecipient: undefined })

export const rcpt = command<AcceptedRecipient>({
  verb: 'RCPT',
  flags: 0,
  check(session, argument) {
    const { transaction } = session
    if (transaction === undefined) return REPLIES.needMail
    if (session.bdat !== 'none') return REPLIES.rcptAfterBdat
    const plain = PLAIN.exec(argument)
    const { words, broken } = plain === null ? splitWords(argument) : { words: ['TO:', plain[1] as string], broken: -1 }
    const path = words[1]
    if (words[0]?.toUpperCase() !== 'TO:' || path === undefined) return REPLIES.rcptSyntax
    if (broken >= 0 && broken <= 1) return REPLIES.badRecipient
    const address = parseAddress(path, session.settings.address)
    if (
      address === undefined ||
      address.text === '' ||
      !(transaction.smtputf8 || isAsciiDomain(address)) ||
      !leadsSomewhere(session, address)
    )
      return illegal(session, 'RCPT', path, REPLIES.badRecipient)
    const options = rcptOptions(words, session)
    if (isReply(options)) return options
    if (strictlyAscii(session, transaction.smtputf8, address.text)) return MUST_DECLARE
    // RFC 5321 4.5.3.1.10
    if (transaction.recipients.length >= session.settings.smtpd_recipient_limit) return tooMany(session)
    return { address, ...options, originalRecipient: options.originalRecipient ?? asTyped(path, address.text) }
  },
  ask(session, { address }) {
    const question = { command: 'RCPT', recipient: address }
    return either(askRecipient(session, question), () => askFilter(session, 'rcpt', address.text, question))
  },
  proceed(session, recipient) {
    const { transaction } = session
    if (transaction === undefined) return REPLIES.needMail
    if (isProxied(session)) return passRecipient(session, transaction, recipient)
    session.open(transaction)
    transaction.recipients.push(recipient)
    return REPLIES.recipientOk
  },
})

/** The original recipient of RFC 3461 5.2.1, where the client wrote the address in another form than it has. */
function asTyped(path: string, address: string): string | undefined {
  const typed = path.startsWith('<') && path.endsWith('>') ? path.slice(1, -1) : path
  return typed === quoteAddress(address) ? undefined : oneLine(`rfc822;${typed}`)
}

/** Recipients past the limit count as errors only after the overshoot. */
function tooMany({ transaction, settings }: SmtpSession): Reply {
  const overshoot = transaction === undefined ? 0 : transaction.overshoot++
  return overshoot >= settings.smtpd_recipient_overshoot_limit ? REPLIES.tooManyRecipients : FORGIVEN
}

/** The same reply, but no error of the client. */
export const FORGIVEN: Reply = Object.freeze({ ...REPLIES.tooManyRecipients })

type RcptOptions = { notify: number; originalRecipient: string | undefined }

function rcptOptions(words: readonly string[], session: SmtpSession): Readonly<RcptOptions> | Reply {
  if (words.length <= 2) return PLAIN_OPTIONS
  const options: RcptOptions = { ...PLAIN_OPTIONS }
  for (const word of words.slice(2)) {
    const { key, value } = keyed(word)
    if (key !== 'NOTIFY=' && key !== 'ORCPT=') return replies.unsupportedOption(word)
    if (session.standing.discarded.has('DSN')) return REPLIES.dsnDisabled
    if (key === 'NOTIFY=') {
      const notify = options.notify === 0 ? parseNotify(value) : undefined
      if (notify === undefined) return REPLIES.badNotify
      options.notify = notify
    } else {
      const orcpt = options.originalRecipient === undefined ? parseOrcpt(value) : undefined
      if (orcpt === undefined) return REPLIES.badOrcpt
      options.originalRecipient = orcpt
    }
  }
  return options
}

const NOTIFY_WORDS: ReadonlyMap<string, number> = new Map(Object.entries(NOTIFY))

/** RFC 3461 4.1: NEVER stands alone. */
function parseNotify(value: string): number | undefined {
  let bits = 0
  for (const word of value.toUpperCase().split(',')) {
    if (word === '') continue
    const bit = NOTIFY_WORDS.get(word)
    if (bit === undefined) return undefined
    bits |= bit
  }
  return bits === 0 || ((bits & NOTIFY.NEVER) !== 0 && bits !== NOTIFY.NEVER) ? undefined : bits
}

/** RFC 3461 4.2: a type, `;`, an address in xtext; for utf-8 (RFC 6533 3) the address may be itself, or with `\x{}` escapes. */
function parseOrcpt(value: string): string | undefined {
  const semicolon = value.indexOf(';')
  if (semicolon <= 0) return undefined
  const type = value.slice(0, semicolon)
  const address = value.slice(semicolon + 1)
  const decoded = type.toLowerCase() === 'utf-8' ? decodeUnitext(address) : decodeWideXtext(address)
  return decoded === undefined ? undefined : oneLine(`${type};${decoded}`)
}

const MAX_CODE_POINT = 0x10ffff
/** An embedded character, from where it begins: its digits, and whether it ends. */
const EMBEDDED = /\\x\{([0-9A-Fa-f]*)(\}?)/g

/** utf-8-addr-unitext: characters as they are, or as `\\x{hex}`; a plus sign means nothing (RFC 6533 3). */
function decodeUnitext(address: string): string | undefined {
  let isGood = true
  const decoded = address.replace(EMBEDDED, (whole, digits: string, end: string) => {
    const point = Number.parseInt(digits || '0', 16)
    if (end === '' || point > MAX_CODE_POINT) isGood = false
    return !isGood || (point >= 0xd800 && point <= 0xdfff) ? whole : String.fromCodePoint(point)
  })
  return isGood ? decoded : undefined
}
