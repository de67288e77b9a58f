/** Options of the plugin unknown-names. Generated from unknown-names.json. */

/**
 * Options of the plugin unknown-names.
 */
export interface UnknownNamesOptions {
/**
 * Whose name must be known.
 */
subject: ("client" | "reverse_client" | "helo" | "sender" | "recipient")
}
