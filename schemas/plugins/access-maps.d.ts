/** Options of the plugin access-maps. Generated from access-maps.json. */

/**
 * Options of the plugin access-maps.
 */
export interface AccessMapsOptions {
/**
 * What is looked up.
 */
subject: ("client" | "reverse_client" | "helo" | "sender" | "recipient" | "etrn" | "certificate" | "login")
/**
 * The table, as `type:name`.
 */
table: string
/**
 * For certificates: which fingerprints are looked up, in this order.
 */
search_order: ("cert_fingerprint" | "pubkey_fingerprint")[]
}
