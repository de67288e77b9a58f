/** Who the client is: address to name to address, as Postfix verifies names (smtpd_peername_lookup). */
import { isIPv4 } from 'node:net'
import type { Client, NameStatus } from '../facts.ts'
import type { HostsFile } from '../net/hosts.ts'
import { canonicalIp, parseIp, ptrName } from '../net/ip.ts'
import type { Answer, Resolver } from '../net/types.ts'
import { isHostname } from '../protocol/domain.ts'

const UNKNOWN = 'unknown'

/** A client of whom only the address is known. */
export function unknownClient(address: string, port: number): Client {
  const plain = canonicalIp(address)
  const family = isIPv4(plain) ? 4 : 6
  const status = 'permanent'
  return { address: plain, port, family, name: UNKNOWN, reverseName: UNKNOWN, nameStatus: status, reverseStatus: status }
}

/** The client as logs show it: with its port where smtpd_client_port_logging says so. */
export function labelled(client: Client, withPort: boolean): Client {
  if (!withPort) return client
  const port = client.port === 0 ? UNKNOWN : client.port
  return { ...client, logged: `${client.name}[${client.address}]:${port}` }
}

/** Looks the client's name up: in the hosts file, then in DNS. Never rejects. */
export async function identifyClient(client: Client, dns: Resolver, hosts: HostsFile): Promise<Client> {
  const ip = parseIp(client.address)
  if (ip === undefined) return client
  const listed = hosts.names(client.address)[0]
  const found = listed === undefined ? await reverse(ptrName(ip), dns) : { name: listed, status: 'ok' as const }
  if (found.name === undefined) return { ...client, nameStatus: found.status, reverseStatus: found.status }
  const named = { ...client, reverseName: found.name, reverseStatus: 'ok' as const }
  const status = await verify(found.name, client, dns, hosts)
  return status === 'ok' ? { ...named, name: found.name, nameStatus: status } : { ...named, nameStatus: status }
}

async function reverse(name: string, dns: Resolver): Promise<{ name: string | undefined; status: NameStatus }> {
  const answer = await dns.resolve(name, 'PTR')
  const first = answer.records[0]?.data
  if (first === undefined) return { name: undefined, status: statusOf(answer) }
  return isHostname(first) ? { name: first, status: 'ok' } : { name: undefined, status: 'permanent' }
}

/** Does the name have the address? */
async function verify(name: string, client: Client, dns: Resolver, hosts: HostsFile): Promise<NameStatus> {
  const own = hosts.addresses(name)
  if (own.length > 0) return own.some((address) => canonicalIp(address) === client.address) ? 'ok' : 'forged'
  const answer = await dns.resolve(name, client.family === 4 ? 'A' : 'AAAA')
  if (answer.status !== 'found') return statusOf(answer)
  return answer.records.some(({ data }) => canonicalIp(data) === client.address) ? 'ok' : 'forged'
}

function statusOf({ status }: Answer<'PTR' | 'A' | 'AAAA'>): NameStatus {
  return status === 'failed' ? 'temporary' : 'permanent'
}
