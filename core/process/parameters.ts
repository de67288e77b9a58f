/** Parameters of the processes. Postfix: postconf(5), daemon_timeout. */
import { declare, time } from '../parameters.ts'

export const PROCESS_PARAMETERS = declare('process', {
  daemon_timeout: time(
    '18000s',
    'How long a worker may be stuck in one piece of work, deaf to everything else, before it is killed and replaced. 0: for ever.',
  ),
})
