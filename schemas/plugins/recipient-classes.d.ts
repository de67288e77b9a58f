/** Options of the plugin recipient-classes. Generated from recipient-classes.json. */

/**
 * Refuses addresses in own domains that no table lists: reject_unlisted_recipient, reject_unlisted_sender.
 */
export interface RecipientClassesOptions {
/**
 * Whose address is looked up. `as_parameters`: after all lists, as smtpd_reject_unlisted_recipient and smtpd_reject_unlisted_sender say.
 */
check: ("as_parameters" | "recipient" | "sender")
}
