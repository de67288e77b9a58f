/** What becomes of parameters that nothing in Postern declares: each is dropped, and the report says why. */

export interface Fate {
  readonly kind: 'unsupported' | 'ignored'
  readonly reason: string
}

/** Patterns of names; the first that fits decides. */
const FATES: readonly (readonly [pattern: RegExp, kind: Fate['kind'], reason: string])[] = [
  [/^postscreen_|^dnsblog_|^tlsproxy_/, 'unsupported', 'there is no postscreen'],
  [/^tls_random_/, 'ignored', 'chance comes from the system'],
  [/^milter_header_checks$/, 'unsupported', 'content is not looked at for it'],
  [
    /^(confirm_delay_cleared|enable_threaded_bounces|disable_verp_bounces|empty_address_recipient|backwards_bounce_logfile_compatibility)$/,
    'unsupported',
    'notices are written without it',
  ],
  [/^qmqpd_/, 'unsupported', 'there is no QMQP service'],
  [
    /^(default_filter_nexthop|transport_retry_time|default_transport_rate_delay|reset_owner_alias)$/,
    'unsupported',
    'is not honoured',
  ],
  [
    /_(delivery_slot_(cost|discount|loan)|minimum_delivery_slots|recipient_refill_(limit|delay)|recipient_limit|extra_recipient_limit|time_limit)$|concurrency_feedback_debug$/,
    'ignored',
    'belongs to how the queue of Postfix keeps its memory small',
  ],
  [/^address_verify_/, 'ignored', 'what is known of addresses is in the shared state'],
  [/^lmtp_/, 'unsupported', 'the LMTP client has no such setting'],
  [/^(smtp|smtpd|tls|milter|smtputf8|rbl|reject|unverified)_/, 'unsupported', 'no such parameter is known'],
  [/^(relocated_maps|mailbox_transport|fallback_transport)(_maps)?$/, 'unsupported', 'is not honoured'],
  [/^non_smtpd_milters$/, 'ignored', 'mail comes in by SMTP only'],
  [
    /^(alias_(maps|database)|biff|mailbox_|home_mailbox|mail_spool_|local_(?!recipient)|forward_|allow_mail_to_|deliver_lock_|luser_relay|virtual_(uid|gid|mailbox|minimum)|expand_owner|owner_request|prepend_delivered|recipient_delimiter_|require_home|rewrite_service|command_(expansion|execution|time)|default_privs|mailbox_command|shared_)/,
    'ignored',
    'belongs to local delivery',
  ],
  [
    /_(directory|path|service_name|service|program|group)$|^(ipc_|fork_|trigger_|pickup_|postmulti_|multi_instance|debugger_|import_env|export_env|maillog_|syslog_|in_flow_|qmgr_|helpful_|stale_lock|opts_|default_database|readme_|sample_|html_|manpage_|daemon_|line_length|max_|undisclosed_|application_event|berkeley_|backwards_|connection_cache_|anvil_|flush_|fast_flush|berkeley_db|hash_queue|lmdb_|message_strip|proxy_(read|write)|process_id|queue_file|service_throttle|strict_mailbox|authorized_(flush|mailq|submit|verp)|enable_long|error_delivery|postlog)/,
    'ignored',
    'belongs to how Postfix is built and run',
  ],
]

const UNKNOWN: Fate = { kind: 'ignored', reason: 'no part of a gateway reads it' }

/** Why a parameter that nobody declares is left out. */
export function fateOf(name: string): Fate {
  const row = FATES.find(([pattern]) => pattern.test(name))
  return row === undefined ? UNKNOWN : { kind: row[1], reason: row[2] }
}
