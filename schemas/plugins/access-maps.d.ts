/** Options of the plugin access-maps. Generated from access-maps.json. */

/**
 * Options of the plugin access-maps.
 */
export interface AccessMapsOptions {
/**
 * What is looked up.
 */
subject: ("client" | "reverse_client" | "helo" | "sender" | "recipient")
/**
 * The table, as `type:name`.
 */
table: string
}
