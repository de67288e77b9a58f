/** Parameters of notices: who hears of what, from whom, and how much of the mail comes with it. */
import { choice, declare, list, size, text } from '../parameters.ts'

export const BOUNCE = declare('bounce', {
  bounce_size_limit: size(
    '50000',
    'Bytes of a message that a bounce returns whole; of a larger one only the headers come back. 0: no limit.',
  ),
  bounce_notice_recipient: text('postmaster', 'Who gets the copies of bounces (notify_classes: bounce).'),
  '2bounce_notice_recipient': text('postmaster', 'Who gets bounces that could not be delivered (notify_classes: 2bounce).'),
  delay_notice_recipient: text('postmaster', 'Who gets the copies of delay warnings (notify_classes: delay).'),
  error_notice_recipient: text('postmaster', 'Who gets notices of the other classes.'),
  double_bounce_sender: text(
    'double-bounce',
    'Local part of the sender of notices to the postmaster; mail from it is never bounced.',
  ),
  notify_classes: list(
    'resource, software',
    'What the postmaster is told of: bounce, 2bounce, data, delay, policy, protocol, resource, software.',
  ),
  header_from_format: choice(
    ['standard', 'obsolete'],
    'standard',
    'Form of From headers made here: `Name <address>` (standard) or `address (Name)` (obsolete).',
  ),
})
