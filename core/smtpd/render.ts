/** Replies as text, after the `reply` hook. */
import { REPLIES } from '../protocol/reply-text.ts'
import { type Reply, renderReply } from '../reply.ts'
import type { SmtpSession } from './session.ts'

/** Replies that never vary are rendered once. */
const RENDERED = new WeakMap<Reply, string>(Object.values(REPLIES).map((reply) => [reply, renderReply(reply)]))

/** Renders a reply that will be sent often; the same object must be sent. */
export function renderedOnce(reply: Reply): Reply {
  RENDERED.set(reply, renderReply(reply))
  return reply
}

/** What to write. A hook that fails (which is told elsewhere) makes it a temporary error. */
export function rendered(session: SmtpSession, reply: Reply): string {
  const { hooks } = session.deps.runtime
  if (!hooks.reply.isUsed()) return RENDERED.get(reply) ?? renderReply(reply)
  try {
    return renderReply(hooks.reply.call(reply, session))
  } catch {
    return renderReply(REPLIES.internalError)
  }
}
