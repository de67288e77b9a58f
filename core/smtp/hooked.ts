/** What the hooks of the client side carry: hosts, features, envelope and content on their way out. */
import type { Duplex } from 'node:stream'
import type { HeaderList } from '../message/types.ts'
import type { ContentFacts, Envelope } from '../queue/types.ts'
import type { Outcome } from './types.ts'

/** What a delivery is for: the transport and next hop whose connection is being made. */
export interface Destination {
  readonly transport: string
  readonly nexthop: string
  /** Domain of the next hop without brackets and port. */
  readonly domain: string
}

/** One address to try. */
export interface Host {
  /** Name from MX or next hop; the address again for literals. */
  readonly name: string
  readonly address: string
  readonly family: 4 | 6 | 'unix'
  /** Port, or 0 for unix. */
  readonly port: number
  readonly preference: number
  /** DNS said so under DNSSEC. */
  readonly authenticated: boolean
}

/** What a peer's greeting and EHLO reply enable; steps may take away or add. */
export interface Features {
  /** Send HELO instead of EHLO. */
  readonly helo: boolean
  readonly pipelining: boolean
  /** -1: not offered; 0: offered without limit; else bytes. */
  readonly size: number
  readonly eightBitMime: boolean
  readonly dsn: boolean
  readonly smtputf8: boolean
  readonly startTls: boolean
  readonly xforward: readonly string[]
  readonly auth: readonly string[]
  /** Wait so long (ms) between the last content line and the dot; set by PIX work-arounds. 0: not at all. */
  readonly delayDot: number
  /** Flush before the dot, so that it travels in a packet of its own (PIX). */
  readonly separateDot: boolean
}

/** What is known when features are decided. */
export interface PeerFacts {
  readonly destination: Destination
  readonly host: Host
  /** The greeting's text; '' when there was none yet. */
  readonly banner: string
  /** EHLO lines after the first, upper-case keyword first; undefined before EHLO. */
  readonly ehlo: readonly string[] | undefined
  /** The message at hand; its age decides about PIX delays. */
  readonly envelope: Envelope
}

/** Addresses as they will be sent. */
export interface OutgoingEnvelope {
  readonly sender: string
  /** Parallel to the job's recipients. */
  readonly recipients: readonly string[]
}

/** Content as it will be sent. */
export interface OutgoingMessage {
  readonly headers: HeaderList
  /** Replacement of the stored body, or undefined to send it as stored. */
  readonly body: AsyncIterable<Buffer> | Iterable<Buffer> | undefined
  /** Reads the stored body from its start: for steps that change it. What they give as `body` is read while it is sent. */
  readonly stored?: () => AsyncIterable<Buffer> | Iterable<Buffer>
  readonly facts: ContentFacts
}

export interface OutgoingContext {
  readonly destination: Destination
  readonly host: Host
  readonly features: Features
  readonly envelope: Envelope
}

export interface DialRequest {
  readonly destination: Destination
  readonly host: Host
  readonly timeout: number
}
export type Dial = Duplex

export interface OutcomeContext {
  readonly destination: Destination
  readonly envelope: Envelope
  readonly recipient: number
}
export type { Outcome }
