/** Parameters of the log. Postfix: postconf(5), syslog_name, info_log_address_format, delay_logging_resolution_limit. */
import { choice, count, declare, text } from '../parameters.ts'

export const LOG_PARAMETERS = declare('log', {
  syslog_name: text(
    'postfix',
    'Name before the slash in lines of the maillog format. Tools for Postfix logs expect `postfix`; another name needs `pflogsumm --syslog-name`.',
  ),
  info_log_address_format: choice(
    ['external', 'internal'],
    'external',
    'How addresses stand after `from=`, `to=` and `orig_to=` in the maillog format: as in a command, `<"a b"@example.org>`, or without quotes. The JSON format has them without.',
  ),
  delay_logging_resolution_limit: count(
    '2',
    'Most decimals of delays in the maillog format, 0 to 6. Two significant digits are shown, and times are known to the millisecond.',
  ),
})
