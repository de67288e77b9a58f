/**
 * The parameters of the SMTP and LMTP clients. One table serves both: `mail_timeout` is smtp_mail_timeout for agent smtp and
 * lmtp_mail_timeout for agent lmtp, each with its own value, as in smtp(8).
 */
import { MIME_LIMITS, type MimeLimits } from '../message/mime.ts'
import {
  choice,
  count,
  type Declaration,
  type Declared,
  declare,
  flag,
  list,
  type Scope,
  size,
  text,
  time,
  type Values,
} from '../parameters.ts'

/** Which client: the table of differences is in flavour.ts. */
export type AgentName = 'smtp' | 'lmtp'

/** Under their names without prefix; texts and defaults of agent smtp. */
const CLIENT = {
  tcp_port: text('smtp', 'Port of servers whose next hop names none.'),
  address_preference: choice(['any', 'ipv4', 'ipv6'], 'any', 'Which addresses of equal preference are tried first.'),
  balance_inet_protocols: flag('yes', 'Leave room for both address families within the limit of addresses.'),
  bind_address: text('', 'Own IPv4 address for connections to servers.'),
  bind_address6: text('', 'Own IPv6 address for connections to servers.'),
  cname_overrides_servername: flag('no', 'Use the name that a CNAME leads to in logs.'),
  connect_timeout: time('30s', 'Longest wait for a connection; 0: what the system allows.'),
  address_verify_target: choice(['rcpt', 'data'], 'rcpt', 'How far an address verification probe goes: RCPT, or DATA.'),
  helo_name: text('$myhostname', 'Name in the greeting command.'),
  helo_timeout: time('300s', "Longest wait for the server's greeting and for the reply to the greeting command."),
  send_xforward_command: flag('no', 'Tell servers that offer XFORWARD where a message came from.'),
  xforward_timeout: time('300s', 'Longest wait for the reply to XFORWARD.'),
  mail_timeout: time('300s', 'Longest wait for the reply to MAIL.'),
  rcpt_timeout: time('300s', 'Longest wait for the reply to RCPT.'),
  data_init_timeout: time('120s', 'Longest wait for the reply to DATA.'),
  data_xfer_timeout: time('180s', 'Longest wait for a server to take content.'),
  data_done_timeout: time('600s', 'Longest wait for the reply to the final dot.'),
  rset_timeout: time('20s', 'Longest wait for the reply to RSET.'),
  quit_timeout: time('300s', 'Longest wait for the reply to QUIT.'),
  skip_5xx_greeting: flag('yes', 'Try the next server when one greets with 5xx, instead of bouncing.'),
  skip_quit_response: flag('yes', 'Do not wait for the reply to QUIT.'),
  quote_rfc821_envelope: flag('yes', 'Quote envelope addresses as RFC 5321 demands.'),
  discard_ehlo_keywords: list('', 'Keywords of every server that are ignored; `silent-discard`: without a log line.'),
  discard_ehlo_keyword_address_maps: list(
    '',
    'Tables from the address of a server to the keywords of it that are ignored, in place of those that are for every server.',
  ),
  dns_reply_filter: list('', 'Tables of DNS records, as text, that the client shall not see (IGNORE).'),
  line_length_limit: size('998', 'Longest line that is sent; longer ones are folded. 0: no limit.'),
  per_record_deadline: flag('no', 'The time limits hold for a whole reply, not for each part of it that comes.'),
  dns_support_level: choice(
    ['', 'disabled', 'enabled', 'dnssec'],
    '',
    'Whether DNS is used; empty: as disable_dns_lookups says.',
  ),
  host_lookup: list('dns', 'Where hosts are looked up: `dns`, then `native` (the hosts file).'),
  randomize_addresses: flag('yes', 'Shuffle MX hosts of equal preference.'),
  mx_address_limit: count('5', 'Addresses that are tried for one delivery; 0: all.'),
  mx_session_limit: count('2', 'Servers to which one message is offered in one delivery; 0: all.'),
  defer_if_no_mx_address_found: flag('no', 'Defer instead of bouncing when no MX host has an address.'),
  fallback_relay: list('$fallback_relay', 'Servers for mail whose own can not be found or reached.'),
  connection_cache_destinations: list('', 'Destinations whose connections are always kept: domains or addresses.'),
  connection_cache_on_demand: flag('yes', 'Keep connections while a destination has much mail.'),
  connection_cache_time_limit: time('2s', 'How long an idle connection is kept.'),
  connection_reuse_count_limit: count('0', 'Messages that one connection carries; 0: no limit.'),
  connection_reuse_time_limit: time('300s', 'How long one connection carries mail.'),
}

/** Of agent smtp alone. */
const SMTP_ONLY = {
  smtp_always_send_ehlo: flag('yes', 'Send EHLO whatever the greeting says.'),
  smtp_never_send_ehlo: flag('no', 'Send HELO always.'),
  smtp_skip_4xx_greeting: flag('yes', 'Try the next server when one greets with 4xx; obsolete, it always does.'),
}

/** Of agent lmtp alone. */
const LMTP_ONLY = {
  lmtp_assume_final: flag('no', 'Report deliveries to servers without DSN as final, not as relayed.'),
}

