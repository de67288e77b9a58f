/** Options of the plugin rbl. Generated from rbl.json. */

/**
 * Options of the plugin rbl.
 */
export interface RblOptions {
/**
 * DNS lists, each `domain` or `domain=d.d.d.d`, where d is a number or [1..3;9]. They are asked at the same time; the first in this order that knows the subject decides. `$maps_rbl_domains` stands for those of that parameter.
 * 
 * @minItems 1
 */
lists: string[]
/**
 * What the lists are asked about: the client's address, or a name.
 */
subject: ("client" | "client_name" | "reverse_client" | "helo" | "sender" | "recipient")
/**
 * The lists are allow lists: who is on them is permitted.
 */
allow: boolean
/**
 * Ask already while the rbl steps right before this one wait for their answers. False spares queries to lists that are paid for by the query.
 */
ahead: boolean
}
