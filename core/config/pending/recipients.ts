/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { code, declare, flag, list } from '../../parameters.ts'

/** Known, and honoured once the plugin recipient-maps exists. */
export const RECIPIENT_MAPS_PENDING = declare('plugin:recipient-maps', {
  local_recipient_maps: list(
    'proxy:unix:passwd.byname $alias_maps',
    'Tables with the users of local domains; empty: every recipient there is taken.',
    { live: false },
  ),
  relay_recipient_maps: list('', 'Tables with the valid addresses of relay_domains; empty: every recipient there is taken.', {
    live: false,
  }),
  smtpd_reject_unlisted_recipient: flag(
    'yes',
    "Refuse recipients that no table of their domain's class lists, also without a restriction that says so.",
    { live: false },
  ),
  smtpd_reject_unlisted_sender: flag(
    'no',
    'Refuse senders in own domains that no table lists, also without a restriction that says so.',
    { live: false },
  ),
  show_user_unknown_table_name: flag('yes', 'Name the table in `User unknown` replies.', { live: false }),
  unknown_local_recipient_reject_code: code('550', 'Reply code for unknown users of local domains.', { live: false }),
  unknown_relay_recipient_reject_code: code('550', 'Reply code for unknown users of relay_domains.', { live: false }),
  unknown_virtual_alias_reject_code: code('550', 'Reply code for unknown users of virtual alias domains.', { live: false }),
  unknown_virtual_mailbox_reject_code: code('550', 'Reply code for unknown users of virtual mailbox domains.', { live: false }),
})
