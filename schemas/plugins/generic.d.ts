/** Options of the plugin generic. Generated from generic.json. */

/**
 * Replaces local addresses by ones that the world can answer, in mail on its way out: generic(5).
 */
export interface GenericOptions {
/**
 * Tables from address to address. `type:name`, separated by commas; `$name` expands.
 */
smtp_generic_maps: string
}
