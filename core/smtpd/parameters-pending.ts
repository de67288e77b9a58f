/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { choice, count, declare, list, text, time } from '../parameters.ts'

/** Known, and honoured once smtpd exists. */
export const SMTPD_PENDING = declare('smtpd', {
  smtputf8_autodetect_classes: list('sendmail, verify', 'Kinds of mail made here that need SMTPUTF8 when their addresses do.', {
    live: false,
  }),
  daemon_timeout: time(
    '18000s',
    "How long Postfix lets a process handle one request; Postern's steps have time limits of their own.",
    { live: false },
  ),
  ipc_timeout: time('3600s', "How long Postfix's processes wait for each other; Postern's workers do not.", { live: false }),
  max_idle: time('100s', "How long an idle Postfix process lives; Postern's workers stay.", { live: false }),
  max_use: count('100', "How many requests a Postfix process serves; Postern's workers stay.", { live: false }),
  mail_owner: text('postfix', "Account that owns Postfix's queue; Postern's own setting is `user`.", { live: false }),
  command_directory: text('/usr/sbin', "Where Postfix's commands are; Postern has one command.", { live: false }),
  syslog_facility: text('mail', 'Facility of system log entries.', { live: false }),
  info_log_address_format: choice(['external', 'internal'], 'external', 'How addresses are written in logs.', { live: false }),
  known_tcp_ports: list(
    'lmtp=24, smtp=25, smtps=submissions=465, submission=587',
    'Names of TCP ports, so that no file is asked: `name=number`.',
    { live: false },
  ),
  tcp_windowsize: count('0', 'Largest TCP window; the system chooses, for Node has no say in it.', { live: false }),
  tcp_window_size: count('0', 'Another spelling of tcp_windowsize.', { live: false }),
  delay_logging_resolution_limit: count('2', 'Decimals of delays below one second in logs.', { live: false }),
})
