/** Options of the plugin helo-syntax. Generated from helo-syntax.json. */

/**
 * Options of the plugin helo-syntax.
 */
export interface HeloSyntaxOptions {
/**
 * What is looked at, and what is wrong with it; naked_address permits a HELO that is an address without brackets.
 */
check: ("invalid_helo" | "non_fqdn_helo" | "naked_address" | "non_fqdn_sender" | "non_fqdn_recipient")
}
