/** What EHLO offers: the keyword lines by settings and by what the client may do. Postfix: smtpd_discard_ehlo_keywords. */
import { ehloLines } from '../protocol/ehlo.ts'
import { type Reply, reply } from '../reply.ts'
import type { SmtpSession } from './session.ts'

/** The reply to EHLO and LHLO. */
export function offer(session: SmtpSession): Reply {
  const { hooks } = session.deps.runtime
  const { settings, standing } = session
  if (standing.discarded.size > 0 && !standing.discarded.has('SILENT-DISCARD'))
    session.deps.services.log.info(`discarding EHLO keywords: ${[...standing.discarded].join(' ')}`)
  const lines = ehloLines(
    {
      sizeLimit: settings.message_size_limit,
      vrfy: !settings.disable_vrfy_command,
      startTls: false,
      auth: [],
      xclient: standing.mayXclient,
      xforward: standing.mayXforward,
      verp: standing.mayVerp,
      smtputf8: settings.smtputf8_enable,
    },
    standing.discarded,
  )
  const offered = hooks.ehlo.isUsed() ? hooks.ehlo.call(lines, session) : lines
  return reply(250, undefined, [settings.myhostname, ...offered])
}
