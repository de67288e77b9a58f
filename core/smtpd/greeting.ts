/** The greeting: at the start, and again when XCLIENT made the client another. Postfix: smtpd_banner. */
import { chain, type MaybePromise } from '../lookup/maybe.ts'
import { replies } from '../protocol/reply-text.ts'
import type { Reply } from '../reply.ts'
import { askEarly } from './access.ts'
import { askConnect, askFilter, either } from './filters.ts'
import type { SmtpSession } from './session.ts'

/** Asks the connect list and filters; a client that they refuse hears that, and may only leave. */
export function greet(session: SmtpSession): MaybePromise<Reply> {
  const question = { command: 'CONNECT' }
  session.where = question.command
  const lists = (): MaybePromise<Reply | undefined> =>
    either(askEarly(session, 'connect', question), () => askFilter(session, 'connect', session.client.address, question))
  const asked = either(askConnect(session), lists)
  return chain(asked, (refusal) => {
    session.denied = refusal !== undefined
    return refusal ?? replies.greeting(session.settings.smtpd_banner)
  })
}
