/** Options of the plugin token-bucket. Generated from token-bucket.json. */

/**
 * Options of the plugin token-bucket.
 */
export interface TokenBucketOptions {
/**
 * What has a bucket of its own: one of these, or several together. A request that lacks one of them is not limited; the null sender is an address like others.
 * 
 * @minItems 1
 */
key: ("client" | "client_network" | "client_name" | "helo" | "sender" | "sender_domain" | "recipient" | "recipient_domain" | "sasl_login" | "listener")[]
/**
 * So many tokens in this time, such as 100/1h.
 */
rate: string
/**
 * Tokens in a full bucket: so much may come at once.
 */
burst: number
/**
 * Tokens that a request costs: one, or at data and end_of_data one for each recipient, or at end_of_data one for each 1024 bytes begun.
 */
cost: ("one" | "recipients" | "kilobytes")
/**
 * What an empty bucket means: come back later, or do not come back.
 */
action: ("defer" | "reject")
/**
 * Text of the refusal: %k is what the bucket is for, %s how many seconds are left.
 */
text: string
/**
 * Clients that are not limited: names, addresses, networks, tables.
 */
exceptions: string[]
/**
 * Bits of client_network for IPv4.
 */
ipv4_prefix: number
/**
 * Bits of client_network for IPv6.
 */
ipv6_prefix: number
/**
 * Steps with the same name here share their buckets; default: the step's id.
 */
bucket: string
/**
 * When the shared state can not be asked: open does not limit, closed is the step's onError.
 */
on_failure: ("open" | "closed")
}
