/** What EHLO offers: the keyword lines by settings and by what the client may do. Postfix: smtpd_discard_ehlo_keywords. */
import { ehloLines } from '../protocol/ehlo.ts'
import { type Reply, reply } from '../reply.ts'
import { renderedOnce } from './render.ts'
import type { SmtpSession } from './session.ts'
import type { Settings } from './settings.ts'
import type { Standing } from './standing.ts'

/** The reply to EHLO and LHLO. */
export function offer(session: SmtpSession): Reply {
  const { hooks } = session.deps.runtime
  const { settings, standing } = session
  if (standing.discarded.size > 0 && !standing.discarded.has('SILENT-DISCARD'))
    session.deps.services.log.info(`discarding EHLO keywords: ${[...standing.discarded].join(' ')}`)
  if (!hooks.ehlo.isUsed()) return usual(settings, standing)
  return reply(250, undefined, [settings.myhostname, ...hooks.ehlo.call(keywords(settings, standing), session)])
}

/** Clients of one standing are all offered the same: the reply is made once for them. */
const USUAL = new WeakMap<Settings, WeakMap<Standing, Reply>>()

function usual(settings: Settings, standing: Standing): Reply {
  let known = USUAL.get(settings)
  if (known === undefined) {
    known = new WeakMap()
    USUAL.set(settings, known)
  }
  let answer = known.get(standing)
  if (answer === undefined) {
    answer = renderedOnce(reply(250, undefined, [settings.myhostname, ...keywords(settings, standing)]))
    known.set(standing, answer)
  }
  return answer
}

function keywords(settings: Settings, standing: Standing): readonly string[] {
  return ehloLines(
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
}
