/** Parameters of the intake: what is added to, taken from and counted in the head of a message on its way in. */
import { count, declare, flag, list, size, text } from '../parameters.ts'

export const CLEANUP = declare('cleanup', {
  always_add_missing_headers: flag('no', 'Adds Date, From and Message-ID where they are missing, whoever the client is.'),
  cleanup_replace_stray_cr_lf: flag(
    'yes',
    'A carriage return that ends no line becomes a blank, so that nobody takes it for a line end further on; with no it stays.',
  ),
  content_filter: text(
    '',
    '`transport:nexthop` that all mail of a listener goes to first, to come back through another listener, which empties this.',
  ),
  detect_8bit_encoding_header: flag(
    'yes',
    'Mail whose Content-Transfer-Encoding says 8bit goes out as BODY=8BITMIME, whatever its client said at MAIL.',
  ),
  disable_mime_input_processing: flag('no', 'Takes all that follows the headers for text: no part of it is looked for.'),
  duplicate_filter_limit: count(
    '1000',
    'How many recipients are remembered to drop repeated ones; 0 remembers all, and recipients past the limit are kept.',
  ),
  enable_original_recipient: flag(
    'yes',
    'Keeps the address that the client gave apart from the rewritten one; with no, recipients that become the same are one.',
  ),
  header_address_token_limit: count(
    '10240',
    'Words, marks and comments that are looked at in a header with addresses; what comes after them goes when the header is rewritten.',
  ),
  header_size_limit: size('102400', 'Bytes of one header with its folds; what is longer is cut off.'),
  hopcount_limit: count('50', 'With so many Received headers a message counts as looping and is refused.'),
  internal_mail_filter_classes: list(
    '',
    'Kinds of mail made here that content checks and milters look at too: `bounce`, `notify`.',
  ),
  local_header_rewrite_clients: list(
    'permit_inet_interfaces',
    'Clients whose mail gets missing headers, and complete and rewritten addresses in headers: permit_inet_interfaces, permit_mynetworks, permit_sasl_authenticated, or tables by client address.',
  ),
  message_drop_headers: list(
    'bcc, content-length, resent-bcc, return-path',
    'Headers that are removed from every message, by name.',
  ),
  message_reject_characters: text(
    '',
    'Characters that no message may have, one after the other, with the escapes of C: `\\0` is NUL.',
    { raw: true },
  ),
  message_strip_characters: text('', 'Characters that are taken out of messages, written likewise.', { raw: true }),
  mime_boundary_length_limit: count(
    '2048',
    'Bytes of a MIME boundary that count; boundaries that begin with the same bytes are the same.',
  ),
  mime_nesting_limit: count(
    '100',
    'Parts may be nested so deeply where tables look at content; mail with deeper ones is refused.',
  ),
  receive_override_options: list(
    '',
    'Parts of the intake that a listener leaves out: `no_unknown_recipient_checks`, `no_header_body_checks`, `no_address_mappings`. `no_milters` has no effect in this version.',
  ),
  remote_header_rewrite_domain: text(
    '',
    'When not empty, mail of all other clients gets missing headers too (Message-Id and Date).',
  ),
  smtputf8_autodetect_classes: list(
    'sendmail, verify',
    'Kinds of mail that go out with SMTPUTF8 when an address or header is not ASCII, though nobody asked for it. `smtpd`, or `all`: what clients send; other kinds make no difference.',
  ),
  strict_7bit_headers: flag('no', 'Refuses mail with 8-bit text in headers, those of parts included.'),
  strict_8bitmime: flag('no', 'Does what strict_7bit_headers and strict_8bitmime_body do.'),
  strict_8bitmime_body: flag('no', 'Refuses mail with 8-bit text where no Content-Transfer-Encoding says so.'),
  strict_mime_encoding_domain: flag(
    'no',
    'Refuses mail with a multipart or message that is base64 or quoted-printable as a whole (RFC 2045 6.4).',
  ),
  undisclosed_recipients_header: text('', 'A header that is added to mail without any recipient header.'),
})
