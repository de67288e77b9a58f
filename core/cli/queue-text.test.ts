/** The queue as postqueue -p and -j would show it, with nothing in it that could move a terminal's cursor. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageReport } from '../process/orders.ts'
import type { QueueEntry } from '../queue/types.ts'
import { jsonEntry, ListPrinter, shownMessage } from './queue-text.ts'

const ARRIVED = new Date(2026, 10, 20, 7, 26, 16).getTime()
const entry: QueueEntry = {
  id: '4jW76l5jKXzJDPf',
  state: 'deferred',
  arrived: ARRIVED,
  size: 389,
  sender: 'a@x.test',
  recipients: [
    { address: 'one@far.test', reason: 'connect to mx.far.test[192.0.2.1]:25: Connection refused' },
    { address: 'two@far.test', reason: 'connect to mx.far.test[192.0.2.1]:25: Connection refused' },
    { address: 'three@far.test' },
  ],
  attempts: 2,
  next: ARRIVED + 300_000,
}

function listed(entries: readonly QueueEntry[]): string {
  const lines: string[] = []
  const printer = new ListPrinter((line) => void lines.push(line))
  for (const each of entries) printer.entry(each)
  printer.end()
  return lines.join('\n')
}

test('an empty queue', () => {
  assert.equal(listed([]), 'Mail queue is empty')
})

test('a list as postqueue -p prints it', () => {
  assert.equal(
    listed([entry, { ...entry, id: '4jW76l6SX0zJDyW', state: 'active', sender: '', recipients: [{ address: 'x@y.test' }] }]),
    `----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------
4jW76l5jKXzJDPf        389 Fri Nov 20 07:26:16  a@x.test
(connect to mx.far.test[192.0.2.1]:25: Connection refused)
                                                one@far.test
                                                two@far.test
                                                three@far.test

4jW76l6SX0zJDyW*       389 Fri Nov 20 07:26:16  MAILER-DAEMON
                                                x@y.test

-- 1 Kbytes in 2 Requests.`,
  )
})

test('a line as postqueue -j prints it', () => {
  assert.deepEqual(JSON.parse(jsonEntry(entry)), {
    queue_name: 'deferred',
    queue_id: '4jW76l5jKXzJDPf',
    arrival_time: ARRIVED / 1000,
    message_size: 389,
    sender: 'a@x.test',
    recipients: [
      { address: 'one@far.test', delay_reason: 'connect to mx.far.test[192.0.2.1]:25: Connection refused' },
      { address: 'two@far.test', delay_reason: 'connect to mx.far.test[192.0.2.1]:25: Connection refused' },
      { address: 'three@far.test' },
    ],
    attempts: 2,
    next_attempt: ARRIVED / 1000 + 300,
  })
})

const NASTY = 'a\x1b[2J\r\nb\u009bc'

test('control characters of senders, recipients, reasons and content do not reach the terminal', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const report: MessageReport = {
    envelope: {
      id: 'X',
      arrived: ARRIVED,
      sender: NASTY,
      recipients: [{ address: NASTY, original: 'other', last: { status: '4.0.0', reason: NASTY } }],
      origin: { clientName: NASTY, clientAddress: NASTY },
    },
    size: 10,
    head: base64(`Subject: ${NASTY}\r\n\r\n`),
    body: base64(`${NASTY}\r\n`),
    truncated: false,
  }
  const shown = shownMessage(report) + listed([{ ...entry, sender: NASTY, recipients: [{ address: NASTY, reason: NASTY }] }])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(shown.replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f]/)
  assert.match(shown, /^original_recipient: other$/m)
})
