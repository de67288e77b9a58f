/**
 * The PROXY protocol of HAProxy, versions 1 (a line of text) and 2 (binary, with extra attributes that are skipped): who the
 * client of a proxy in front of us is. The sender must write the header in one piece, so it is parsed in one piece.
 * Postfix: smtpd_upstream_proxy_protocol = haproxy; the words of its log.
 */
import { isIPv4, isIPv6 } from 'node:net'

/** Both ends of the connection as the proxy sees it. */
export interface ProxiedEnds {
  readonly client: { readonly address: string; readonly port: number }
  readonly server: { readonly address: string; readonly port: number }
}

/** A good header: its length in octets, and whom it is about; without ends the proxy speaks for itself (LOCAL). */
export interface ProxyHeader {
  readonly length: number
  readonly ends?: ProxiedEnds
}

/** What is wrong with it, as it stands in the log. */
export interface ProxyError {
  readonly error: string
}

/** Longer than any header that a proxy may send: version 2 with 520 octets of addresses and attributes. */
export const MAX_PROXY_HEADER = 536

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const V2_HEAD = 16

/** Parses what a proxy sent first; SMTP may follow at once. */
export function parseProxyHeader(input: Buffer): ProxyHeader | ProxyError {
  const head = input.length > MAX_PROXY_HEADER ? input.subarray(0, MAX_PROXY_HEADER) : input
  return head.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? parseBinary(head) : parseText(head)
}

const bad = (error: string): ProxyError => ({ error })

/** `PROXY TCP4 192.0.2.9 192.0.2.1 56324 25` */
function parseText(head: Buffer): ProxyHeader | ProxyError {
  const end = head.indexOf(10)
  if (end < 0) return bad('missing protocol header terminator')
  const line = head.toString('latin1', 0, end)
  const [word, protocol, client = '', server = '', clientPort, serverPort] = line.split(/[ \r]+/).filter((each) => each !== '')
  if (word === undefined) return bad('short protocol header')
  if (word !== 'PROXY' || !line.startsWith(word)) return bad('unrecognized protocol header')
  if (protocol === undefined) return bad('short protocol header')
  const type = protocol.toUpperCase()
  const isAddress = type === 'TCP4' ? isIPv4 : type === 'TCP6' ? isUnscopedIPv6 : undefined
  if (isAddress === undefined) return bad('bad or missing protocol type')
  if (!isAddress(client)) return bad('bad or missing client address')
  if (!isAddress(server)) return bad('bad or missing server address')
  if (!isPort(clientPort)) return bad('bad or missing client port')
  if (!isPort(serverPort)) return bad('bad or missing server port')
  const ends = {
    client: { address: client, port: Number(clientPort) },
    server: { address: server, port: Number(serverPort) },
  }
  return { length: end + 1, ends }
}

/** An address with a zone means something on one link only. */
function isUnscopedIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535
}

const VERSION_2 = 2
const LOCAL = 0
const PROXY = 1

/** By address family and transport: octets of an address, and how it is written. */
const FAMILIES: ReadonlyMap<number, { readonly size: number; readonly text: (octets: Buffer) => string }> = new Map([
  [0x11, { size: 4, text: (octets: Buffer) => octets.join('.') }],
  [0x21, { size: 16, text: textOfV6 }],
])

function parseBinary(head: Buffer): ProxyHeader | ProxyError {
  if (head.length < V2_HEAD) return bad('short version 2 protocol header')
  const command = head.readUInt8(12)
  if (command >> 4 !== VERSION_2) return bad('unrecognized protocol version')
  const length = V2_HEAD + head.readUInt16BE(14)
  if (head.length < length) return bad('short version 2 protocol header')
  if ((command & 15) === LOCAL) return { length }
  if ((command & 15) !== PROXY) return bad('bad command in proxy header')
  const family = FAMILIES.get(head.readUInt8(13))
  if (family === undefined) return bad('unsupported network protocol')
  const { size, text } = family
  const ports = V2_HEAD + 2 * size
  if (length < ports + 4) return bad('short address field')
  const ends = {
    client: { address: text(head.subarray(V2_HEAD, V2_HEAD + size)), port: head.readUInt16BE(ports) },
    server: { address: text(head.subarray(V2_HEAD + size, ports)), port: head.readUInt16BE(ports + 2) },
  }
  return { length, ends }
}

/** Eight groups; the caller makes it canonical. */
function textOfV6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => octets.readUInt16BE(2 * i).toString(16))
  return groups.join(':')
}
