/** Options of the plugin http-policy. Generated from http-policy.json. */

/**
 * Options of the plugin http-policy.
 */
export interface HttpPolicyOptions {
/**
 * Where each request is POSTed as JSON.
 */
url: string
/**
 * Unix socket to connect to instead of the URL's host; relative to the configuration's directory.
 */
socket: string
/**
 * More header fields of each request.
 */
headers: {
[k: string]: string
}
/**
 * Bearer token, sent as Authorization.
 */
token: string
/**
 * File with the bearer token on its first line; read at start and reload.
 */
token_file: string
/**
 * Text sent as `context`, so that one service can serve several entries.
 */
context: string
/**
 * Time limit of an answer with all its tries.
 */
timeout: string
/**
 * Time limit of connecting, TLS included.
 */
connect_timeout: string
/**
 * Time limit from the request to the head of the answer.
 */
headers_timeout: string
/**
 * Time limit between two pieces of the answer's body.
 */
body_timeout: string
/**
 * How often a request is sent, where it may be sent again.
 */
tries: number
/**
 * The wait between tries.
 */
retry_delay: string
/**
 * Asking twice does no harm: also try again when the connection broke after the request was sent, and on 502, 503 and 504.
 */
idempotent: boolean
/**
 * Connections of each worker process.
 */
connections: number
/**
 * Longest answer, in bytes.
 */
max_response: number
/**
 * PEM file of the authorities that may sign the service's certificate. Empty: those of Node.
 */
ca_file: string
/**
 * PEM file of a client certificate.
 */
cert_file: string
/**
 * PEM file of its key.
 */
key_file: string
}
