/** The parameters that access(5) actions and lookups honour. Postfix: smtpd(8), access controls. */
import { code, declare, list, text } from '../parameters.ts'

/** Replies of access tables, their keys, and what `$name` in reply templates may contain. */
export const ACCESS_PARAMETERS = declare('access', {
  access_map_reject_code: code('554', 'Reply code of REJECT in an access table.'),
  access_map_defer_code: code('450', 'Reply code of DEFER, DEFER_IF_PERMIT and DEFER_IF_REJECT in an access table.'),
  smtpd_null_access_lookup_key: text('<>', 'Key for the null sender in access tables.'),
  smtpd_log_access_permit_actions: list(
    '',
    'Permit actions that are logged: names of restrictions, or tables; `static:all` for all.',
  ),
  smtpd_dns_reply_filter: list('', 'Tables of DNS records, as text, that steps of the access lists shall not see (IGNORE).'),
  smtpd_expansion_filter: text(
    '\\t\\40!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~',
    'Characters that may stand in the values of $name in a reply template; others become underscores.',
    { raw: true },
  ),
})
