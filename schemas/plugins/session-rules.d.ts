/** Options of the plugin session-rules. Generated from session-rules.json. */

/**
 * Options of the plugin session-rules.
 */
export interface SessionRulesOptions {
/**
 * What is refused.
 */
rule: ("reject_plaintext_session" | "reject_unauth_pipelining" | "reject_multi_recipient_bounce")
}
