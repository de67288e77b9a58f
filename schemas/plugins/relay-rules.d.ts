/** Options of the plugin relay-rules. Generated from relay-rules.json. */

/**
 * Options of the plugin relay-rules.
 */
export interface RelayRulesOptions {
/**
 * Which rule of relaying this entry applies.
 */
rule: ("permit_mynetworks" | "permit_inet_interfaces" | "permit_sasl_authenticated" | "permit_tls_clientcerts" | "permit_tls_all_clientcerts" | "permit_auth_destination" | "permit_mx_backup" | "check_relay_domains" | "reject_unauth_destination" | "defer_unauth_destination")
}
