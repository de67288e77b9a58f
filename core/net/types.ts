/** DNS as Postern needs it: answers that are never exceptions, with the AD bit (RFC 4035) and times to live. */

export type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'PTR' | 'CNAME' | 'NS' | 'SRV' | 'TLSA' | 'SOA'

export interface MxData {
  readonly preference: number
  readonly exchange: string
}
export interface TlsaData {
  readonly usage: number
  readonly selector: number
  readonly matchingType: number
  readonly certificate: Buffer
}
export interface SrvData {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

/** The value of a record by its type. Names come without the final dot, in lower case. */
export interface RecordData {
  A: string
  AAAA: string
  MX: MxData
  TXT: string
  PTR: string
  CNAME: string
  NS: string
  SRV: SrvData
  TLSA: TlsaData
  SOA: string
}

export interface DnsRecord<T extends RecordType = RecordType> {
  readonly name: string
  readonly type: T
  /** Seconds. */
  readonly ttl: number
  readonly data: RecordData[T]
  /** For TXT: the strings that `data` is made of. */
  readonly strings?: readonly string[]
}

/** `missing`: the name does not exist; `empty`: it has no such records; `failed`: ask again later (SERVFAIL, time-out, garbage). */
export type AnswerStatus = 'found' | 'missing' | 'empty' | 'failed'

export interface Answer<T extends RecordType = RecordType> {
  readonly status: AnswerStatus
  /** It failed because a filter of the configuration dropped every record (smtpd_dns_reply_filter). */
  readonly isFiltered?: boolean
  /** It failed because no record has a name that a host can have: asking again will not help. */
  readonly isMalformed?: boolean
  readonly records: readonly DnsRecord<T>[]
  /** The AD bit, believed only from a resolver that the configuration trusts. */
  readonly authenticated: boolean
  /** The name after following CNAMEs. */
  readonly canonical: string
  /** Why it failed, as Postfix logs it: `Host or domain name not found. Name service error for name=x type=MX: Host not found, try again`. */
  readonly reason: string
}

/** One view of DNS. Never rejects. */
export interface Resolver {
  resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>>
  /** What is remembered, at once; undefined: it has to be asked for. */
  known?<T extends RecordType>(name: string, type: T): Answer<T> | undefined
  /** Begins to ask, so that `resolve` later finds the answer there or under way. */
  prefetch?(name: string, type: RecordType): void
  close(): void
}
