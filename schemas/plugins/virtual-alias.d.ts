/** Options of the plugin virtual-alias. Generated from virtual-alias.json. */

/**
 * Recipients become others: virtual(5).
 */
export interface VirtualAliasOptions {
/**
 * Tables from a recipient to the addresses that take its place. `type:name`, separated by commas; `$name` expands.
 */
virtual_alias_maps: string
}
