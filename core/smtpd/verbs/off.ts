/** Commands whose feature is off: they answer as Postfix does then. Each becomes a row of its own with its feature. */
import { REPLIES } from '../../protocol/reply-text.ts'
import type { Reply } from '../../reply.ts'
import { command, LAST } from '../command.ts'

const off = (verb: string, answer: (argument: string) => Reply) =>
  command<never>({ verb, flags: LAST, check: (_session, argument) => answer(argument), proceed: () => undefined })

export const starttls = off('STARTTLS', (argument) => (argument === '' ? REPLIES.notImplemented : REPLIES.starttlsSyntax))
export const auth = off('AUTH', () => REPLIES.authOff)
