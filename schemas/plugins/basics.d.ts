/** Options of the plugin basics. Generated from basics.json. */

/**
 * Options of the plugin basics.
 */
export interface BasicsOptions {
/**
 * What to answer, whatever the request is.
 */
action: ("permit" | "reject" | "defer" | "defer_if_permit" | "defer_if_reject" | "sleep")
/**
 * How long sleep waits.
 */
seconds: number
}
