/** The parameters about users of own domains. */
import { code, declare, flag, list } from '#postern'

export const PARAMETERS = declare('plugin:recipient-classes', {
  local_recipient_maps: list(
    'proxy:unix:passwd.byname $alias_maps',
    'Tables with the users of local domains, under user@domain, user or @domain; empty: every recipient there is taken.',
  ),
  relay_recipient_maps: list(
    '',
    'Tables with the valid addresses of relay_domains, under user@domain or @domain; empty: every recipient there is taken.',
  ),
  smtpd_reject_unlisted_recipient: flag(
    'yes',
    "Refuse recipients that no table of their domain's class lists, also without a restriction that says so.",
  ),
  smtpd_reject_unlisted_sender: flag(
    'no',
    'Refuse senders in own domains that no table lists, also without a restriction that says so.',
  ),
  show_user_unknown_table_name: flag('yes', 'Name the table in `User unknown` replies.'),
  unknown_local_recipient_reject_code: code('550', 'Reply code for unknown users of local domains.'),
  unknown_relay_recipient_reject_code: code('550', 'Reply code for unknown users of relay_domains.'),
  unknown_virtual_alias_reject_code: code('550', 'Reply code for unknown users of virtual alias domains.'),
  unknown_virtual_mailbox_reject_code: code('550', 'Reply code for unknown users of virtual mailbox domains.'),
})
