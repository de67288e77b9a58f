/** Why a parameter that is known has no effect: because what it belongs to is not there yet, or because nothing here could obey it. */

/** By who declares it. */
const BY_OWNER: ReadonlyMap<string, string> = new Map([
  ['tls', 'TLS is not there yet'],
  ['sasl', 'authentication (SASL) is not there yet'],
  ['plugin:milter', 'milters are not there yet'],
])

/** By name; these come first. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ['smtp_tls_security_level', 'TLS is not there yet: where this demands it, mail waits'],
  ['smtp_enforce_tls', 'TLS is not there yet: where this demands it, mail waits'],
  ['ipc_timeout', 'no processes wait for each other in this way'],
  ['max_idle', 'workers stay'],
  ['max_use', 'workers stay'],
  ['syslog_facility', 'the log goes to a file or to standard output'],
  ['tcp_windowsize', 'Node can not set the size of socket buffers of TCP'],
  ['tcp_window_size', 'Node can not set the size of socket buffers of TCP'],
  ['connection_cache_protocol_timeout', 'open connections are kept in the workers, without a service for it'],
  ['lmtp_cache_connection', 'obsolete: connections to LMTP servers are kept as those to SMTP servers'],
  ['dnssec_probe', 'DANE is not there yet'],
  ['smtp_dns_resolver_options', 'names are looked up as they are'],
])

/** Those that are about processes of Postfix: nobody misses anything without them. */
const POINTLESS = new Set(['ipc_timeout', 'max_idle', 'max_use', 'connection_cache_protocol_timeout', 'lmtp_cache_connection'])

/** Does it make no difference to mail that a parameter has no effect? */
export const isPointless = (name: string): boolean => POINTLESS.has(name)

/** @returns undefined when nobody has written down why */
export function whyPending(name: string, owner: string): string | undefined {
  return BY_NAME.get(name) ?? BY_OWNER.get(owner)
}