/** Of both under one name, or of Postfix's smtp(8) without a prefix. */
export const CLIENT_PARAMETERS = declare('smtp', {
  best_mx_transport: text(
    '',
    'Transport, or `transport:nexthop`, for mail whose best MX host is this gateway; empty: it is bounced as a loop.',
  ),
  disable_mime_output_conversion: flag('no', 'Send 8-bit content as it is to servers without 8BITMIME.'),
  disable_dns_lookups: flag('no', 'Look hosts up in the hosts file alone, and no MX records.'),
  fallback_relay: list('', 'Older name of smtp_fallback_relay.'),
  enable_idna2003_compatibility: flag(
    'no',
    'Map the few characters that IDNA2003 had no labels for as it did, in domains that mail goes to: faß.example is fass.example.',
  ),
  ignore_mx_lookup_error: flag('no', 'Try the address of a domain whose MX records can not be looked up.'),
})

/** Where the LMTP client's names differ by more than the prefix. */
const LMTP_NAMES: Readonly<Record<string, string>> = {
  helo_name: 'lhlo_name',
  helo_timeout: 'lhlo_timeout',
  discard_ehlo_keywords: 'discard_lhlo_keywords',
  discard_ehlo_keyword_address_maps: 'discard_lhlo_keyword_address_maps',
}
/** And its defaults. */
const LMTP_DEFAULTS: Readonly<Record<string, string>> = {
  tcp_port: '24',
  fallback_relay: '',
  connect_timeout: '0s',
  skip_quit_response: 'no',
}

function named(prefix: AgentName, name: string): string {
  return `${prefix}_${(prefix === 'lmtp' ? LMTP_NAMES[name] : undefined) ?? name}`
}

function prefixed(prefix: AgentName, defaults: Readonly<Record<string, string>>): Record<string, Declaration> {
  const out: Record<string, Declaration> = {}
  for (const [name, declaration] of Object.entries(CLIENT))
    out[named(prefix, name)] = { ...declaration, default: defaults[name] ?? declaration.default }
  return out
}

/** smtp_mail_timeout and the others. */
export const SMTP_PARAMETERS: Declared = declare('smtp', { ...prefixed('smtp', {}), ...SMTP_ONLY })
/** lmtp_mail_timeout and the others. */
export const LMTP_PARAMETERS: Declared = declare('lmtp', { ...prefixed('lmtp', LMTP_DEFAULTS), ...LMTP_ONLY })

const OWN: Readonly<Record<AgentName, Declared>> = { smtp: SMTP_PARAMETERS, lmtp: LMTP_PARAMETERS }

/** Values of one transport, under names without prefix. */
export interface Settings extends Values<typeof CLIENT> {
  readonly always_send_ehlo: boolean
  readonly never_send_ehlo: boolean
  readonly assume_final: boolean
  /** Mail must not leave in the clear. */
  readonly demands_tls: boolean
  readonly disable_dns_lookups: boolean
  readonly ignore_mx_lookup_error: boolean
  readonly best_mx_transport: string
  readonly enable_idna2003_compatibility: boolean
  readonly disable_mime_output_conversion: boolean
  /** mime_nesting_limit, mime_boundary_length_limit. */
  readonly mime_limits: MimeLimits
  readonly soft_bounce: boolean
  readonly relayhost: string
  readonly myhostname: string
  readonly mail_name: string
  readonly inet_interfaces: string
  readonly proxy_interfaces: string
  readonly inet_protocols: string
  readonly known_tcp_ports: string
  readonly queue_directory: string
}

const DEMANDING: ReadonlySet<string> = new Set(['encrypt', 'dane-only', 'fingerprint', 'verify', 'secure'])

/** smtp_tls_security_level; where that is empty, the older smtp_enforce_tls. */
function demandsTls(scope: Scope, agent: AgentName): boolean {
  const level = scope.text(`${agent}_tls_security_level`) ?? ''
  return level === '' ? scope.text(`${agent}_enforce_tls`) === 'yes' : DEMANDING.has(level)
}

/** The settings of a transport. @throws ParameterError */
export function settingsOf(scope: Scope, agent: AgentName): Settings {
  const own = scope.values(OWN[agent]) as Readonly<Record<string, unknown>>
  const { disable_dns_lookups, fallback_relay: _older, ...common } = scope.values(CLIENT_PARAMETERS)
  const found: Record<string, unknown> = {}
  for (const name of Object.keys(CLIENT)) found[name] = own[named(agent, name)]
  return {
    ...(found as unknown as Values<typeof CLIENT>),
    always_send_ehlo: own.smtp_always_send_ehlo !== false,
    never_send_ehlo: own.smtp_never_send_ehlo === true,
    assume_final: own.lmtp_assume_final === true,
    demands_tls: demandsTls(scope, agent),
    disable_dns_lookups:
      own[named(agent, 'dns_support_level')] === '' ? disable_dns_lookups : own[named(agent, 'dns_support_level')] === 'disabled',
    ...common,
    mime_limits: {
      nesting: Number(scope.text('mime_nesting_limit') ?? MIME_LIMITS.nesting),
      boundary: Number(scope.text('mime_boundary_length_limit') ?? MIME_LIMITS.boundary),
    },
    soft_bounce: scope.text('soft_bounce') === 'yes',
    relayhost: scope.text('relayhost') ?? '',
    myhostname: scope.text('myhostname') ?? 'localhost',
    mail_name: scope.text('mail_name') ?? 'Postfix',
    inet_interfaces: scope.text('inet_interfaces') ?? 'all',
    proxy_interfaces: scope.text('proxy_interfaces') ?? '',
    inet_protocols: scope.text('inet_protocols') ?? 'all',
    known_tcp_ports: scope.text('known_tcp_ports') ?? '',
    queue_directory: scope.text('queue_directory') ?? '',
  }
}
