/** The network that an IP address is in, for steps that take neighbours together. Text in, text out, and nothing is looked up. */

/** How many bits of an address are its network. */
export interface PrefixLengths {
  readonly ipv4: number
  readonly ipv6: number
}

/** `192.0.2.0/24`, `2001:db8:0:0/64` (whole groups only); what is no address is given back. */
export function networkOf(address: string, { ipv4, ipv6 }: PrefixLengths): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const octets = masked(address.split('.').map(Number), ipv4, 8)
    return `${octets.join('.')}/${ipv4}`
  }
  if (!/^[\da-f:]+$/i.test(address) || !address.includes(':')) return address
  const groups = masked(groupsOf(address), ipv6, 16).slice(0, Math.ceil(ipv6 / 16))
  return `${groups.map((group) => group.toString(16)).join(':')}/${ipv6}`
}

/** Numbers of `size` bits each, with only the first `bits` bits kept. */
function masked(numbers: readonly number[], bits: number, size: number): number[] {
  return numbers.map((number, i) => {
    const kept = Math.min(size, Math.max(0, bits - i * size))
    return number & (((1 << size) - 1) ^ ((1 << (size - kept)) - 1))
  })
}

/** The eight groups of an IPv6 address in hexadecimal notation. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const parse = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const left = parse(head)
  if (tail === undefined) return left
  const right = parse(tail)
  return [...left, ...new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right]
}
