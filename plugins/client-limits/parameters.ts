/** The limits, under Postfix's names. */
import { count, declare, list, time } from '#postern'

const within = 'in anvil_rate_time_unit; 0: no limit.'

export const PARAMETERS = declare('plugin:client-limits', {
  smtpd_client_connection_count_limit: count('50', 'Connections that one client may have open at the same time; 0: no limit.'),
  smtpd_client_connection_rate_limit: count('0', `Connections that one client may make ${within}`),
  smtpd_client_message_rate_limit: count('0', `Messages that one client may begin ${within}`),
  smtpd_client_recipient_rate_limit: count('0', `Recipients that one client may name ${within}`),
  smtpd_client_new_tls_session_rate_limit: count('0', `TLS sessions that one client may negotiate anew ${within}`),
  smtpd_client_auth_rate_limit: count('0', `AUTH commands that one client may send ${within}`),
  smtpd_client_event_limit_exceptions: list(
    '${smtpd_client_connection_limit_exceptions:$mynetworks}',
    'Clients that these limits do not bind.',
  ),
  smtpd_client_connection_limit_exceptions: list(
    '',
    'Obsolete name of smtpd_client_event_limit_exceptions; to set it, as in Postfix, leaves nobody excepted.',
  ),
  anvil_rate_time_unit: time('60s', 'The time in which the events of a client are counted.'),
})
