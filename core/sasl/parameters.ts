/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, flag, list, size, text, time } from '../parameters.ts'

/** Known, and honoured once sasl exists. */
export const SASL_PARAMETERS = declare('sasl', {
  smtpd_sasl_auth_enable: flag('no', 'Offer AUTH to clients.', { live: false }),
  smtpd_sasl_type: text('cyrus', 'Kind of back end that checks passwords of clients.', { live: false }),
  smtpd_sasl_path: text('smtpd', 'Where the back end is found: a socket, or a name that the kind of back end understands.', {
    live: false,
  }),
  smtpd_sasl_service: text('smtp', 'Service name that the back end is told.', { live: false }),
  smtpd_sasl_application_name: text('smtpd', 'Obsolete name of smtpd_sasl_path.', { live: false }),
  smtpd_sasl_local_domain: text('', 'Realm of clients that name none.', { live: false }),
  smtpd_sasl_mechanism_filter: list('!external, static:rest', "Which of the back end's mechanisms are offered.", { live: false }),
  smtpd_sasl_security_options: list(
    'noanonymous',
    'What mechanisms must not be like in the clear: `noplaintext`, `noanonymous` and others.',
    { live: false },
  ),
  smtpd_sasl_tls_security_options: list('$smtpd_sasl_security_options', 'The same inside TLS.', { live: false }),
  smtpd_sasl_exceptions_networks: list('', 'Clients that AUTH is not offered to.', { live: false }),
  smtpd_sasl_authenticated_header: flag('no', 'Write the login name into the Received header.', { live: false }),
  smtpd_sasl_response_limit: size('12288', 'Longest answer of a client in an AUTH dialog.', { live: false }),
  broken_sasl_auth_clients: flag('no', 'Repeat the AUTH line as `AUTH=...` for clients of an old draft.', { live: false }),
  cyrus_sasl_config_path: text('', 'Where Cyrus SASL looks for its configuration.', { live: false }),
  smtp_sasl_auth_enable: flag('no', 'Log in to servers that offer AUTH.', { live: false }),
  smtp_sasl_password_maps: list('', 'Tables from server or sender to `user:password`.', { live: false }),
  smtp_sasl_type: text('cyrus', 'Kind of client-side back end.', { live: false }),
  smtp_sasl_path: text('', 'What the client-side back end needs to know about its place.', { live: false }),
  smtp_sasl_mechanism_filter: list('', "Which of a server's mechanisms are used.", { live: false }),
  smtp_sasl_security_options: list('noplaintext, noanonymous', 'What mechanisms must not be like on the way out in the clear.', {
    live: false,
  }),
  smtp_sasl_tls_security_options: list('$smtp_sasl_security_options', 'The same inside TLS.', { live: false }),
  smtp_sasl_tls_verified_security_options: list(
    '$smtp_sasl_tls_security_options',
    'The same inside TLS with a server whose certificate is verified.',
    { live: false },
  ),
  smtp_sasl_auth_cache_name: text('', 'Table that remembers logins a server has refused, so that they are not repeated.', {
    live: false,
  }),
  smtp_sasl_auth_cache_time: time('90d', 'How long a refused login is remembered.', { live: false, unit: 'd' }),
  smtp_sasl_auth_soft_bounce: flag('yes', 'A refused login defers mail instead of bouncing it.', { live: false }),
  smtp_send_dummy_mail_auth: flag('no', 'Add `AUTH=<>` to MAIL when logged in.', { live: false }),
  smtp_sender_dependent_authentication: flag(
    'no',
    'Choose the login by sender address; connections are then not shared between senders.',
    { live: false },
  ),
  send_cyrus_sasl_authzid: flag('no', 'Send the login name also as the identity to act for.', { live: false }),
})
