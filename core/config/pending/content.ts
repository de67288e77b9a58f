/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, list, text, time } from '../../parameters.ts'

/** Known, and honoured once the plugin proxy-filter exists. */
export const PROXY_FILTER_PENDING = declare('plugin:proxy-filter', {
  smtpd_proxy_filter: text('', 'SMTP filter that sees each message before the client is answered.', { live: false }),
  smtpd_proxy_ehlo: text('$myhostname', 'Name that the filter is greeted with.', { live: false }),
  smtpd_proxy_options: list('', '`speed_adjust`: talk to the filter only once the whole message is there.', { live: false }),
  smtpd_proxy_timeout: time('100s', 'Longest wait for the filter.', { live: false }),
})
