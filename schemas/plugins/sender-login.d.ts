/** Options of the plugin sender-login. Generated from sender-login.json. */

/**
 * Options of the plugin sender-login.
 */
export interface SenderLoginOptions {
/**
 * Whom it is for: everybody, only clients that have logged in, only those that have not, or everybody but only about senders that have an owner.
 */
clients: ("all" | "authenticated" | "unauthenticated" | "known_senders")
}
