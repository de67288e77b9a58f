/** Options of the plugin canonical. Generated from canonical.json. */

/**
 * Rewrites addresses on their way in: canonical(5), masquerading.
 */
export interface CanonicalOptions {
/**
 * Tables for all addresses. `type:name`, separated by commas; `$name` expands.
 */
canonical_maps: string
/**
 * Tables for addresses of senders, before canonical_maps. `type:name`, separated by commas; `$name` expands.
 */
sender_canonical_maps: string
/**
 * Tables for addresses of recipients, before canonical_maps. `type:name`, separated by commas; `$name` expands.
 */
recipient_canonical_maps: string
/**
 * Domains whose subdomains are hidden; `!domain` is left alone. `$name` expands.
 */
masquerade_domains: string
}
