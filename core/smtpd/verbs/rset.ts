/** RSET: forgets the transaction (RFC 5321 4.1.1.5). */
import { REPLIES } from '../../protocol/reply-text.ts'
import { command, LIMITED } from '../command.ts'

export const rset = command<null>({
  verb: 'RSET',
  flags: LIMITED,
  check: (_session, argument) => (argument === '' ? null : REPLIES.rsetSyntax),
  proceed(session) {
    session.reset()
    return REPLIES.ok
  },
})
