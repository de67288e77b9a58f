/** Events become exactly the lines that Postfix 3.7 writes; the expected texts were copied from its log. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { DialogFacts, Event } from '../events.ts'
import type { Client } from '../facts.ts'
import type { Envelope } from '../queue/types.ts'
import { createLog, type LogIdentity } from './log.ts'

const NOW = new Date(2026, 10, 5, 7, 2, 21, 42).getTime()

const client: Client = {
  address: '127.0.0.1',
  port: 40000,
  family: 4,
  name: 'unknown',
  reverseName: 'unknown',
  nameStatus: 'permanent',
  reverseStatus: 'permanent',
}
const dialog: DialogFacts = {
  session: 's1',
  client,
  helo: 'c.test',
  protocol: 'ESMTP',
  sender: 'bad@x.test',
  recipient: 'u@example.test',
  queueId: undefined,
}
const envelope: Envelope = {
  id: '18EA920C51D',
  arrived: NOW - 1000,
  sender: 'a@x.test',
  recipients: [
    { address: 'q@example.test', original: 'u@example.test' },
    { address: 'far@elsewhere.test', original: 'far@elsewhere.test' },
  ],
  origin: { listener: 'smtp', clientName: 'unknown', clientAddress: '127.0.0.1', clientPort: 1, helo: 'x', protocol: 'ESMTP' },
}
const times = { started: NOW - 20, connected: NOW - 20, finished: NOW }
const SENT = { kind: 'sent', status: '2.0.0', text: '250 2.0.0 Ok: queued as 4D', relay: '127.0.0.1[127.0.0.1]:2526' } as const
const DEFERRED = {
  kind: 'deferred',
  status: '4.4.1',
  reason: 'connect to 127.0.0.1[127.0.0.1]:2798: Connection refused',
  relay: 'none',
} as const

const CONNECT: Event = { type: 'connect', session: 's1', listener: 'smtp', client }

/** Each row: the event, and the line after time, host and `postfix/`; undefined where Postfix is silent. */
const ROWS: readonly (readonly [Event, string | undefined])[] = [
  [CONNECT, 'smtpd[7]: connect from unknown[127.0.0.1]'],
  [
    {
      type: 'refused',
      dialog,
      command: 'RCPT',
      code: 554,
      status: '5.7.1',
      text: '<bad@x.test>: Sender address rejected: go away',
    },
    'smtpd[7]: NOQUEUE: reject: RCPT from unknown[127.0.0.1]: 554 5.7.1 <bad@x.test>: Sender address rejected: go away; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>',
  ],
  [
    {
      type: 'refused',
      dialog: { ...dialog, helo: undefined, sender: undefined, recipient: undefined, protocol: 'SMTP' },
      command: 'CONNECT',
      code: 554,
      status: '5.7.1',
      text: 'no entry',
    },
    'smtpd[7]: NOQUEUE: reject: CONNECT from unknown[127.0.0.1]: 554 5.7.1 no entry; proto=SMTP',
  ],
  [
    { type: 'refused', dialog: { ...dialog, queueId: '9946020C593' }, command: 'RCPT', code: 450, status: '', text: 'later' },
    'smtpd[7]: 9946020C593: reject: RCPT from unknown[127.0.0.1]: 450 later; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>',
  ],
  [
    { type: 'noted', dialog, command: 'RCPT', action: 'warn', text: 'hmm' },
    'smtpd[7]: NOQUEUE: warn: RCPT from unknown[127.0.0.1]: hmm; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>',
  ],
  [
    { type: 'noted', dialog, command: 'RCPT', action: 'warn', text: '550 5.1.1 <u@example.test>: Recipient address rejected: x' },
    'smtpd[7]: NOQUEUE: reject_warning: RCPT from unknown[127.0.0.1]: 550 5.1.1 <u@example.test>: Recipient address rejected: x; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>',
  ],
  [
    { type: 'noted', dialog, command: 'RCPT', action: 'hold', text: '<bad@x.test>: Sender address hh' },
    'smtpd[7]: NOQUEUE: hold: RCPT from unknown[127.0.0.1]: <bad@x.test>: Sender address hh; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>',
  ],
  [{ type: 'transaction', session: 's1', queueId: '18EA920C51D', client }, 'smtpd[7]: 18EA920C51D: client=unknown[127.0.0.1]'],
  [
    { type: 'transaction', session: 's1', queueId: '18EA920C51D', client, sasl: { method: 'PLAIN', username: 'joe' } },
    'smtpd[7]: 18EA920C51D: client=unknown[127.0.0.1], sasl_method=PLAIN, sasl_username=joe',
  ],
  [
    { type: 'trouble', session: 's1', client, what: 'lost connection', after: 'DATA (12 bytes)' },
    'smtpd[7]: lost connection after DATA (12 bytes) from unknown[127.0.0.1]',
  ],
  [
    { type: 'trouble', session: 's1', client, what: 'improper command pipelining', after: 'EHLO', detail: 'MAIL FROM' },
    'smtpd[7]: improper command pipelining after EHLO from unknown[127.0.0.1]: MAIL FROM',
  ],
  [{ type: 'protocolError', dialog, command: 'FOO', reply: '502 5.5.2' }, undefined],
  [
    { type: 'disconnect', session: 's1', client, commands: 'ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4' },
    'smtpd[7]: disconnect from unknown[127.0.0.1] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4',
  ],
  [{ type: 'messageId', queueId: '18EA920C51D', messageId: '<1@vm>' }, 'cleanup[7]: 18EA920C51D: message-id=<1@vm>'],
  [
    {
      type: 'contentRefused',
      queueId: '62E9A20C59B',
      dialog,
      action: 'reject',
      what: 'header Subject: rejectme',
      text: '5.7.1 no such subjects',
    },
    'cleanup[7]: 62E9A20C59B: reject: header Subject: rejectme from unknown[127.0.0.1]; from=<bad@x.test> to=<u@example.test> proto=ESMTP helo=<c.test>: 5.7.1 no such subjects',
  ],
  [
    { type: 'queued', envelope, size: 389, pending: 2, active: 1 },
    'qmgr[7]: 18EA920C51D: from=<a@x.test>, size=389, nrcpt=2 (queue active)',
  ],
  [
    { type: 'delivery', envelope, recipient: 0, transport: 'smtp', outcome: SENT, times, due: NOW - 1000 },
    'smtp[7]: 18EA920C51D: to=<q@example.test>, orig_to=<u@example.test>, relay=127.0.0.1[127.0.0.1]:2526, delay=1, delays=0/0.98/0/0.02, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4D)',
  ],
  [
    { type: 'delivery', envelope, recipient: 1, transport: 'smtp', outcome: DEFERRED, times, due: NOW - 20 },
    'smtp[7]: 18EA920C51D: to=<far@elsewhere.test>, relay=none, delay=1, delays=0.98/0/0/0.02, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:2798: Connection refused)',
  ],
  [
    {
      type: 'delivery',
      envelope: { ...envelope, probe: true },
      recipient: 1,
      transport: 'smtp',
      outcome: DEFERRED,
      times,
      due: NOW - 20,
    },
    'smtp[7]: 18EA920C51D: to=<far@elsewhere.test>, relay=none, delay=1, delays=0.98/0/0/0.02, dsn=4.4.1, status=undeliverable (connect to 127.0.0.1[127.0.0.1]:2798: Connection refused)',
  ],
  [
    { type: 'peer', transport: 'smtp', message: 'connect to 127.0.0.1[127.0.0.1]:2798: Connection refused' },
    'smtp[7]: connect to 127.0.0.1[127.0.0.1]:2798: Connection refused',
  ],
  [{ type: 'peer', transport: 'smtp', queueId: 'A1', message: 'host x said: 450 y' }, 'smtp[7]: A1: host x said: 450 y'],
  [{ type: 'bounce', queueId: 'A1', kind: 'failure', noticeId: 'B2' }, 'bounce[7]: A1: sender non-delivery notification: B2'],
  [{ type: 'bounce', queueId: 'A1', kind: 'delay', noticeId: 'B2' }, 'bounce[7]: A1: sender delay notification: B2'],
  [{ type: 'bounce', queueId: 'A1', kind: 'success', noticeId: 'B2' }, 'bounce[7]: A1: sender delivery status notification: B2'],
  [{ type: 'bounce', queueId: 'A1', kind: 'double', noticeId: 'B2' }, 'bounce[7]: A1: postmaster non-delivery notification: B2'],
  [{ type: 'expired', queueId: 'A1', sender: 'a@x.test' }, 'qmgr[7]: A1: from=<a@x.test>, status=expired, returned to sender'],
  [{ type: 'removed', queueId: 'A1' }, 'qmgr[7]: A1: removed'],
  [{ type: 'held', queueId: 'A1', why: '' }, 'postsuper[7]: A1: placed on hold'],
  [{ type: 'warning', where: 'smtpd', message: 'non-SMTP command' }, 'smtpd[7]: warning: non-SMTP command'],
  [{ type: 'fault', where: 'rbl', message: 'no list', cause: 'ENOENT' }, 'postern[7]: warning: rbl: no list: ENOENT'],
]

