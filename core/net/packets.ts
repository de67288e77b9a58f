/** DNS packets made and understood: the question we send, and what an answer says about it. */
import { isIPv4 } from 'node:net'
import { AUTHENTIC_DATA, type DecodedPacket, decode, encode, RECURSION_DESIRED, type Answer as WireRecord } from 'dns-packet'
import { isHostname } from '../protocol/domain.ts'
import { blankControls, oneLine } from '../reply.ts'
import { canonicalIp } from './ip.ts'
import type { Answer, AnswerStatus, DnsRecord, RecordData, RecordType } from './types.ts'

/** RFC 9715: small enough not to be fragmented. */
const UDP_PAYLOAD = 1232
/** Aliases followed within one answer. */
const LONGEST_CHAIN = 12
/** Records taken from one answer. */
const MOST_RECORDS = 200

/** Texts as Postfix logs them. */
const TEXTS = Object.freeze({
  missing: 'Host not found',
  empty: 'Host found but no data record of requested type',
  failed: 'Host not found, try again',
  malformed: 'Malformed or unexpected name server reply',
  invalid: 'invalid host or domain name',
})

/** A question as bytes. */
export function question(id: number, name: string, type: RecordType): Buffer {
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type, name, class: 'IN' }],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: UDP_PAYLOAD, flags: 0, options: [] }] as never,
  })
}

/** Is it an answer to this question? With `exact` the letters must have the case that was sent (0x20). */
export function answers(packet: Buffer, id: number, name: string, type: RecordType, exact: boolean): boolean {
  if (packet.length < 12 || packet.readUInt16BE(0) !== id || ((packet[2] ?? 0) & 0x80) === 0) return false
  const read = decoded(packet)
  const asked = read?.questions?.[0]
  // What can not be decoded but bears our id comes from the server we asked: it is malformed, not forged.
  if (read === undefined) return true
  if (asked === undefined) return false
  const same = exact ? asked.name === name : asked.name.toLowerCase() === name.toLowerCase()
  return same && asked.type === type
}

/** True when the server cut its answer: ask again by TCP. */
export function isTruncated(packet: Buffer): boolean {
  return packet.length > 2 && ((packet[2] ?? 0) & 0x02) !== 0
}

function decoded(packet: Buffer): DecodedPacket | undefined {
  try {
    return decode(packet)
  } catch {
    return undefined
  }
}

/** What is to be kept of an answer, and for how long (seconds). */
export interface Understood<T extends RecordType> {
  readonly answer: Answer<T>
  readonly ttl: number
  /** The server could not say: another may. */
  readonly retry: boolean
}

const NEGATIVE_TTL = 60
const LONGEST_NEGATIVE = 900
const LONGEST_POSITIVE = 86_400

/** Reads the answer to a question about `name` and `type`. */
export function understand<T extends RecordType>(packet: Buffer, name: string, type: T, trustAd: boolean): Understood<T> {
  const read = decoded(packet)
  if (read === undefined) return { answer: failure(name, type, 'malformed'), ttl: 0, retry: true }
  const { rcode } = read as DecodedPacket & { readonly rcode: string }
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { answer: failure(name, type, 'failed'), ttl: 0, retry: true }
  const authenticated = trustAd && read.flag_ad
  const { canonical, records, dropped } = followed<T>(read.answers ?? [], name, type)
  if (records.length > 0) {
    const ttl = Math.min(LONGEST_POSITIVE, ...records.map((record) => record.ttl))
    return { answer: { status: 'found', records, authenticated, canonical, reason: '' }, ttl, retry: false }
  }
  if (dropped) return { answer: { ...failure(name, type, 'malformed'), isMalformed: true }, ttl: 0, retry: false }
  const status = rcode === 'NXDOMAIN' ? 'missing' : 'empty'
  const answer = { ...failure(name, type, status), authenticated, canonical }
  return { answer, ttl: negativeTtl(read.authorities ?? []), retry: false }
}

/** RFC 2308 5: the smaller of the SOA record's own time and its minimum. */
function negativeTtl(authorities: readonly WireRecord[]): number {
  for (const record of authorities)
    if (record.type === 'SOA') return Math.min(record.ttl ?? 0, record.data.minimum ?? 0, LONGEST_NEGATIVE)
  return NEGATIVE_TTL
}

