/** Names of Postfix's restrictions that no plugin of this version serves, so that they are told from misspelt ones. */

const NAMES = 'reject_unverified_recipient reject_unverified_sender'

/** Asked only for names that nothing serves. */
export const POSTFIX_RESTRICTIONS: ReadonlySet<string> = new Set(NAMES.split(/\s+/))
