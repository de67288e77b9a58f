/** The gateway under attack: one worker, so that the good client meets the same process as the hostile ones. */

/** Its listeners, by what they are for. */
export type Door = 'smtp' | 'lax' | 'proxied' | 'upstream' | 'deadline' | 'policy'

/** Keys of each listener beside its name and port, in flow style. */
export const LISTENERS: Readonly<Record<Door, string>> = {
  smtp: '',
  // Limits of errors and of pipelining off, large refusals: whoever gets in here may say anything.
  lax: `parameters: { smtpd_forbid_unauth_pipelining: no, smtpd_hard_error_limit: 100000000, smtpd_junk_command_limit: 100000000,
      smtpd_reject_footer: '${'see our rules '.repeat(40)}' }`,
  proxied: 'parameters: { smtpd_upstream_proxy_protocol: haproxy }',
  upstream: 'parameters: { smtpd_authorized_xclient_hosts: 127.0.0.0/8, smtpd_authorized_xforward_hosts: 127.0.0.0/8 }',
  deadline: 'parameters: { smtpd_per_request_deadline: yes, smtpd_timeout: 2s, smtpd_min_data_rate: 500 }',
  policy: 'protocol: policy',
}

/** Messages may be this large. */
export const LARGEST = 2 * 1024 * 1024

/** Ports of next hops. */
export interface Hops {
  /** Takes mail for good.test. */
  readonly sink: number
  /** Takes mail for wire.test. */
  readonly wire: number
  /** Take mail for flood-N.test, and are hostile. */
  readonly hostile: readonly number[]
}

/** Its YAML but for the listeners. */
export function configuration({ sink, wire, hostile }: Hops): string {
  const floods = hostile.map((port, i) => `flood-${i}.test=smtp:[127.0.0.1]:${port}`)
  return `workers: 1
parameters:
  myhostname: mx.hostile.test
  mydestination: ''
  mynetworks: [127.0.1.0/24]
  relay_domains: [good.test, wire.test, ${hostile.map((_, i) => `flood-${i}.test`).join(', ')}]
  relayhost: '[127.0.0.1]:${sink}'
  transport_maps: 'inline:{wire.test=smtp:[127.0.0.1]:${wire}, ${floods.join(', ')}}'
  message_size_limit: ${LARGEST}
  smtpd_peername_lookup: no
  smtpd_client_connection_count_limit: 0
  smtpd_error_sleep_time: 0
pipeline:
  relay: [permit_mynetworks, reject_unauth_destination]
  message:
    - header-checks:
        header_checks: 'regexp:{{/^X-Gone:/ IGNORE}, {/^X-Bad:/ REJECT}}'
        body_checks: 'regexp:{{/^never in a body$/ REJECT}}'`
}
