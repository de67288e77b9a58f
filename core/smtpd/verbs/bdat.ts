/** BDAT: the content in counted chunks (RFC 3030). After a refused chunk the rest of the message is read and thrown away. */

import type { IncomingMessage } from '../../cleanup/types.ts'
import { chain, type MaybePromise } from '../../lookup/maybe.ts'
import { type Bdat, parseBdat } from '../../protocol/bdat.ts'
import { splitWords } from '../../protocol/command.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import type { Reply } from '../../reply.ts'
import { askStage } from '../access.ts'
import { Chunk, SkippedChunk } from '../chunk.ts'
import { command, isReply } from '../command.ts'
import { Content } from '../content.ts'
import { askFilter, either } from '../filters.ts'
import { isProxied, passData } from '../proxied.ts'
import type { SmtpSession } from '../session.ts'

export const bdat = command<Bdat>({
  verb: 'BDAT',
  flags: 0,
  check(session, argument) {
    if (session.standing.discarded.has('CHUNKING')) return REPLIES.bdatNotImplemented
    const parsed = parseBdat(splitWords(argument).words)
    if (parsed !== undefined) return parsed
    const id = session.transaction?.queueId ?? 'NOQUEUE'
    const line = argument === '' ? 'BDAT' : `BDAT ${argument}`
    session.warn(`${id}: malformed BDAT command syntax from ${session.clientText}: ${line}`)
    return REPLIES.bdatSyntax
  },
  proceed(session, chunk) {
    const wrong = outOfOrder(session, chunk)
    if (wrong !== undefined) return skip(session, chunk, wrong)
    if (session.bdat === 'open') return receive(session, chunk)
    const question = { command: 'BDAT' }
    const asked = either(askStage(session, 'data', question), () => askFilter(session, 'data', '', question))
    return chain(asked, (refusal) => (refusal === undefined ? receive(session, chunk) : skip(session, chunk, refusal)))
  },
})

function outOfOrder(session: SmtpSession, chunk: Bdat): Reply | undefined {
  const { transaction, settings } = session
  if (chunk.size === 0 && !chunk.last) {
    session.warn(`${transaction?.queueId ?? 'NOQUEUE'}: null BDAT request from ${session.clientText}`)
    return REPLIES.nullBdat
  }
  if (session.bdat === 'failed') return replies.chunkDiscarded(chunk.size)
  if (transaction === undefined) return REPLIES.needRcpt
  if (transaction.recipients.length === 0) return REPLIES.noRecipients
  const limit = settings.message_size_limit
  if (limit > 0 && (session.content?.received ?? 0) + chunk.size > limit) {
    session.warn(`${transaction.queueId}: BDAT request from ${session.clientText} exceeds message size limit`)
    return REPLIES.chunkTooBig
  }
  return undefined
}

function skip(session: SmtpSession, chunk: Bdat, answer: Reply): undefined {
  session.bdat = 'failed'
  session.receiver = new SkippedChunk(session, chunk, answer)
  return undefined
}

function receive(session: SmtpSession, chunk: Bdat): MaybePromise<Reply | undefined> {
  const { transaction, content } = session
  if (transaction === undefined) return REPLIES.needRcpt
  if (content !== undefined) return take(session, chunk, content)
  const begin = (message: IncomingMessage) => take(session, chunk, new Content(session, transaction, message, false))
  if (!isProxied(session)) return begin(session.open(transaction))
  return chain(passData(session, 'DATA'), (way) => (isReply(way) ? skip(session, chunk, way) : begin(way)))
}

function take(session: SmtpSession, chunk: Bdat, content: Content): undefined {
  session.bdat = 'open'
  session.content = content
  session.receiver = new Chunk(session, content, chunk)
  return undefined
}
