/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { count, declare, list } from '../../parameters.ts'

/** Known, and honoured once the plugin client-limits exists. */
export const CLIENT_LIMITS_PENDING = declare('plugin:client-limits', {
  smtpd_client_connection_count_limit: count('50', 'Connections that one client may have open at the same time; 0: no limit.', {
    live: false,
  }),
  smtpd_client_connection_rate_limit: count('0', 'Connections that one client may make in anvil_rate_time_unit; 0: no limit.', {
    live: false,
  }),
  smtpd_client_message_rate_limit: count('0', 'Messages that one client may begin in anvil_rate_time_unit; 0: no limit.', {
    live: false,
  }),
  smtpd_client_recipient_rate_limit: count('0', 'Recipients that one client may name in anvil_rate_time_unit; 0: no limit.', {
    live: false,
  }),
  smtpd_client_new_tls_session_rate_limit: count(
    '0',
    'TLS sessions that one client may negotiate anew in anvil_rate_time_unit; 0: no limit.',
    { live: false },
  ),
  smtpd_client_auth_rate_limit: count('0', 'AUTH commands that one client may send in anvil_rate_time_unit; 0: no limit.', {
    live: false,
  }),
  smtpd_client_event_limit_exceptions: list(
    '${smtpd_client_connection_limit_exceptions:$mynetworks}',
    'Clients that these limits do not bind.',
    { live: false },
  ),
  smtpd_client_connection_limit_exceptions: list('', 'Obsolete name of smtpd_client_event_limit_exceptions.', { live: false }),
})
