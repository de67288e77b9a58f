/** DATA: the content up to a final dot (RFC 5321 4.1.1.4). */
import type { IncomingMessage } from '../../cleanup/types.ts'
import { chain } from '../../lookup/maybe.ts'
import { REPLIES } from '../../protocol/reply-text.ts'
import type { Reply } from '../../reply.ts'
import { askStage } from '../access.ts'
import { command, isReply, LAST } from '../command.ts'
import { Content } from '../content.ts'
import { askFilter, either } from '../filters.ts'
import { isProxied, passData } from '../proxied.ts'

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
    const receive = (message: IncomingMessage): Reply => {
      session.receiver = new Content(session, transaction, message, true)
      return REPLIES.goAhead
    }
    if (!isProxied(session)) return receive(session.open(transaction))
    return chain(passData(session, session.line), (way) => (isReply(way) ? way : receive(way)))
  },
})
