/** What stands for a client, a sender and a recipient in the greylist. */
import { type Client, networkOf } from '#postern'

export interface ClientRules {
  readonly lookup_by: 'subnet' | 'host'
  readonly ipv4cidr: number
  readonly ipv6cidr: number
}

/** The client's network; its address where that is asked for, or where its name shows that it is one of a pool of dial-up lines. */
export function clientKey({ address, name }: Client, { lookup_by, ipv4cidr: ipv4, ipv6cidr: ipv6 }: ClientRules): string {
  const [, , third, fourth] = address.split('.')
  const isPooled = third !== undefined && fourth !== undefined && name.includes(third) && name.includes(fourth)
  return lookup_by === 'host' || isPooled ? address : networkOf(address, { ipv4, ipv6 })
}

/** A sender as mailing lists would have it: without extension, and with numbers (of bounces, of issues) made alike. */
export function senderKey(sender: string): string {
  const at = sender.lastIndexOf('@')
  const local = at < 0 ? sender : sender.slice(0, at)
  const plain = local.replace(/\+.*/, '').replace(/\b\d+\b/g, '#')
  return (at < 0 ? plain : `${plain}${sender.slice(at)}`).toLowerCase()
}
