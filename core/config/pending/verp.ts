/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { declare, list, text } from '../../parameters.ts'

/** Known, and honoured once the plugin verp exists. */
export const VERP_PENDING = declare('plugin:verp', {
  authorized_verp_clients: list('$mynetworks', 'Obsolete name of smtpd_authorized_verp_clients.', { live: false }),
  smtpd_authorized_verp_clients: list(
    '$authorized_verp_clients',
    'Clients that may ask for a return path of its own for each recipient (XVERP).',
    { live: false },
  ),
  default_verp_delimiters: text('+=', 'The two characters that a VERP return path is built with.', { live: false }),
  verp_delimiter_filter: text('-=+', 'Characters that clients may choose for a VERP return path.', { live: false }),
})
