/** VRFY: would mail for this address be taken? (RFC 5321 4.1.1.6) We answer as RCPT would, and never say more. */
import type { Address } from '../../facts.ts'
import { isAsciiDomain, parseAddress } from '../../protocol/address.ts'
import { splitWords } from '../../protocol/command.ts'
import { REPLIES, replies } from '../../protocol/reply-text.ts'
import { askRecipient, askStage } from '../access.ts'
import { command, LAST, LIMITED } from '../command.ts'
import { either } from '../filters.ts'
import { leadsSomewhere } from '../routed.ts'
import { illegal, MUST_DECLARE, strictlyAscii } from './mail.ts'
import { offersUtf8 } from './mail-options.ts'

interface Verify {
  readonly address: Address
  readonly argument: string
}

export const vrfy = command<Verify>({
  verb: 'VRFY',
  flags: LAST | LIMITED,
  check(session, argument) {
    if (session.settings.disable_vrfy_command) return REPLIES.vrfyDisabled
    const { words } = splitWords(argument)
    const isUtf8 = offersUtf8(session) && words.at(-1)?.toUpperCase() === 'SMTPUTF8'
    const asked = isUtf8 ? words.slice(0, -1) : words
    if (asked.length === 0) return REPLIES.vrfySyntax
    const path = asked.join(' ')
    const address = parseAddress(path, { ...session.settings.address, strict: false })
    if (address === undefined || address.text === '' || !(isUtf8 || isAsciiDomain(address)) || !leadsSomewhere(session, address))
      return illegal(session, 'VRFY', path, REPLIES.badRecipient)
    return strictlyAscii(session, isUtf8, address.text) ? MUST_DECLARE : { address, argument: path }
  },
  ask(session, { address, argument }) {
    const question = { command: 'VRFY', recipient: address, argument }
    return either(askRecipient(session, question), () => askStage(session, 'vrfy', question))
  },
  proceed: (_session, { argument }) => replies.verified(argument),
})