/** Runs `use` with a log to a file and returns what it wrote. */
function written(
  format: 'maillog' | 'json',
  use: (log: ReturnType<typeof createLog>) => void,
  identity: LogIdentity = {},
): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-log-'))
  try {
    const file = join(directory, 'log')
    const log = createLog({ format, file, level: 'info' }, { hostname: 'mx', pid: 7, now: () => NOW, ...identity })
    use(log)
    log.close()
    return readFileSync(file, 'utf8')
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('maillog: every event as Postfix writes it', () => {
  const text = written('maillog', (log) => {
    for (const [event] of ROWS) log.event(event)
  })
  const expected = ROWS.flatMap(([, line]) => (line === undefined ? [] : [`Nov  5 07:02:21 mx postfix/${line}`]))
  assert.deepEqual(text.trimEnd().split('\n'), expected)
})

test('maillog: addresses in external form or, when asked for, in internal form; delays with as many decimals as asked for', () => {
  const [sender, address] = ['a b@x.test', 'q;r@example.test']
  const odd: Envelope = { ...envelope, sender, recipients: [{ address, original: 'z z@example.test' }] }
  const events: readonly Event[] = [
    {
      type: 'refused',
      dialog: { ...dialog, sender, recipient: address },
      command: 'RCPT',
      code: 554,
      status: '5.7.1',
      text: 'no',
    },
    { type: 'queued', envelope: odd, size: 1, pending: 1, active: 1 },
    { type: 'delivery', envelope: odd, recipient: 0, transport: 'smtp', outcome: DEFERRED, times, due: NOW - 1000 },
    { type: 'expired', queueId: 'A1', sender },
    { type: 'expired', queueId: 'A1', sender: '' },
  ]
  const lines = (identity: LogIdentity): string[] =>
    written('maillog', (log) => events.map((event) => log.event(event)), identity).split('\n')
  const shown = (identity: LogIdentity) =>
    lines(identity).map((line) => line.match(/(?:from|to)=<.*?>(?=[ ,])/g)?.join(' ') ?? '')
  const external = 'from=<"a b"@x.test> to=<"q;r"@example.test>'
  const delivered = 'to=<"q;r"@example.test> to=<"z z"@example.test>'
  const expected = [external, 'from=<"a b"@x.test>', delivered, 'from=<"a b"@x.test>', 'from=<>', '']
  assert.deepEqual(shown({}), expected)
  assert.deepEqual(
    shown({ addressFormat: 'internal' }),
    expected.map((text) => text.replaceAll('"', '')),
  )
  assert.match(lines({})[2] ?? '', / delay=1, delays=0\/0\.98\/0\/0\.02, /)
  assert.match(lines({ delayDigits: 0 })[2] ?? '', / delay=1, delays=0\/1\/0\/0, /)
  assert.match(lines({ delayDigits: 1 })[2] ?? '', / delay=1, delays=0\/1\/0\/0, /)
})

test('json: one object a line, with the names that readers rely on', () => {
  const text = written('json', (log) => {
    for (const [event] of ROWS) log.event(event)
  })
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.equal(lines.length, ROWS.length)
  for (const line of lines) assert.deepEqual(Object.keys(line).slice(0, 4), ['time', 'event', 'level', 'pid'])
  assert.deepEqual(lines[1], {
    time: new Date(NOW).toISOString(),
    event: 'refused',
    level: 'info',
    pid: 7,
    session: 's1',
    client: '127.0.0.1',
    clientName: 'unknown',
    clientPort: 40000,
    helo: 'c.test',
    protocol: 'ESMTP',
    sender: 'bad@x.test',
    recipient: 'u@example.test',
    command: 'RCPT',
    code: 554,
    status: '5.7.1',
    text: '<bad@x.test>: Sender address rejected: go away',
  })
  const delivery = lines.find((line) => line.event === 'delivery')
  assert.deepEqual([delivery?.delay, delivery?.delays, delivery?.dsn, delivery?.status], [1, [0, 0.98, 0, 0.02], '2.0.0', 'sent'])
})

const NASTY = 'x\r\nNov 20 07:00:00 mx postfix/smtpd[1]: forged\u2028a\u2029b\u0085c\u009b2Jd\0e\x1b[2J\u202ef'

/** The same event with every text in it replaced. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') return NASTY
  if (Array.isArray(value)) return value.map(poisoned)
  if (typeof value !== 'object' || value === null) return value
  const kept = new Set(['type', 'kind', 'level'])
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kept.has(key) ? inner : poisoned(inner)]))
}

for (const format of ['maillog', 'json'] as const) {
  test(`${format}: nothing in an event can forge a line or reach a terminal`, () => {
    const text = written(format, (log) => {
      for (const [event] of ROWS) log.event(poisoned(event) as Event)
      log.log.info(NASTY)
    })
    const silent = format === 'maillog' ? ROWS.filter(([, line]) => line === undefined).length : 0
    assert.equal(text.split('\n').length - 1, ROWS.length - silent + 1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]/)
  })
}

test('maillog: a connection keeps its own number, other than the process id of its neighbours', () => {
  const text = written('maillog', (log) => {
    log.event(CONNECT)
    log.event({ ...CONNECT, session: 's2' })
    log.event({ type: 'disconnect', session: 's1', client, commands: 'commands=0/0' })
    log.event({ type: 'disconnect', session: 's2', client, commands: 'commands=0/0' })
  })
  const numbers = [...text.matchAll(/smtpd\[(\d+)\]/g)].map((match) => match[1])
  assert.equal(numbers[0], numbers[2])
  assert.equal(numbers[1], numbers[3])
  assert.notEqual(numbers[0], numbers[1])
})

test('a very long text is cut, never wrapped', () => {
  const text = written('maillog', (log) => log.log.info('x'.repeat(100_000)))
  assert.equal(text.split('\n').length, 2)
  assert.ok(text.length < 2200)
})
