/** MAIL: begins a transaction (RFC 5321 4.1.1.2) with SIZE, BODY, SMTPUTF8, RET, ENVID and AUTH. */
import { ask } from '../../hooks.ts'
import { chain, type MaybePromise } from '../../lookup/maybe.ts'
import { isAsciiDomain, NULL_ADDRESS, parseAddress } from '../../protocol/address.ts'
import { splitWords } from '../../protocol/command.ts'
import { REPLIES } from '../../protocol/reply-text.ts'
import { type Reply, reply } from '../../reply.ts'
import { askEarly, refuse, softened } from '../access.ts'
import { command, isReply } from '../command.ts'
import { askFilter, either } from '../filters.ts'
import { isProxied, passMail } from '../proxied.ts'
import { leadsSomewhere } from '../routed.ts'
import type { SmtpSession } from '../session.ts'
import { type MailFacts, OpenTransaction } from '../transaction.ts'
import { asksForUtf8, mailOptions } from './mail-options.ts'

/** The form of nearly every MAIL command: no options, nothing odd. */
const PLAIN = /^FROM:(<[^<>"\\ ]*>)$/i
/** What a client is told that uses addresses beyond ASCII without saying so. */
export const MUST_DECLARE = Object.freeze(reply(553, '5.6.7', 'Must declare SMTPUTF8 to send unicode address'))

export const mail = command<MailFacts>({
  verb: 'MAIL',
  flags: 0,
  check(session, argument) {
    if (session.helo === undefined && session.settings.smtpd_helo_required) return REPLIES.heloFirst
    if (session.transaction !== undefined) return REPLIES.nestedMail
    if (session.bdat !== 'none') return REPLIES.mailAfterBdat
    const plain = PLAIN.exec(argument)
    const { words, broken } = plain === null ? splitWords(argument) : { words: ['FROM:', plain[1] as string], broken: -1 }
    const path = words[1]
    if (words[0]?.toUpperCase() !== 'FROM:' || path === undefined) return REPLIES.mailSyntax
    if (broken >= 0 && broken <= 1) return REPLIES.badSender
    const sender = path === '<>' ? NULL_ADDRESS : parseAddress(path, session.settings.address)
    if (sender === undefined || !(isAsciiDomain(sender) || asksForUtf8(words, session)) || !leadsSomewhere(session, sender))
      return illegal(session, 'MAIL', path, REPLIES.badSender)
    const options = mailOptions(words, session)
    if (isReply(options)) return options
    if (options.verp !== undefined && sender.text === '') return REPLIES.verpNeedsSender
    const facts: MailFacts = { sender, ...options }
    return strictlyAscii(session, facts.smtputf8, sender.text) ? MUST_DECLARE : room(session, facts)
  },
  ask(session, facts) {
    session.candidate = new OpenTransaction(facts)
    const question = { command: 'MAIL', sender: facts.sender }
    return either(admit(session, facts), () =>
      either(askEarly(session, 'mail', question), () => askFilter(session, 'mail', facts.sender.text, question)),
    )
  },
  proceed(session, facts) {
    const transaction = session.candidate ?? new OpenTransaction(facts)
    session.candidate = undefined
    session.transaction = transaction
    session.mailLine = session.line
    if (session.settings.smtpd_delay_open_until_valid_rcpt) return REPLIES.senderOk
    if (isProxied(session)) return passMail(session, transaction)
    session.open(transaction)
    return REPLIES.senderOk
  },
})

/** strict_smtputf8: non-ASCII addresses need the option. */
export function strictlyAscii(session: SmtpSession, declared: boolean, address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return session.settings.strict_smtputf8 && !declared && !/^[\x00-\x7f]*$/.test(address)
}

/** Logs an address that can not be parsed. */
export function illegal(session: SmtpSession, verb: string, path: string, answer: Reply): Reply {
  session.warn(`Illegal address syntax from ${session.clientText} in ${verb} command: ${path}`)
  return answer
}

/** The size that the client declares, and the room that the queue has. */
function room(session: SmtpSession, facts: MailFacts): MailFacts | Reply {
  const { message_size_limit: limit, queue_minfree: minimum } = session.settings
  if (limit > 0 && facts.declaredSize > limit) {
    session.tellRefused('MAIL', softened(session, REPLIES.tooBigDeclared), { sender: facts.sender.text })
    return REPLIES.tooBigDeclared
  }
  // What goes through a filter takes no room in the queue.
  if (isProxied(session)) return facts
  const { freeBytes, writable } = session.deps.intake.space()
  if (!writable) return refusedFor(session, REPLIES.writeError)
  // Room for half as much again as the largest message, as messages share the file system.
  if (freeBytes < minimum || freeBytes < 1.5 * limit) return refusedFor(session, REPLIES.noSpace)
  return facts
}

function refusedFor(session: SmtpSession, answer: Reply): Reply {
  session.tellRefused('MAIL', answer)
  return answer
}

/** queue.admit: other reasons not to take mail now. */
function admit(session: SmtpSession, facts: MailFacts): MaybePromise<Reply | undefined> {
  const hook = session.deps.runtime.hooks['queue.admit']
  if (!hook.isUsed()) return undefined
  const request = { session, space: session.deps.intake.space(), declaredSize: facts.declaredSize }
  return chain(ask(hook, request), (refusal) =>
    refusal === undefined ? undefined : refuse(session, refusal, { command: 'MAIL', sender: facts.sender }),
  )
}
