/** QUIT: good-bye (RFC 5321 4.1.1.10). Arguments are no matter. */
import { REPLIES } from '../../protocol/reply-text.ts'
import { ALWAYS, command } from '../command.ts'

export const quit = command<null>({
  verb: 'QUIT',
  flags: ALWAYS,
  check: () => null,
  proceed: () => REPLIES.bye,
})
