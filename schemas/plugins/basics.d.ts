/** Options of the plugin basics. Generated from basics.json. */

/**
 * Options of the plugin basics.
 */
export interface BasicsOptions {
/**
 * What to answer, whatever the request is.
 */
action: ("permit" | "reject" | "defer" | "defer_if_permit" | "defer_if_reject" | "sleep" | "server_error")
/**
 * How long sleep waits.
 */
seconds: number
/**
 * What server_error tells the log: the mistake for which it stands.
 */
warning: string
}
