/** Everything that is told and never decides: one union, one hook, for logs, metrics, webhooks and tests. */
import type { Client, Forwarded } from './facts.ts'
import type { Envelope } from './queue/types.ts'
import type { DeliveryTimes, Outcome } from './smtp/types.ts'

/** Who was speaking when something was refused or noted in smtpd. */
export interface DialogFacts {
  readonly session: string
  readonly client: Client
  readonly helo: string | undefined
  readonly protocol: string
  /** '' is the null sender; undefined before MAIL. */
  readonly sender: string | undefined
  readonly recipient: string | undefined
  readonly queueId: string | undefined
}

export type Event =
  // life
  | { readonly type: 'started'; readonly listeners: readonly string[]; readonly workers: number }
  | { readonly type: 'reloaded'; readonly generation: number }
  | { readonly type: 'stopping'; readonly reason: string }
  | { readonly type: 'fault'; readonly where: string; readonly message: string; readonly cause?: string }
  | { readonly type: 'warning'; readonly where: string; readonly message: string }
  /** The engine of shared state can no longer be asked, and for what reason, or can again. */
  | { readonly type: 'state'; readonly engine: string; readonly isAvailable: boolean; readonly reason: string }
  // smtpd
  | { readonly type: 'connect'; readonly session: string; readonly listener: string; readonly client: Client }
  | { readonly type: 'disconnect'; readonly session: string; readonly client: Client; readonly commands: string }
  /** `lost connection after RCPT from ...`, `timeout after DATA ...`, `too many errors after ...`, `improper command pipelining after ...` */
  | {
      readonly type: 'trouble'
      readonly session: string
      readonly client: Client
      readonly what: string
      readonly after: string
      readonly detail?: string
    }
  /** A refusal as the client sees it; `command` is the verb; `step` is the entry id that decided, when one did. */
  | {
      readonly type: 'refused'
      readonly dialog: DialogFacts
      readonly command: string
      readonly code: number
      readonly status: string
      readonly text: string
      readonly step?: string
      readonly cause?: string
    }
  /** A step in warn mode would have refused, or a table asked for a note: warn, info, hold, discard, filter, redirect, bcc, prepend, permit. */
  | {
      readonly type: 'noted'
      readonly dialog: DialogFacts
      readonly command: string
      readonly action: string
      readonly text: string
      readonly step?: string
    }
  | { readonly type: 'protocolError'; readonly dialog: DialogFacts; readonly command: string; readonly reply: string }
  | {
      readonly type: 'transaction'
      readonly session: string
      readonly queueId: string
      readonly client: Client
      readonly sasl?: { readonly method: string; readonly username: string; readonly sender?: string }
      readonly forwarded?: Forwarded
    }
  /** What a before-queue filter said of a message, lines and all, or what the client was told in its place. */
  | { readonly type: 'proxied'; readonly dialog: DialogFacts; readonly isAccepted: boolean; readonly reply: string }
  // cleanup
  | { readonly type: 'messageId'; readonly queueId: string; readonly messageId: string }
  | {
      readonly type: 'contentRefused'
      readonly queueId: string
      readonly dialog?: DialogFacts
      readonly action: string
      readonly what: string
      readonly text: string
      readonly step?: string
    }
  // queue
  /** `pending`: recipients that are still to be delivered. */
  | {
      readonly type: 'queued'
      readonly envelope: Envelope
      readonly size: number
      readonly pending: number
      readonly active: number
    }
  | { readonly type: 'removed'; readonly queueId: string }
  | { readonly type: 'held'; readonly queueId: string; readonly why: string }
  | { readonly type: 'expired'; readonly queueId: string; readonly sender: string }
  | { readonly type: 'skipped'; readonly queueId: string; readonly why: string }
  // smtp
  | {
      readonly type: 'delivery'
      readonly envelope: Envelope
      readonly recipient: number
      readonly transport: string
      readonly outcome: Outcome
      readonly times: DeliveryTimes
      readonly due: number
    }
  | { readonly type: 'peer'; readonly transport: string; readonly queueId?: string; readonly message: string }
  // bounce
  | {
      readonly type: 'bounce'
      readonly queueId: string
      readonly kind: 'failure' | 'delay' | 'success' | 'double' | 'doubleDelay'
      readonly noticeId: string
    }

export type EventType = Event['type']
export type EventOf<T extends EventType> = Extract<Event, { readonly type: T }>
