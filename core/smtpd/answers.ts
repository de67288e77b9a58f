/** What kind of answer a reply is: what follows from it in the dialog. */
import type { Reply } from '../reply.ts'
import type { SmtpSession } from './session.ts'

/** Commands with which a long transcript ends; the answer begins the next one. A delivery ends it with its answer. */
const CHECKPOINTS: ReadonlySet<string> = new Set(['HELO', 'EHLO', 'LHLO', 'RSET'])

export function isReplies(answer: Reply | readonly Reply[]): answer is readonly Reply[] {
  return Array.isArray(answer)
}

/** Was a message taken? The answer to a chunk that is not the last says nothing of the kind. */
export function isDelivery({ bdat }: SmtpSession, verb: string, reply: Reply): boolean {
  return (verb === 'DATA' || (verb === 'BDAT' && bdat === 'none')) && reply.code === 250
}

/** What the answer to a command, and the reply that was made of it, mean for the transcript. */
export function transcribe(session: SmtpSession, verb: string, reply: Reply, final: Reply): void {
  const { transcript } = session
  if (transcript === undefined) return
  if (isDelivery(session, verb, reply)) transcript.forgive()
  transcript.answered(reply)
  if (CHECKPOINTS.has(verb) && final.code === 250) transcript.checkpoint()
}

/** RFC 5321 3.8, RFC 7504: with 421 and 521 the connection ends. */
export function mustClose(reply: Reply): boolean {
  return reply.close === true || reply.code === 421 || reply.code === 521
}
