/** NOOP: nothing (RFC 5321 4.1.1.9). */
import { REPLIES } from '../../protocol/reply-text.ts'
import { command, LAST, LIMITED } from '../command.ts'

export const noop = command<null>({
  verb: 'NOOP',
  flags: LAST | LIMITED,
  check: () => null,
  proceed: () => REPLIES.ok,
})
