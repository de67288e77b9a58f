/** Options of the plugin policy-service. Generated from policy-service.json. */

/**
 * Options of the plugin policy-service.
 */
export interface PolicyServiceOptions {
/**
 * The server: inet:host:port, or unix:path (relative to queue_directory).
 */
service: string
/**
 * Time limit of connecting, writing and reading. Empty: smtpd_policy_service_timeout.
 */
timeout: string
/**
 * How long an unused connection is kept. Empty: smtpd_policy_service_max_idle.
 */
max_idle: string
/**
 * How long a connection is used. Empty: smtpd_policy_service_max_ttl.
 */
max_ttl: string
/**
 * Requests on one connection, 0 for no limit. Empty: smtpd_policy_service_request_limit.
 */
request_limit: string
/**
 * How often a request is sent. Empty: smtpd_policy_service_try_limit.
 */
try_limit: string
/**
 * The wait between attempts. Empty: smtpd_policy_service_retry_delay.
 */
retry_delay: string
/**
 * What is done without an answer. Empty: smtpd_policy_service_default_action.
 */
default_action: string
/**
 * Text sent as policy_context. Empty: smtpd_policy_service_policy_context.
 */
policy_context: string
}
