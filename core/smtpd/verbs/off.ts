/** Commands whose feature is off: they answer as Postfix does then. Each becomes a row of its own with its feature. */
import { REPLIES } from '../../protocol/reply-text.ts'
import type { Reply } from '../../reply.ts'
import { command, LAST } from '../command.ts'
import type { SmtpSession } from '../session.ts'

const off = (verb: string, answer: (argument: string, session: SmtpSession) => Reply) =>
  command<never>({ verb, flags: LAST, check: (session, argument) => answer(argument, session), proceed: () => undefined })

const unauthorised = (_argument: string, { transaction }: SmtpSession): Reply =>
  transaction === undefined ? REPLIES.insufficientAuthorization : REPLIES.inTransaction

export const starttls = off('STARTTLS', (argument) => (argument === '' ? REPLIES.notImplemented : REPLIES.starttlsSyntax))
export const auth = off('AUTH', () => REPLIES.authOff)
export const xclient = off('XCLIENT', unauthorised)
export const xforward = off('XFORWARD', unauthorised)
