/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, list, text, time } from '../../parameters.ts'

/** Known, and honoured once the plugin milter exists. */
export const MILTER_PENDING = declare('plugin:milter', {
  smtpd_milters: list(
    '',
    'Milters that look at mail from clients, in order: `inet:host:port`, `unix:/path`, with options in braces.',
    { live: false },
  ),
  smtpd_milter_maps: list('', 'Tables from client address to the milters that take the place of smtpd_milters.', { live: false }),
  milter_default_action: text(
    'tempfail',
    'What happens when a milter fails: `accept`, `reject`, `tempfail`, `quarantine`, `shutdown`.',
    { live: false },
  ),
  milter_protocol: text('6', 'Version of the milter protocol, and its extensions.', { live: false }),
  milter_command_timeout: time('30s', "Longest wait for a milter's answer to one step.", { live: false }),
  milter_connect_timeout: time('30s', 'Longest wait for a connection to a milter and its negotiation.', { live: false }),
  milter_content_timeout: time('300s', "Longest wait for a milter's answer to the end of the content.", { live: false }),
  milter_connect_macros: list('j {daemon_name} {daemon_addr} v _', 'Macros that milters are sent with the connection.', {
    live: false,
  }),
  milter_helo_macros: list(
    '{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}',
    'Macros that milters are sent with HELO and EHLO.',
    { live: false },
  ),
  milter_mail_macros: list(
    'i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}',
    'Macros that milters are sent with MAIL FROM.',
    { live: false },
  ),
  milter_rcpt_macros: list('i {rcpt_addr} {rcpt_host} {rcpt_mailer}', 'Macros that milters are sent with RCPT TO.', {
    live: false,
  }),
  milter_data_macros: list('i', 'Macros that milters are sent with DATA.', { live: false }),
  milter_end_of_header_macros: list('i', 'Macros that milters are sent after the headers.', { live: false }),
  milter_end_of_data_macros: list('i', 'Macros that milters are sent after the content.', { live: false }),
  milter_unknown_command_macros: list('', 'Macros that milters are sent with a command that smtpd does not know.', {
    live: false,
  }),
  milter_macro_daemon_name: text('$myhostname', 'Value of the macro {daemon_name}.', { live: false }),
  milter_macro_v: text('$mail_name $mail_version', 'Value of the macro v.', { live: false }),
  milter_macro_defaults: list('', 'Values of macros that are otherwise not set: `name=value`.', { live: false }),
})
