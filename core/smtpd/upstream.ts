/** Who the client is when a proxy stands in front. Postfix: smtpd_upstream_proxy_protocol, smtpd_upstream_proxy_timeout. */
import { MAX_PROXY_HEADER, type ProxiedEnds, parseProxyHeader } from '../net/proxy-protocol.ts'
import { escapeOctets } from '../protocol/escape.ts'
import type { Arrival } from './arrival.ts'

/** What is wrong, for the log; or the ends that the proxy told of (none: it speaks for itself). */
export type Upstream = { readonly error: string } | { readonly ends: ProxiedEnds | undefined }

const SILENCE = { end: 'EOF', timeout: 'timeout error' } as const

/** Reads the header of the PROXY protocol, and leaves what follows it. @param timeout milliseconds */
export async function readUpstream(arrival: Arrival, timeout: number): Promise<Upstream> {
  const heard = await arrival.input(timeout)
  if (heard !== 'input') return { error: `haproxy read: ${SILENCE[heard]}` }
  const input = arrival.early ?? Buffer.alloc(0)
  const header = parseProxyHeader(input)
  if ('error' in header) return { error: `haproxy read: ${header.error}: ${escapeOctets(input.subarray(0, MAX_PROXY_HEADER))}` }
  arrival.skip(header.length)
  return { ends: header.ends }
}
