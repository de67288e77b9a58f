/** DATA: the content up to a final dot (RFC 5321 4.1.1.4). */
import { REPLIES } from '../../protocol/reply-text.ts'
import { askStage } from '../access.ts'
import { command, LAST } from '../command.ts'
import { Content } from '../content.ts'
import { askFilter, either } from '../filters.ts'

export const data = command<null>({
  verb: 'DATA',
  flags: LAST,
  check(session, argument) {
    if (session.bdat !== 'none') return REPLIES.dataAfterBdat
    if (session.transaction === undefined) return REPLIES.needRcpt
    if (session.transaction.recipients.length === 0) return REPLIES.noRecipients
    return argument === '' ? null : REPLIES.dataSyntax
  },
  ask(session) {
    const question = { command: 'DATA' }
    return either(askStage(session, 'data', question), () => askFilter(session, 'data', '', question))
  },
  proceed(session) {
    const { transaction } = session
    if (transaction === undefined) return REPLIES.needRcpt
    session.receiver = new Content(session, transaction, session.open(transaction), true)
    return REPLIES.goAhead
  },
})
