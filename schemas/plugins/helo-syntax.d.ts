/** Options of the plugin helo-syntax. Generated from helo-syntax.json. */

/**
 * Options of the plugin helo-syntax.
 */
export interface HeloSyntaxOptions {
/**
 * What is looked at, and what is wrong with it.
 */
check: ("invalid_helo" | "non_fqdn_helo" | "non_fqdn_sender" | "non_fqdn_recipient")
}
