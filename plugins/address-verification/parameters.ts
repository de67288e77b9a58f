/** The parameters of address verification that a listener can have for itself. */
import { choice, code, count, declare, flag, text, time, type Values } from '#postern'

const ACTIONS = ['defer_if_permit', 'defer'] as const

export const PARAMETERS = declare('plugin:address-verification', {
  address_verify_positive_expire_time: time('31d', 'How long it is known that an address exists.', { unit: 'd' }),
  address_verify_positive_refresh_time: time('7d', 'Age at which an address that exists is asked for again.', { unit: 'd' }),
  address_verify_negative_expire_time: time('3d', 'How long it is known that an address does not exist.', { unit: 'd' }),
  address_verify_negative_refresh_time: time('3h', 'Age at which an address that does not exist is asked for again.', {
    unit: 'h',
  }),
  address_verify_negative_cache: flag('yes', 'Remember addresses that do not exist; without, each is asked for every time.'),
  address_verify_poll_count: count(
    '${stress?{1}:{3}}',
    'How often the outcome of a probe is looked for; 1: new addresses are always put off.',
  ),
  address_verify_poll_delay: time('3s', 'Longest time between two such looks; the end of a probe of this worker ends it.'),
  unverified_recipient_defer_code: code('450', 'Reply code while it is not known whether a recipient exists.'),
  unverified_recipient_reject_code: code('450', 'Reply code for a recipient that a probe found missing.'),
  unverified_recipient_reject_reason: text('', 'Text in place of what the probe met, for recipients.'),
  unverified_recipient_tempfail_action: choice(
    ACTIONS,
    // Expanded before it is compared with the choices.
    '$reject_tempfail_action' as 'defer',
    'What a probe without a result means for a recipient.',
  ),
  unverified_sender_defer_code: code('450', 'Reply code while it is not known whether a sender exists.'),
  unverified_sender_reject_code: code('450', 'Reply code for a sender that a probe found missing.'),
  unverified_sender_reject_reason: text('', 'Text in place of what the probe met, for senders.'),
  unverified_sender_tempfail_action: choice(
    ACTIONS,
    '$reject_tempfail_action' as 'defer',
    'What a probe without a result means for a sender.',
  ),
})

export type Settings = Values<typeof PARAMETERS.declarations>
