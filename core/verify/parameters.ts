/** Parameters of address verification that hold for the whole gateway. Postfix: verify(8). */
import { count, declare, text, time } from '../parameters.ts'

/** Who probes come from, and how many there may be. */
export const VERIFY_PARAMETERS = declare('verify', {
  address_verify_sender: text(
    '$double_bounce_sender',
    'Sender address of probes; empty or `<>`: the null sender. Mail to it is taken without a question.',
  ),
  address_verify_sender_ttl: time('0s', 'How often the time-dependent part of the probe sender changes; 0: there is none.'),
  address_verify_pending_request_limit: count(
    '5000',
    'Probes that a worker has under way or waiting; beyond that, addresses are not known for now.',
  ),
})
