/** ETRN: asks for the delivery of a site's mail (RFC 1985), where fast_flush_domains has the site. Its replies carry no enhanced status, as Postfix has it. */

import { splitWords } from '../../protocol/command.ts'
import { isAddressLiteral, isHostname } from '../../protocol/domain.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { reply } from '../../reply.ts'
import { askEtrn } from '../access.ts'
import { command, LIMITED } from '../command.ts'

const STARTED = Object.freeze(reply(250, undefined, 'Queuing started'))
const UNABLE = Object.freeze(reply(458, undefined, 'Unable to queue messages'))

interface Site {
  readonly site: string
}

/** A host name as DNS has it: in ASCII, with no dot at its end. */
const isSite = (name: string): boolean => /^[!-~]*[^.]$/.test(name) && isHostname(name)

export const etrn = command<Site>({
  verb: 'ETRN',
  flags: LIMITED,
  check(session, argument) {
    if (session.helo === undefined && session.settings.smtpd_helo_required) return REPLIES.etrnHeloFirst
    if (session.transaction !== undefined) return REPLIES.etrnInMail
    const { words } = splitWords(argument)
    const word = words[0]
    if (word === undefined || words.length > 1) return REPLIES.etrnSyntax
    // RFC 1985 5.3: `@` in front asks for subdomains too, `#` names a queue.
    const site = /^[@#]/.test(word) ? word.slice(1) : word
    return isSite(site) || isAddressLiteral(site) ? { site } : REPLIES.etrnBadName
  },
  ask: (session, { site }) => askEtrn(session, { command: 'ETRN', argument: site }),
  proceed(session, { site }) {
    const refuse = () => {
      session.warn(`reject: ETRN ${site}... from ${session.clientText}`)
      return replies.etrnUnavailable(site)
    }
    const { flushSite } = session.deps
    const { flushed } = session.settings.lists
    if (flushSite === undefined || flushed === undefined) return refuse()
    const failed = (error: unknown) => {
      session.warn(`ETRN ${site} from ${session.clientText}: ${error instanceof Error ? error.message : String(error)}`)
      return UNABLE
    }
    const start = (isOurs: boolean) => (isOurs ? flushSite(site).then(() => STARTED, failed) : refuse())
    try {
      const listed = flushed.name(site)
      return listed instanceof Promise ? listed.then(start, failed) : start(listed)
    } catch (error) {
      return failed(error)
    }
  },
})
