/** The Postfix parameters that the SMTP server honours. Policy (restriction lists, maps, milters) belongs to plugins. */
import { choice, code, count, declare, flag, list, size, text, time } from '../parameters.ts'

/** Also where 3.7 chose old habits over safety: smtpd_forbid_bare_newline and smtpd_forbid_unauth_pipelining. */
export const SMTPD = declare('smtpd', {
  smtpd_banner: text('$myhostname ESMTP $mail_name', 'Text after the 220 of the greeting; begin it with the host name.'),
  mail_name: text('Postfix', 'Name of the mail system in the greeting and in Received headers.'),
  smtpd_timeout: time('${stress?{10}:{300}}s', 'How long a client may be silent, or not read, before it is sent away.'),
  smtpd_connection_limit: count(
    '20000',
    "Connections that one worker serves at the same time on a listener; more are told to come back, and from three quarters of it on the listener is overloaded (stress). Never more than three quarters of the file descriptors that the process may have. Postern's own. 0: no other limit.",
  ),
  smtpd_peername_lookup: flag('yes', 'Look up the name of each client and check that the name has its address.'),
  smtpd_per_record_deadline: text('', 'Obsolete name of smtpd_per_request_deadline.'),
  smtpd_per_request_deadline: flag(
    '${smtpd_per_record_deadline?{$smtpd_per_record_deadline}:{${stress?{yes}:{no}}}}',
    'The limit smtpd_timeout holds for a whole command, or for a whole message with what smtpd_min_data_rate adds, not for each read.',
  ),
  smtpd_min_data_rate: count(
    '500',
    'Bytes per second of content that earn a client more time, up to smtpd_timeout, where smtpd_per_request_deadline holds.',
  ),
  smtpd_helo_required: flag('no', 'Refuse MAIL and ETRN before HELO or EHLO.'),
  smtpd_delay_reject: flag('yes', 'Evaluate the connect, helo and mail lists at each RCPT, not when their command comes.'),
  smtpd_relay_before_recipient_restrictions: flag(
    '${{$compatibility_level} <level {3.6} ? {no} : {yes}}',
    'Evaluate the relay list before the rcpt list.',
  ),
  smtpd_delay_open_until_valid_rcpt: flag('yes', 'Give a message its queue id at the first good recipient; no: at MAIL.'),
  fast_flush_domains: list('$relay_domains', 'Domains whose mail ETRN may set going.'),
  disable_vrfy_command: flag('no', 'Refuse VRFY.'),
  smtpd_noop_commands: list('', 'Commands that are answered with Ok and otherwise ignored.'),
  smtpd_forbidden_commands: list(
    'CONNECT GET POST regexp:{{/^[^A-Z]/ Bogus}}',
    'Unknown commands that end the session at once: words, or patterns in an inline regexp or pcre table.',
  ),
  smtpd_discard_ehlo_keywords: list('', 'EHLO keywords that are not offered; silent-discard keeps this out of the log.'),
  smtpd_discard_ehlo_keyword_address_maps: list(
    '',
    'Tables from client address to the EHLO keywords that are not offered to it, in place of smtpd_discard_ehlo_keywords.',
  ),
  smtpd_authorized_xclient_hosts: list('', 'Clients that may use XCLIENT to speak for another client.'),
  smtpd_authorized_xforward_hosts: list('', 'Clients that may use XFORWARD to say where a message came from.'),
  authorized_verp_clients: list('', 'Older name of smtpd_authorized_verp_clients.'),
  smtpd_authorized_verp_clients: list(
    '$authorized_verp_clients',
    'Clients that may ask for a return path of its own for each recipient (XVERP).',
  ),
  default_verp_delimiters: text('+=', 'The two characters that a VERP return path is built with.'),
  verp_delimiter_filter: text('-=+', 'Characters that clients may choose for a VERP return path.'),
  smtpd_upstream_proxy_protocol: choice(
    ['', 'haproxy'],
    '',
    "Protocol in which a proxy in front tells the client's address at the start of each connection: `haproxy`, versions 1 and 2.",
  ),
  smtpd_upstream_proxy_timeout: time('5s', 'Longest wait for what the proxy in front has to tell.'),
  smtpd_client_port_logging: flag('no', "Show the client's port in logs: `name[address]:port`."),
  debug_peer_list: list('', 'Clients and servers whose dialogs are logged line by line: names, addresses, networks, tables.'),
  debug_peer_level: count('2', 'How much more is logged about the peers of debug_peer_list; 0: nothing.'),
  strict_rfc821_envelopes: flag('no', 'Refuse addresses in MAIL and RCPT without <> or with comments and phrases.'),
  allow_min_user: flag('no', 'Take addresses whose local part begins with a dash.'),
  smtputf8_enable: flag('yes', 'Offer SMTPUTF8 and insist on valid UTF-8 in commands.'),
  strict_smtputf8: flag('no', 'Refuse non-ASCII addresses in transactions without SMTPUTF8.'),
  message_size_limit: size('10240000', 'Largest message, in bytes; 0 is no limit.'),
  queue_minfree: size('0', 'Free bytes that the file system of the queue must have for mail to be taken.'),
  line_length_limit: count('2048', 'Longest command line, in bytes; the rest of a longer one is not looked at.'),
  smtpd_recipient_limit: count('1000', 'Recipients that one message may have.'),
  smtpd_recipient_overshoot_limit: count('1000', 'Recipients over the limit that are refused without counting as errors.'),
  smtpd_error_sleep_time: time('1s', 'Delay of each reply to a client past smtpd_soft_error_limit.'),
  smtpd_soft_error_limit: count('10', 'So many errors, and replies are delayed.'),
  smtpd_hard_error_limit: count('${stress?{1}:{20}}', 'So many errors without a delivery, and the session ends.'),
  smtpd_junk_command_limit: count(
    '${stress?{1}:{100}}',
    'HELO, NOOP, RSET, VRFY and ETRN past this number between two deliveries count as errors.',
  ),
  smtpd_forbid_bare_newline: text(
    'normalize',
    'What to do about lines that end in LF alone: no (take them as ends of lines and of data), normalize or yes (take them as ends of lines; only CRLF ends data), reject.',
  ),
  smtpd_forbid_bare_newline_exclusions: list('$mynetworks', 'Clients for which smtpd_forbid_bare_newline does not hold.'),
  smtpd_forbid_bare_newline_reject_code: code('550', 'Reply code of smtpd_forbid_bare_newline = reject; 421 and 521 hang up.'),
  smtpd_forbid_unauth_pipelining: flag('yes', 'Send clients away that send commands before it is their turn.'),
  smtpd_history_flush_threshold: count(
    '100',
    'Lines of a transcript past which EHLO, RSET and the end of a message have it sent, or forgotten when nothing was wrong.',
  ),
  soft_bounce: flag('no', 'Answer 4xx where 5xx was meant: nothing is refused for good.'),
})
