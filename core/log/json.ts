/**
 * Events as flat JSON objects, one a line, with names that stay: a table, one row for each type of event. `time`, `event`,
 * `level` and `pid` stand in every line; `session` follows a connection, `queueId` a message.
 */
import type { DialogFacts, Event, EventOf, EventType } from '../events.ts'
import type { Client } from '../facts.ts'
import { parts } from './delays.ts'
import { outcomeText } from './maillog.ts'

type Fields = { readonly [name: string]: unknown }
type Row<T extends EventType> = (event: EventOf<T>) => Fields
type Table = { readonly [T in EventType]: Row<T> }

const TABLE: Table = {
  started: ({ listeners, workers }) => ({ listeners, workers }),
  reloaded: ({ generation }) => ({ generation }),
  state: ({ engine, isAvailable, reason }) => ({ engine, isAvailable, reason }),
  stopping: ({ reason }) => ({ reason }),
  fault: ({ where, message, cause }) => ({ where, message, cause }),
  warning: ({ where, message }) => ({ where, message }),

  connect: (e) => ({ session: e.session, listener: e.listener, ...clientFields(e.client) }),
  disconnect: (e) => ({ session: e.session, ...clientFields(e.client), commands: e.commands }),
  trouble: (e) => ({ session: e.session, ...clientFields(e.client), what: e.what, after: e.after, detail: e.detail }),
  refused: (e) => ({
    ...dialogFields(e.dialog),
    command: e.command,
    code: e.code,
    status: e.status,
    text: e.text,
    step: e.step,
    cause: e.cause,
  }),
  noted: (e) => ({ ...dialogFields(e.dialog), command: e.command, action: e.action, text: e.text, step: e.step }),
  protocolError: (e) => ({ ...dialogFields(e.dialog), command: e.command, reply: e.reply }),
  transaction: (e) => ({
    session: e.session,
    queueId: e.queueId,
    ...clientFields(e.client),
    saslMethod: e.sasl?.method,
    saslUsername: e.sasl?.username,
    saslSender: e.sasl?.sender,
  }),

  proxied: (e) => ({ ...dialogFields(e.dialog), isAccepted: e.isAccepted, reply: e.reply }),

  messageId: ({ queueId, messageId }) => ({ queueId, messageId }),
  contentRefused: (e) => ({
    ...(e.dialog === undefined ? {} : dialogFields(e.dialog)),
    queueId: e.queueId,
    action: e.action,
    what: e.what,
    text: e.text,
    step: e.step,
  }),

  queued: ({ envelope, size, active }) => ({
    queueId: envelope.id,
    sender: envelope.sender,
    size,
    recipients: envelope.recipients.length,
    active,
  }),
  removed: ({ queueId }) => ({ queueId }),
  held: ({ queueId, why }) => ({ queueId, why }),
  expired: ({ queueId, sender }) => ({ queueId, sender }),
  skipped: ({ queueId, why }) => ({ queueId, why }),

  delivery: deliveryFields,
  peer: ({ transport, queueId, message }) => ({ transport, queueId, message }),
  bounce: ({ queueId, kind, noticeId }) => ({ queueId, kind, noticeId }),
}

/** The fields of an event; those that are undefined do not appear. Times in a delivery are seconds. */
export function jsonFields(event: Event): Fields {
  return (TABLE[event.type] as Row<EventType>)(event as never)
}

function clientFields(client: Client): Fields {
  return { client: client.address, clientName: client.name, clientPort: client.port }
}

function dialogFields(dialog: DialogFacts): Fields {
  return {
    session: dialog.session,
    queueId: dialog.queueId,
    ...clientFields(dialog.client),
    helo: dialog.helo,
    protocol: dialog.protocol,
    sender: dialog.sender,
    recipient: dialog.recipient,
  }
}

function deliveryFields(event: EventOf<'delivery'>): Fields {
  const { envelope, outcome, times } = event
  const recipient = envelope.recipients[event.recipient]
  return {
    queueId: envelope.id,
    recipient: recipient?.address,
    originalRecipient: recipient?.original,
    transport: event.transport,
    relay: outcome.relay,
    remote: outcome.remote,
    delay: (times.finished - envelope.arrived) / 1000,
    delays: parts(envelope.arrived, event.due, times).map((ms) => ms / 1000),
    dsn: outcome.status,
    status: outcome.kind,
    text: outcomeText(outcome),
  }
}
