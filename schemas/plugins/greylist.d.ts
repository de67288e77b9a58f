/** Options of the plugin greylist. Generated from greylist.json. */

/**
 * Options of the plugin greylist; the names are postgrey's.
 */
export interface GreylistOptions {
/**
 * How long a client, sender and recipient that are new together are put off.
 */
delay: string
/**
 * How long those that came back are remembered after they were last seen.
 */
max_age: string
/**
 * How long the first return may take; later it counts as new.
 */
retry_window: string
/**
 * A client that came back this often, counted once an hour at most, is not put off any more; 0: never.
 */
auto_whitelist_clients: number
/**
 * What counts as the same client: its network, or its address. A client whose name shows its address always counts by its address.
 */
lookup_by: ("subnet" | "host")
/**
 * Bits of an IPv4 address that are its network.
 */
ipv4cidr: number
/**
 * Bits of an IPv6 address that are its network.
 */
ipv6cidr: number
/**
 * Clients that are never put off: names, addresses, networks, tables.
 */
whitelist_clients: string[]
/**
 * Recipients for whom nobody is put off: tables, or inline:{...}, searched for the address, its domain, and `user@`.
 */
whitelist_recipients: string[]
/**
 * Text of the refusal: %s is the number of seconds that are left, %r the recipient's domain.
 */
greylist_text: string
/**
 * Header for mail that was put off, with the delay, our name and the date; empty: none.
 */
x_greylist_header: string
/**
 * When the shared state can not be asked: open lets mail through, closed is the step's onError.
 */
on_failure: ("open" | "closed")
}
