/** The queue as text: in the shape of postqueue -p and postqueue -j, which people and scripts know. */
import { printable } from '../log/printable.ts'
import type { MessageReport } from '../process/orders.ts'
import type { Envelope, QueueEntry, QueueState } from '../queue/types.ts'

const HEAD = '----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------'
/** Stands behind the queue id: active, or on hold. */
const MARKS: Readonly<Partial<Record<QueueState, string>>> = Object.freeze({
  active: '*',
  incoming: '*',
  hold: '!',
  corrupt: '#',
})
const INDENT = ' '.repeat(48)

/** Prints entries as they come, with the head before the first and the sum after the last. */
export class ListPrinter {
  readonly #print: (line: string) => Promise<void> | undefined
  #count = 0
  #bytes = 0

  constructor(print: (line: string) => Promise<void> | undefined) {
    this.#print = print
  }

  entry(entry: QueueEntry): Promise<void> | undefined {
    const head = this.#count === 0 ? `${HEAD}\n` : ''
    this.#count++
    this.#bytes += entry.size
    return this.#print(`${head}${listed(entry)}\n`)
  }

  end(): Promise<void> | undefined {
    if (this.#count === 0) return this.#print('Mail queue is empty')
    const noun = this.#count === 1 ? 'Request' : 'Requests'
    return this.#print(`-- ${Math.ceil(this.#bytes / 1024)} Kbytes in ${this.#count} ${noun}.`)
  }
}

function listed(entry: QueueEntry): string {
  const id = `${entry.id}${MARKS[entry.state] ?? ''}`.padEnd(17)
  const lines = [
    `${id} ${String(entry.size).padStart(8)} ${arrival(entry.arrived)}  ${printable(entry.sender || 'MAILER-DAEMON')}`,
  ]
  let reason: string | undefined
  for (const recipient of entry.recipients) {
    if (recipient.reason !== undefined && recipient.reason !== reason) lines.push(`(${printable(recipient.reason)})`)
    reason = recipient.reason
    lines.push(`${INDENT}${printable(recipient.address)}`)
  }
  return lines.join('\n')
}

/** `Fri Nov 20 07:26:16` */
function arrival(milliseconds: number): string {
  const [day, month, date] = new Date(milliseconds).toDateString().split(' ')
  return `${day} ${month} ${date} ${new Date(milliseconds).toTimeString().slice(0, 8)}`
}

/** One line of postqueue -j, with attempts and the time of the next one. */
export function jsonEntry(entry: QueueEntry): string {
  return JSON.stringify({
    queue_name: entry.state,
    queue_id: entry.id,
    arrival_time: Math.floor(entry.arrived / 1000),
    message_size: entry.size,
    sender: entry.sender,
    recipients: entry.recipients.map(({ address, reason }) => ({
      address,
      ...(reason === undefined ? {} : { delay_reason: reason }),
    })),
    attempts: entry.attempts,
    ...(entry.next === undefined ? {} : { next_attempt: Math.floor(entry.next / 1000) }),
  })
}

/** A message in three parts, as postcat -q shows it. */
export function shownMessage(report: MessageReport): string {
  const envelope = report.envelope as Envelope
  const rows: (readonly [string, string | number | undefined])[] = [
    ['message_size', report.size],
    ['arrival_time', new Date(envelope.arrived).toString()],
    ['sender', envelope.sender],
    ['client', `${envelope.origin.clientName}[${envelope.origin.clientAddress}]`],
    ['attempts', envelope.attempts ?? 0],
    ['next_attempt', envelope.next === undefined ? undefined : new Date(envelope.next).toString()],
    ['hold', envelope.hold === true ? 'yes' : undefined],
  ]
  for (const recipient of envelope.recipients) {
    rows.push([recipient.done === true ? 'done_recipient' : 'recipient', recipient.address])
    if (recipient.original !== recipient.address) rows.push(['original_recipient', recipient.original])
    if (recipient.last !== undefined) rows.push(['reason', recipient.last.reason])
  }
  const shown = rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${printable(String(value))}`]))
  return [
    `*** ENVELOPE ${envelope.id} ***`,
    ...shown,
    '*** MESSAGE CONTENTS ***',
    legible(report.head) + legible(report.body),
    report.truncated ? '*** (cut) ***' : '*** END ***',
  ].join('\n')
}

/** Content for a terminal: its lines stay, control characters in them do not. */
function legible(base64: string): string {
  return Buffer.from(base64, 'base64')
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => printable(line.replaceAll('\t', '    ')))
    .join('\n')
}
