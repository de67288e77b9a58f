/** Debian's pflogsumm reads our maillog as it stands, and its totals are those of what happened. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { DialogFacts, Event } from '../events.ts'
import type { Client } from '../facts.ts'
import type { Envelope, Recipient } from '../queue/types.ts'
import type { Outcome } from '../smtp/types.ts'
import { createLog, type LogIdentity } from './log.ts'

const isMissing = spawnSync('pflogsumm', ['--version']).error !== undefined
const skip = isMissing && process.env.CI === undefined ? 'pflogsumm is not installed (apt-get install pflogsumm)' : false

const NOW = new Date(2026, 10, 20, 7, 2, 21).getTime()
const client: Client = {
  address: '192.0.2.9',
  port: 4000,
  family: 4,
  name: 'mail.sender.example',
  reverseName: 'mail.sender.example',
  nameStatus: 'ok',
  reverseStatus: 'ok',
}
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  sent: { kind: 'sent', status: '2.0.0', text: '250 2.0.0 Ok: queued as X', relay: 'mx.example[192.0.2.1]:25' },
  deferred: {
    kind: 'deferred',
    status: '4.4.1',
    reason: 'connect to mx.example[192.0.2.1]:25: Connection refused',
    relay: 'none',
  },
  bounced: {
    kind: 'bounced',
    status: '5.1.1',
    reason: 'host mx.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command)',
    relay: 'mx.example[192.0.2.1]:25',
  },
}

let made = 0

/** What a log shows of one message, from the client to its end. */
function* life(size: number, fates: readonly (keyof typeof OUTCOMES)[]): Generator<Event> {
  const id = `4Xyz${String(++made).padStart(6, '0')}z9C`
  const recipients: Recipient[] = fates.map((_, i) => ({
    address: `user${i}@dest${i % 2}.example`,
    original: `alias${i}@dest.example`,
  }))
  const envelope: Envelope = {
    id,
    arrived: NOW - 500,
    sender: `from${made % 3}@sender.example`,
    recipients,
    origin: { listener: 'smtp', clientName: 'x', clientAddress: 'x', clientPort: 1, helo: 'x', protocol: 'ESMTP' },
  }
  const session = `s${made}`
  const times = { started: NOW - 100, connected: NOW - 50, finished: NOW }
  yield { type: 'connect', session, listener: 'smtp', client }
  yield { type: 'transaction', session, queueId: id, client }
  yield { type: 'messageId', queueId: id, messageId: `<${id}@sender.example>` }
  yield { type: 'queued', envelope, size, pending: envelope.recipients.length, active: 1 }
  yield { type: 'disconnect', session, client, commands: 'ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5' }
  for (const [recipient, fate] of fates.entries())
    yield { type: 'delivery', envelope, recipient, transport: 'smtp', outcome: OUTCOMES[fate] as Outcome, times, due: NOW - 400 }
  if (!fates.includes('deferred')) yield { type: 'removed', queueId: id }
}

function* refusals(): Generator<Event> {
  const dialog: DialogFacts = {
    session: 'r',
    client,
    helo: 'mail.sender.example',
    protocol: 'ESMTP',
    sender: 'a@sender.example',
    recipient: 'nobody@dest0.example',
    queueId: undefined,
  }
  const content = { type: 'contentRefused', dialog, what: 'header Subject: x' } as const
  for (let i = 0; i < 3; i++)
    yield {
      type: 'refused',
      dialog,
      command: 'RCPT',
      code: 554,
      status: '5.7.1',
      text: '<nobody@dest0.example>: Relay access denied',
    }
  yield {
    type: 'refused',
    dialog: { ...dialog, queueId: 'AB' },
    command: 'RCPT',
    code: 550,
    status: '5.1.1',
    text: '<x>: User unknown',
  }
  yield { ...content, queueId: '4XyzBz9C', action: 'reject', text: '5.7.1 no' }
  yield { ...content, queueId: '4XyzCz9C', action: 'discard', text: 'away' }
  yield { ...content, queueId: '4XyzDz9C', action: 'hold', text: 'wait' }
  yield { ...content, queueId: '4XyzFz9C', action: 'warning', text: 'look' }
  yield { type: 'noted', dialog, command: 'RCPT', action: 'warn', text: '550 5.1.1 <x>: Recipient address rejected: x' }
  yield { type: 'noted', dialog, command: 'RCPT', action: 'hold', text: '<x>: Recipient address wait' }
}

function* day(): Generator<Event> {
  for (let i = 0; i < 7; i++) yield* life(1000, ['sent'])
  yield* life(2000, ['sent', 'sent', 'bounced'])
  yield* life(3000, ['deferred', 'sent'])
  yield* life(500, ['bounced'])
  yield* refusals()
  yield { type: 'warning', where: 'smtpd', message: 'non-SMTP command from mail.sender.example[192.0.2.9]: GET /' }
}

/** The numbers of pflogsumm's "Grand Totals", by their names. */
function totals(identity: LogIdentity, options: readonly string[]): Record<string, number> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-pflogsumm-'))
  try {
    const file = join(directory, 'mail.log')
    const log = createLog({ format: 'maillog', file, level: 'info' }, { hostname: 'mx', now: () => NOW, ...identity })
    for (const event of day()) log.event(event)
    log.close()
    const { stdout, stderr, status } = spawnSync('pflogsumm', [...options, file], { encoding: 'utf8', timeout: 20_000 })
    assert.equal(status, 0, `${stderr}\n${readFileSync(file, 'utf8')}`)
    const found = [...stdout.matchAll(/^ +(\d+) +([a-z /]+?)(?: +\(.*)?$/gm)]
    return Object.fromEntries(found.map((match) => [match[2], Number(match[1])]))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const EXPECTED = {
  received: 10,
  delivered: 10,
  deferred: 1,
  bounced: 2,
  rejected: 5,
  'reject warnings': 2,
  held: 2,
  discarded: 1,
  'bytes received': 7 * 1000 + 2000 + 3000 + 500,
  'bytes delivered': 7 * 1000 + 2 * 2000 + 3000,
  senders: 3,
  'recipient hosts/domains': 2,
}

test('pflogsumm agrees, without any option', { skip }, () => {
  const seen = totals({}, [])
  assert.deepEqual(Object.fromEntries(Object.keys(EXPECTED).map((name) => [name, seen[name]])), EXPECTED)
})

test('pflogsumm agrees on another syslog_name that it is told', { skip }, () => {
  const seen = totals({ syslogName: 'postern' }, ['--syslog-name=postern'])
  assert.deepEqual(Object.fromEntries(Object.keys(EXPECTED).map((name) => [name, seen[name]])), EXPECTED)
})
