/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, flag, list, text, time } from '../parameters.ts'

/** Known, and honoured once smtp exists. */
export const SMTP_PENDING = declare('smtp', {
  connection_cache_protocol_timeout: time(
    '5s',
    "Longest wait for Postfix's connection cache; Postern keeps connections in its workers.",
    { live: false },
  ),
  dnssec_probe: text('ns:.', 'Query that tells whether the resolver validates, as `type:name`.', { live: false }),
  lmtp_cache_connection: flag('yes', 'Keep LMTP connections open; obsolete.', { live: false }),
  smtp_dns_resolver_options: list('', '`res_defnames` and `res_dnsrch`: complete short names in DNS.', { live: false }),
})