/** The records of the asked type that belong to the name or to what it is an alias of; some may have to be dropped. */
function followed<T extends RecordType>(wire: readonly WireRecord[], name: string, type: T) {
  let canonical = normal(name)
  for (let i = 0; i < LONGEST_CHAIN && type !== 'CNAME'; i++) {
    const alias = wire.find((record) => record.type === 'CNAME' && normal(record.name) === canonical)
    if (alias === undefined) break
    const target = hostName((alias as { data?: unknown }).data)
    // RFC 2317: aliases of addresses may have other characters.
    if (target === undefined || (type !== 'PTR' && !isHostname(target))) return { canonical, records: [], dropped: true }
    canonical = target
  }
  const records: DnsRecord<T>[] = []
  let dropped = false
  for (const record of wire) {
    if (record.type !== type || normal(record.name) !== canonical || records.length >= MOST_RECORDS) continue
    const { ttl, data } = record as unknown as { ttl?: number; data: unknown }
    const value = DATA[type](data)
    if (value === undefined) {
      dropped = true
      continue
    }
    const strings = type === 'TXT' ? { strings: stringsOf(data) } : {}
    records.push({ name: canonical, type, ttl: Math.max(0, ttl ?? 0), data: value as RecordData[T], ...strings })
  }
  return { canonical, records, dropped }
}

/** An answer that found nothing. */
export function failure<T extends RecordType>(name: string, type: T, why: keyof typeof TEXTS): Answer<T> {
  const about = why === 'invalid' ? oneLine(name) : `name=${oneLine(name)} type=${type}`
  const prefix = why === 'invalid' || why === 'malformed' ? '' : 'Host or domain name not found. '
  const reason = `${prefix}Name service error for ${about}: ${TEXTS[why]}`
  const status: AnswerStatus = why === 'malformed' ? 'failed' : why === 'invalid' ? 'missing' : why
  return { status, records: [], authenticated: false, canonical: normal(name), reason }
}

const undotted = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name)

const normal = (name: string): string => undotted(name).toLowerCase()

/** A name from the wire as it is spelt, without the final dot; undefined when it has what no host name may have. */
function spelt(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined
  const name = undotted(data)
  return name.length <= 255 && /^[\x21-\x7e]*$/.test(name) ? name : undefined
}

/** The same in lower case. */
const hostName = (data: unknown): string | undefined => spelt(data)?.toLowerCase()

/** The character-strings of a TXT record (RFC 1035 3.3.14). What would not be one line of text is blanks, as in Postfix. */
function stringsOf(data: unknown): string[] {
  const parts = Array.isArray(data) ? data : [data]
  return parts.map((part) => blankControls(Buffer.isBuffer(part) ? part.toString('utf8') : String(part)))
}

/** A host, the root that stands for none (RFC 7505), or an address, which is not right but understood. */
function isExchange(name: string): boolean {
  return name === '' || isHostname(name) || isIPv4(name)
}

type Reader = (data: unknown) => unknown
const fields = (data: unknown): { readonly [key: string]: unknown } =>
  typeof data === 'object' && data !== null ? { ...data } : {}

/** How the data of each type is taken over; undefined drops the record. */
const DATA: Readonly<Record<RecordType, Reader>> = {
  A: (data) => (typeof data === 'string' ? data : undefined),
  AAAA: (data) => (typeof data === 'string' ? canonicalIp(data) : undefined),
  MX(data) {
    const { preference, exchange } = fields(data)
    const name = hostName(exchange)
    return name === undefined || !isExchange(name) ? undefined : { preference: Number(preference ?? 0), exchange: name }
  },
  TXT: (data) => stringsOf(data).join(''),
  // Logs and replies show a client's name as its owner spells it.
  PTR: spelt,
  CNAME: hostName,
  NS: hostName,
  SRV(data) {
    const { priority, weight, port, target } = fields(data)
    const name = hostName(target)
    if (name === undefined) return undefined
    return { priority: Number(priority ?? 0), weight: Number(weight ?? 0), port: Number(port ?? 0), target: name }
  },
  TLSA(data) {
    const { usage, selector, matchingType, certificate } = fields(data)
    if (!Buffer.isBuffer(certificate)) return undefined
    return { usage: Number(usage), selector: Number(selector), matchingType: Number(matchingType), certificate }
  },
  SOA: (data) => hostName(fields(data).mname),
}
