/** Options of the plugin header-checks. Generated from header-checks.json. */

/**
 * Inspects headers and body lines of incoming mail with lookup tables: header_checks(5).
 */
export interface HeaderChecksOptions {
/**
 * Tables for the headers of the message, but for MIME headers. `type:name`, separated by commas.
 */
header_checks: string
/**
 * Tables for MIME headers: Content-Type and its like, in the message and in its parts.
 */
mime_header_checks: string
/**
 * Tables for the headers of attached messages, but for MIME headers.
 */
nested_header_checks: string
/**
 * Tables for all other lines, one at a time; boundaries are among them.
 */
body_checks: string
/**
 * Bytes of each part of the body in which lines are looked at.
 */
body_checks_size_limit: number
}
