/** Options of the plugin bcc. Generated from bcc.json. */

/**
 * Copies of mail, to addresses that nobody named.
 */
export interface BccOptions {
/**
 * Address that gets a copy of all mail from clients; `$name` expands.
 */
always_bcc: string
/**
 * Tables from a sender to the address that gets a copy. `type:name`, separated by commas; `$name` expands.
 */
sender_bcc_maps: string
/**
 * Tables from a recipient to the address that gets a copy. `type:name`, separated by commas; `$name` expands.
 */
recipient_bcc_maps: string
}
