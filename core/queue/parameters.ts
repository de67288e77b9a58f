/** Postfix's queue manager parameters that the queue honours, and their values for one transport. */
import type { Generation } from '../generation.ts'
import { count, declare, list, type Scope, text, time, type Values } from '../parameters.ts'

export const QUEUE_PARAMETERS = declare('queue', {
  minimal_backoff_time: time(
    '300s',
    'Shortest time between two attempts to deliver a deferred message, and how long a destination that can not be reached is left alone.',
  ),
  maximal_backoff_time: time('4000s', 'Longest time between two attempts to deliver a deferred message.'),
  queue_run_delay: time(
    '300s',
    'Longest time between two looks at the deferred queue. A message is tried when it is due, so this only bounds a change of the clock.',
  ),
  maximal_queue_lifetime: time('5d', 'How long a message is tried before it is returned to its sender.', { unit: 'd' }),
  bounce_queue_lifetime: time('5d', 'The same for messages from the null sender.', { unit: 'd' }),
  delay_warning_time: time('0h', 'Age at which the sender is told that a message is delayed. 0: never.', { unit: 'h' }),
  qmgr_message_active_limit: count('20000', 'Messages that a worker holds in memory for delivery; the others wait in the spool.'),
  default_process_limit: count('100', 'Deliveries that one transport of a worker runs at once.'),
  initial_destination_concurrency: count('5', 'Deliveries to one destination at once when nothing is known about it yet.'),
  default_destination_concurrency_limit: count(
    '20',
    'Most deliveries to one destination at once, over all workers. TRANSPORT_destination_concurrency_limit overrides it. 0: no limit.',
  ),
  default_destination_concurrency_failed_cohort_limit: count(
    '1',
    'How many rounds of failed connections, each as many as deliveries are made at once, make a destination dead.',
  ),
  default_destination_recipient_limit: count(
    '50',
    'Most recipients in one delivery. TRANSPORT_destination_recipient_limit overrides it. 0: no limit; 1: concurrency is counted for each recipient.',
  ),
  default_destination_rate_delay: time(
    '0s',
    'Pause between two deliveries to one destination, which then go one at a time. TRANSPORT_destination_rate_delay overrides it.',
  ),
  smtp_destination_concurrency_limit: count(
    '$default_destination_concurrency_limit',
    'Most deliveries to one destination at once over the transport smtp, over all workers. 0: no limit.',
  ),
  smtp_destination_recipient_limit: count(
    '$default_destination_recipient_limit',
    'Most recipients in one delivery of the transport smtp. 0: no limit.',
  ),
  transport_destination_concurrency_limit: count(
    '$default_destination_concurrency_limit',
    'A family of names, with the name of a transport for `transport`: most deliveries to one destination at once over that transport.',
  ),
  transport_destination_recipient_limit: count(
    '$default_destination_recipient_limit',
    'A family of names, with the name of a transport for `transport`: most recipients in one delivery of that transport.',
  ),
  defer_transports: list('', 'Transports whose mail is deferred, until the queue is flushed.'),
  queue_directory: text('/var/spool/postern', 'Directory of the spools; the configuration key of the same name sets it.'),
})

export type QueueValues = Values<(typeof QUEUE_PARAMETERS)['declarations']>

/** How one transport is used. */
export interface TransportLimits {
  /** Deliveries at once to a destination; Infinity is no limit. */
  readonly concurrency: number
  readonly initial: number
  readonly failedCohorts: number
  /** Recipients in a delivery; Infinity is no limit. */
  readonly recipients: number
  /** Milliseconds between deliveries. */
  readonly rateDelay: number
  readonly processes: number
}

/** Limits of a transport: its own parameters, then `TRANSPORT_destination_...`, then the defaults. */
export function transportLimits(generation: Generation, transport: string): TransportLimits {
  const runtime = generation.transports.get(transport)
  const scope: Scope = runtime?.scope ?? generation.scope
  const values = scope.values(QUEUE_PARAMETERS)
  const own = (what: string, fallback: number): number => {
    const written = scope.text(`${transport}_destination_${what}`)
    if (written === undefined || written.trim() === '') return fallback
    return what === 'rate_delay' ? milliseconds(written, fallback) : wholeNumber(written, fallback)
  }
  const rateDelay = own('rate_delay', values.default_destination_rate_delay)
  const concurrency = unlimited(own('concurrency_limit', values.default_destination_concurrency_limit))
  return {
    concurrency: rateDelay > 0 ? 1 : concurrency,
    initial: Math.max(1, Math.min(values.initial_destination_concurrency, concurrency)),
    failedCohorts: own('concurrency_failed_cohort_limit', values.default_destination_concurrency_failed_cohort_limit),
    // What goes on top of a message for one recipient is not for another.
    recipients: /[DO]/.test(runtime?.config?.flags ?? '')
      ? 1
      : unlimited(own('recipient_limit', values.default_destination_recipient_limit)),
    rateDelay,
    processes: unlimited(values.default_process_limit),
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

function milliseconds(written: string, fallback: number): number {
  const match = /^\s*(\d{1,9})\s*([smhdw]?)\s*$/.exec(written)
  return match === null ? fallback : Number(match[1]) * (UNITS[match[2] || 's'] ?? 1000)
}

function wholeNumber(written: string, fallback: number): number {
  return /^\s*\d{1,9}\s*$/.test(written) ? Number(written) : fallback
}

function unlimited(value: number): number {
  return value === 0 ? Number.POSITIVE_INFINITY : value
}
