/** TCP ports by name, for next hops and listeners. Postfix: known_tcp_ports. The system's list of services is not asked. */

/** Ports of mail, whatever the parameter says: those that IANA registered. */
const USUAL: ReadonlyMap<string, number> = new Map([
  ['smtp', 25],
  ['lmtp', 24],
  ['submission', 587],
  ['smtps', 465],
  ['submissions', 465],
])

/** `smtp=25, smtps=submissions=465` (known_tcp_ports) over the usual names, in lower case. What is malformed is left out. */
export function portsByName(knownTcpPorts: string): ReadonlyMap<string, number> {
  const ports = new Map(USUAL)
  for (const word of knownTcpPorts.split(/[\s,]+/)) {
    const names = word.toLowerCase().split('=')
    const port = Number(names.pop())
    if (Number.isInteger(port) && port > 0 && port < 65_536) for (const name of names) if (name !== '') ports.set(name, port)
  }
  return ports
}
