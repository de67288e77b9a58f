/** What kind of answer a reply is: what follows from it in the dialog. */
import type { Reply } from '../reply.ts'

/** Commands with which a long transcript ends. */
export const CHECKPOINTS: ReadonlySet<string> = new Set(['HELO', 'EHLO', 'LHLO', 'RSET', 'DATA', 'BDAT'])

export function isReplies(answer: Reply | readonly Reply[]): answer is readonly Reply[] {
  return Array.isArray(answer)
}

export function isDelivery(verb: string, reply: Reply): boolean {
  return (verb === 'DATA' || verb === 'BDAT') && reply.code === 250
}

/** RFC 5321 3.8, RFC 7504: with 421 and 521 the connection ends. */
export function mustClose(reply: Reply): boolean {
  return reply.close === true || reply.code === 421 || reply.code === 521
}
