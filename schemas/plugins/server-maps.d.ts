/** Options of the plugin server-maps. Generated from server-maps.json. */

/**
 * Options of the plugin server-maps.
 */
export interface ServerMapsOptions {
/**
 * Whose domain is looked at.
 */
subject: ("client" | "reverse_client" | "helo" | "sender" | "recipient")
/**
 * Which hosts of that domain are looked up in the table: those of its addresses, its mail exchangers or its name servers.
 */
servers: ("a" | "mx" | "ns")
/**
 * The table, as `type:name`.
 */
table: string
}
