/** HELO, EHLO and LHLO: who the client says it is, and what we offer (RFC 5321 4.1.1.1, RFC 2033 4.1). */
import { chain } from '../../lookup/maybe.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { oneLine, type Reply } from '../../reply.ts'
import { askEarly } from '../access.ts'
import { command, LAST, LIMITED } from '../command.ts'
import { askFilter, either } from '../filters.ts'
import { offer } from '../offer.ts'
import type { SmtpSession } from '../session.ts'

/** What could change the meaning of a log line or a Received header. */
const UNSAFE = /[ <>()\\";@]/g

interface Hello {
  /** As given: what the lists are asked about. */
  readonly name: string
  /** As it is kept. */
  readonly safe: string
}

function hello(verb: string, protocol: string, syntax: Reply, answer: (session: SmtpSession) => Reply) {
  return command<Hello>({
    verb,
    flags: LAST | LIMITED,
    check(session, argument) {
      if (session.isLmtp !== (verb === 'LHLO')) return REPLIES.unknownCommand
      const name = oneLine(argument)
      return argument === '' ? syntax : { name, safe: name.replace(UNSAFE, '?') }
    },
    ask(session, { name }) {
      const before = session.helo
      session.helo = name
      const question = { command: verb, argument: name }
      const asked = either(askEarly(session, 'helo', question), () => askFilter(session, 'helo', name, question))
      return chain(asked, (refusal) => {
        if (refusal !== undefined) session.helo = before
        return refusal
      })
    },
    proceed(session, { safe }) {
      session.helo = safe
      session.reset()
      // EHLO is not undone: the client has shown that it can wait for the end of a group.
      if (verb !== 'HELO' || session.protocol !== 'ESMTP') session.protocol = protocol
      return answer(session)
    },
  })
}

/** What the client may be offered has to be known first. */
function offered(session: SmtpSession): Reply {
  return session.standing.isUnsure ? replies.localDataError(session.settings.myhostname) : offer(session)
}

export const helo = hello('HELO', 'SMTP', REPLIES.heloSyntax, ({ settings }) => replies.hello(settings.myhostname))
export const ehlo = hello('EHLO', 'ESMTP', REPLIES.ehloSyntax, offered)
export const lhlo = hello('LHLO', 'LMTP', REPLIES.lhloSyntax, offered)
