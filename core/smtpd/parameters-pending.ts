/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { count, declare, text, time } from '../parameters.ts'

/** Known, and honoured once smtpd exists. */
export const SMTPD_PENDING = declare('smtpd', {
  ipc_timeout: time('3600s', "How long Postfix's processes wait for each other; Postern's workers do not.", { live: false }),
  max_idle: time('100s', "How long an idle Postfix process lives; Postern's workers stay.", { live: false }),
  max_use: count('100', "How many requests a Postfix process serves; Postern's workers stay.", { live: false }),
  syslog_facility: text(
    'mail',
    'Facility of entries in the system log; Postern writes its log itself, to a file or standard output.',
    { live: false },
  ),
  tcp_windowsize: count('0', 'Largest TCP window; the system chooses, for Node has no say in it.', { live: false }),
  tcp_window_size: count('0', 'Another spelling of tcp_windowsize.', { live: false }),
})
