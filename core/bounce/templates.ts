/** What notices say to people: subjects and explanations by kind, Postfix's default bounce template. */
import type { Notice } from '../hooks.ts'

export type NoticeKind = 'failure' | 'delay' | 'success'

/** Values that the explanations name. */
export interface TemplateValues {
  readonly hostname: string
  /** Whole hours after which a delay is told (delay_warning_time). */
  readonly delayHours: number
  /** Whole days after which mail is returned (maximal_queue_lifetime). */
  readonly lifetimeDays: number
}

/** Subject of the notice to the sender, and of the copy to the postmaster. */
export const SUBJECTS: Readonly<Record<NoticeKind, { readonly sender: string; readonly postmaster: string }>> = Object.freeze({
  failure: { sender: 'Undelivered Mail Returned to Sender', postmaster: 'Postmaster Copy: Undelivered Mail' },
  delay: { sender: 'Delayed Mail (still being retried)', postmaster: 'Postmaster Warning: Delayed Mail' },
  success: { sender: 'Successful Mail Delivery Report', postmaster: 'Postmaster Copy: Successful Mail Delivery Report' },
})

const HELP = [
  'For further assistance, please send mail to postmaster.',
  '',
  'If you do so, please include this problem report. You can',
  'delete your own text from the attached returned message.',
  '',
]
const SIGNATURE = '                   The mail system'

const TEXTS: Readonly<Record<NoticeKind, (values: TemplateValues) => readonly string[]>> = Object.freeze({
  failure: () => [
    "I'm sorry to have to inform you that your message could not",
    "be delivered to one or more recipients. It's attached below.",
    '',
    ...HELP,
  ],
  delay: ({ delayHours, lifetimeDays }) => [
    '####################################################################',
    '# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #',
    '####################################################################',
    '',
    `Your message could not be delivered for more than ${delayHours} hour(s).`,
    `It will be retried until it is ${lifetimeDays} day(s) old.`,
    '',
    ...HELP,
  ],
  success: () => [
    'Your message was successfully delivered to the destination(s)',
    'listed below. If the message was delivered to mailbox you will',
    'receive no further notifications. Otherwise you may still receive',
    'notifications of mail delivery errors from other systems.',
    '',
  ],
})

/** The explanation in a notice to a sender. Copies to the postmaster have none. */
export function explanation(kind: NoticeKind, values: TemplateValues): Notice['explanation'] {
  return [`This is the mail system at host ${values.hostname}.`, '', ...TEXTS[kind](values), SIGNATURE]
}
