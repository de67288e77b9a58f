/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, flag, list, text, time } from '../parameters.ts'

/** Known, and honoured once smtp exists. */
export const SMTP_PENDING = declare('smtp', {
  connection_cache_protocol_timeout: time(
    '5s',
    "Longest wait for Postfix's connection cache; Postern keeps connections in its workers.",
    { live: false },
  ),
  disable_mime_output_conversion: flag('no', 'Send 8-bit content as it is to servers without 8BITMIME.', { live: false }),
  dnssec_probe: text('ns:.', 'Query that tells whether the resolver validates, as `type:name`.', { live: false }),
  lmtp_assume_final: flag('no', 'Report delivery to an LMTP server without DSN as final.', { live: false }),
  lmtp_cache_connection: flag('yes', 'Keep LMTP connections open; obsolete.', { live: false }),
  lmtp_discard_lhlo_keyword_address_maps: list('', 'Tables from server address to LHLO keywords that are ignored.', {
    live: false,
  }),
  smtp_body_checks: list('', 'Tables that check body lines on the way out.', { live: false }),
  smtp_header_checks: list('', 'Tables that check headers on the way out.', { live: false }),
  smtp_mime_header_checks: list('', 'Tables that check MIME headers on the way out.', { live: false }),
  smtp_nested_header_checks: list('', 'Tables that check headers of attached messages on the way out.', { live: false }),
  smtp_delivery_status_filter: text(
    '$default_delivery_status_filter',
    'Table that rewrites status codes and texts of deliveries.',
    { live: false },
  ),
  smtp_discard_ehlo_keyword_address_maps: list('', 'Tables from server address to EHLO keywords that are ignored.', {
    live: false,
  }),
  smtp_dns_reply_filter: text('', 'Table that edits DNS answers before the client uses them.', { live: false }),
  smtp_dns_resolver_options: list('', '`res_defnames` and `res_dnsrch`: complete short names in DNS.', { live: false }),
  smtp_reply_filter: text('', 'Table that rewrites replies of servers before they are read.', { live: false }),
})
