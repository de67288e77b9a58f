/** Parameters that are accepted and not yet honoured: what sets them is told that they have no effect. */
import { choice, code, count, declare, text, time } from '../../parameters.ts'

/** Known, and honoured once the plugin address-verification exists. */
export const ADDRESS_VERIFICATION_PENDING = declare('plugin:address-verification', {
  address_verify_poll_count: count('${stress?{1}:{3}}', 'How often the outcome of a running probe is asked for.', {
    live: false,
  }),
  address_verify_poll_delay: time('3s', 'Time between two such questions.', { live: false }),
  address_verify_sender: text('$double_bounce_sender', 'Sender address of probes.', { live: false }),
  address_verify_sender_ttl: time('0s', 'How often the time-dependent part of the probe sender changes; 0: there is none.', {
    live: false,
  }),
  unverified_recipient_defer_code: code('450', 'Reply code while it is not known whether a recipient exists.', { live: false }),
  unverified_recipient_reject_code: code('450', 'Reply code for a recipient that a probe found missing.', { live: false }),
  unverified_recipient_reject_reason: text('', 'Text in place of what the probe met, for recipients.', { live: false }),
  unverified_recipient_tempfail_action: text('$reject_tempfail_action', 'What a probe without a result means for a recipient.', {
    live: false,
  }),
  unverified_sender_defer_code: code('450', 'Reply code while it is not known whether a sender exists.', { live: false }),
  unverified_sender_reject_code: code('450', 'Reply code for a sender that a probe found missing.', { live: false }),
  unverified_sender_reject_reason: text('', 'Text in place of what the probe met, for senders.', { live: false }),
  unverified_sender_tempfail_action: text('$reject_tempfail_action', 'What a probe without a result means for a sender.', {
    live: false,
  }),
  smtp_address_verify_target: choice(['rcpt', 'data'], 'rcpt', 'How far a probe goes: RCPT, or DATA.', { live: false }),
})
