/** Parameters of the log. Postfix: postconf(5), syslog_name. */
import { declare, text } from '../parameters.ts'

export const LOG_PARAMETERS = declare('log', {
  syslog_name: text(
    'postfix',
    'Name before the slash in lines of the maillog format. Tools for Postfix logs expect `postfix`; another name needs `pflogsumm --syslog-name`.',
  ),
})
