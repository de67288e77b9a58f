// The texts in testdata/ were recorded from Postfix 3.7.11; ids, dates, boundaries and message ids are replaced in both.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { scopeOf } from '../config/scope.ts'
import type { Event } from '../events.ts'
import { NOTIFY } from '../facts.ts'
import type { Generation } from '../generation.ts'
import { createHooks } from '../hooks.ts'
import { declare, text } from '../parameters.ts'
import type { BounceRecipient } from '../queue/manager-types.ts'
import { type Envelope, type NewContent, type QueuedMessage, type Recipient, SpoolError } from '../queue/types.ts'
import { createBouncer } from './bouncer.ts'
import { createNotifier } from './notifier.ts'
import { BOUNCE } from './parameters.ts'

const OTHERS = declare('test', {
  myhostname: text('', ''),
  myorigin: text('', ''),
  mail_name: text('Postfix', ''),
  delay_warning_time: text('0h', ''),
  maximal_queue_lifetime: text('5d', ''),
})
const NOW = Date.UTC(2024, 0, 1)
const NAMES = { myhostname: 'gw.example.test', myorigin: 'example.test' }

function aBouncer(parameters: Record<string, string> = {}) {
  const hooks = createHooks(
    () => {},
    () => {},
  )
  const generation = { hooks, scope: scopeOf({ ...NAMES, ...parameters }, BOUNCE, OTHERS) } as unknown as Generation
  const sent: { envelope: Envelope; text: string; content: NewContent }[] = []
  const events: Event[] = []
  const failing = { after: Number.POSITIVE_INFINITY }
  let made = 0
  const deps = {
    newId: () => `NEW${++made}`,
    current: () => generation,
    services: { clock: { now: () => NOW }, emit: (event: Event) => events.push(event) } as never,
    queue: () =>
      ({
        submit: async (envelope: Envelope, content: NewContent) => {
          if (sent.length >= failing.after) throw new SpoolError('full', 'no space')
          const body = content.body as readonly Buffer[]
          const bytes = Buffer.concat([content.head, ...body])
          assert.equal(content.facts.size, bytes.length)
          sent.push({ envelope, content, text: bytes.toString('utf8') })
          return envelope.id
        },
      }) as never,
  }
  return { bouncer: createBouncer(deps), notify: createNotifier(deps), sent, events, hooks, failing }
}

function aMessage(facts: Partial<Envelope> & { recipients: Recipient[] }, content = 'Subject: x\r\n\r\nbody\r\n'): QueuedMessage {
  const bytes = Buffer.from(content, 'utf8')
  const end = bytes.indexOf('\r\n\r\n')
  const head = end < 0 ? bytes : bytes.subarray(0, content.startsWith('\r\n') ? 2 : end + 4)
  return {
    envelope: {
      id: 'OLD1',
      arrived: NOW - 1000,
      sender: 'a@sender.test',
      origin: {} as Envelope['origin'],
      ...facts,
    },
    content: {
      facts: { size: bytes.length, dots: false, eightBit: false, longestLine: 70, bareCr: false },
      head: async () => head,
      chunks: () => [head, bytes.subarray(head.length)],
      stream: () => assert.fail('not streamed'),
    },
  }
}

function failed(index: number, status: string, said: string, host = '203.0.113.21', command = 'RCPT TO'): BounceRecipient {
  const reason = `host ${host}[${host}] said: ${said} (in reply to ${command} command)`
  return { index, action: 'failed', status, reason, diagnostic: said, remote: host }
}

function normalised(message: string): string {
  return message
    .replaceAll('\r\n', '\n')
    .replaceAll(/OLD1\.\d+\/gw\.example\.test/g, '<BOUNDARY>')
    .replaceAll(/<\d{14}\.NEW\d@gw\.example\.test>/g, '<MSGID@gw.example.test>')
    .replaceAll(/\b(?:NEW\d|OLD1)\b/g, '<QID>')
    .replaceAll(/\w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}(?: \(\w+\))?/g, '<DATE>')
}

function recorded(name: string): string {
  return readFileSync(new URL(`testdata/${name}.txt`, import.meta.url), 'utf8')
}

/** What the recording returned of the original: all after Return-Path up to the last boundary. */
function originalOf(name: string): string {
  const report = recorded(name)
  const from = report.indexOf('\nReturn-Path: ')
  const start = report.indexOf('\n', from + 1) + 1
  return report.slice(start, report.lastIndexOf('\n--<BOUNDARY>--')).replaceAll('\n', '\r\n')
}

interface Golden {
  readonly name: string
  readonly kind?: 'failure' | 'delay' | 'success'
  readonly parameters?: Record<string, string>
  readonly envelope: Partial<Envelope> & { recipients: Recipient[] }
  readonly outcomes: readonly BounceRecipient[]
  /** Which of the notices, when there are several. */
  readonly notice?: number
  readonly count?: number
}

const rcpt = (address: string, more: Partial<Recipient> = {}): Recipient => ({ address, original: address, ...more })
const user = failed(0, '5.1.1', '550 5.1.1 unknown user')
const waits: BounceRecipient = { ...failed(0, '4.2.0', '450 4.2.0 wait d'), action: 'delayed' }
const aliased = (index: number): BounceRecipient => ({ index, action: 'expanded', status: '2.0.0', reason: 'alias expanded' })

const GOLDEN: readonly Golden[] = [
  { name: 'failure', envelope: { sender: 'r1@sender.test', ret: 'FULL', recipients: [rcpt('u@bad.test')] }, outcomes: [user] },
  {
    name: 'failure-headers',
    envelope: { sender: 'r2@sender.test', ret: 'HDRS', recipients: [rcpt('u@bad.test')] },
    outcomes: [user],
  },
  { name: 'failure-no-header', envelope: { sender: 'r6@sender.test', recipients: [rcpt('u@bad.test')] }, outcomes: [user] },
  {
    name: 'several',
    envelope: {
      sender: 'b2@sender.test',
      ret: 'HDRS',
      envid: 'e=2',
      recipients: ['noenh@bad.test', 'u@bad.test'].map((each) => rcpt(each, { orcpt: 'rfc822;orig@x@y.test' })),
    },
    outcomes: [failed(0, '5.0.0', '550 no enhanced code'), failed(1, '5.1.1', '550 5.1.1 unknown user')],
  },
  {
    name: 'alias',
    envelope: {
      sender: 'o3@sender.test',
      recipients: ['x@a.test', 'y@a.test'].map((address) => ({ address, original: 'two@a.test' })),
    },
    outcomes: [failed(0, '5.1.1', '550 5.1.1 unknown'), failed(1, '5.1.1', '550 5.1.1 unknown')],
  },
  {
    name: 'success',
    kind: 'success',
    envelope: {
      sender: 's-full@sender.test',
      ret: 'FULL',
      envid: 'e1',
      recipients: [rcpt('x@old.test', { notify: NOTIFY.SUCCESS })],
    },
    outcomes: [
      {
        index: 0,
        action: 'relayed',
        status: '2.0.0',
        reason: 'delivery via 203.0.113.21[203.0.113.21]:25: 250 2.0.0 Ok: taken',
        diagnostic: '250 2.0.0 Ok: taken',
        remote: '203.0.113.21',
      },
    ],
  },
  {
    name: 'expanded',
    kind: 'success',
    envelope: {
      sender: 's-many@sender.test',
      recipients: [rcpt('many@v.test', { orcpt: 'rfc822;list@o.test', notify: NOTIFY.SUCCESS })],
    },
    outcomes: [aliased(0)],
  },
  {
    name: 'delay',
    kind: 'delay',
    parameters: { delay_warning_time: '1s' },
    envelope: { sender: 'd2@sender.test', ret: 'FULL', envid: 'dly', recipients: [rcpt('d@a.test', { notify: NOTIFY.DELAY })] },
    outcomes: [waits],
  },
  {
    name: 'delay-copy',
    kind: 'delay',
    parameters: { notify_classes: 'delay', delay_notice_recipient: 'slow@notice.test' },
    envelope: { sender: 'd2@sender.test', ret: 'FULL', envid: 'dly', recipients: [rcpt('d@a.test', { notify: NOTIFY.DELAY })] },
    outcomes: [waits],
    notice: 1,
    count: 2,
  },
  {
    name: 'copy',
    parameters: { notify_classes: 'bounce, 2bounce', bounce_notice_recipient: 'bnr@notice.test' },
    envelope: { sender: 'n1@sender.test', recipients: [rcpt('u@bad.test')] },
    outcomes: [user],
    notice: 1,
    count: 2,
  },
  {
    name: 'double',
    parameters: { notify_classes: '2bounce', '2bounce_notice_recipient': 'pm@pm.test', double_bounce_sender: 'dbl-b' },
    envelope: { sender: '', recipients: [rcpt('a@rej.test')] },
    outcomes: [failed(0, '5.7.1', '550 5.7.1 no bounces', '203.0.113.22', 'MAIL FROM')],
  },
  {
    name: 'utf8',
    envelope: {
      sender: 'u5@sender.test',
      smtputf8: true,
      recipients: [rcpt('é@bad.test', { orcpt: 'utf-8;o+C3+B6@x.test', notify: NOTIFY.FAILURE })],
    },
    outcomes: [failed(0, '5.1.1', '550 5.1.1 unknown')],
  },
  {
    name: 'utf8-headers',
    envelope: { sender: 'u3@sender.test', smtputf8: true, ret: 'HDRS', recipients: [rcpt('ö@bad.test')] },
    outcomes: [failed(0, '5.1.1', '550 5.1.1 unknown')],
  },
  {
    name: 'obsolete-from',
    parameters: { header_from_format: 'obsolete' },
    envelope: { sender: 's1@sender.test', recipients: [rcpt('bad@relay.test')] },
    outcomes: [
      {
        ...failed(0, '5.1.1', '550 5.1.1 no'),
        reason: 'host mx.relay.test[203.0.113.9] said: 550 5.1.1 no (in reply to RCPT TO command)',
        remote: 'mx.relay.test',
      },
    ],
  },
]

describe('bouncer', () => {
  for (const { name, kind = 'failure', parameters, envelope, outcomes, notice = 0, count = 1 } of GOLDEN)
    it(`writes "${name}" as recorded`, async () => {
      const { bouncer, sent, events } = aBouncer(parameters)
      await bouncer.report(aMessage(envelope, originalOf(name)), kind, outcomes)
      assert.equal(sent.length, count)
      assert.equal(normalised(sent[notice]?.text ?? ''), recorded(name))
      assert.equal(events.filter(({ type }) => type === 'bounce').length, count)
    })

  it('sends from the null sender, 8-bit, to the sender', async () => {
    const { bouncer, sent } = aBouncer()
    await bouncer.report(aMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user])
    const { sender, recipients, body, origin } = sent[0]?.envelope ?? ({} as Envelope)
    assert.deepEqual([sender, recipients, body, origin.listener], ['', [rcpt('a@sender.test')], '8BITMIME', 'bounce'])
  })

  const silent: [string, Record<string, string>, Golden['envelope'], 'failure' | 'delay' | 'success'][] = [
    ['NOTIFY=NEVER', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.NEVER })] }, 'failure'],
    ['NOTIFY=SUCCESS and a failure', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.SUCCESS })] }, 'failure'],
    ['NOTIFY=FAILURE and a delay', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.FAILURE })] }, 'delay'],
    ['success that nobody asked for', {}, { recipients: [rcpt('u@bad.test')] }, 'success'],
    ['the null sender', {}, { sender: '', recipients: [rcpt('u@bad.test')] }, 'failure'],
    ['success of the null sender', {}, { sender: '', recipients: [rcpt('u@bad.test', { notify: NOTIFY.SUCCESS })] }, 'success'],
    [
      'a notice of our own',
      { notify_classes: 'bounce 2bounce delay' },
      { sender: 'Double-Bounce@gw.example.test', recipients: [rcpt('u@bad.test')] },
      'failure',
    ],
  ]
  for (const [title, parameters, envelope, kind] of silent)
    it(`says nothing: ${title}`, async () => {
      const { bouncer, sent } = aBouncer(parameters)
      await bouncer.report(aMessage(envelope), kind, [user])
      assert.equal(sent.length, 0)
    })

  it('returns headers alone of what is larger than bounce_size_limit', async () => {
    for (const [limit, whole] of [
      ['20', false],
      ['21', true],
      ['0', true],
    ] as const) {
      const { bouncer, sent } = aBouncer({ bounce_size_limit: limit })
      await bouncer.report(aMessage({ recipients: [rcpt('u@bad.test')] }, 'Subject: x\r\n\r\nbody!\r\n'), 'failure', [user])
      assert.equal(sent[0]?.text.includes('body!'), whole, limit)
    }
  })

  it('names what no server said as X-Postfix', async () => {
    const { bouncer, sent } = aBouncer({ mail_name: 'Mail Gate' })
    const reason = 'Host or domain name not found. Name service error for name=nodomain.test type=A: Host not found'
    await bouncer.report(aMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [
      { index: 0, action: 'failed', status: '5.4.4', reason },
    ])
    const report = sent[0]?.text ?? ''
    assert.match(report, /\r\nDiagnostic-Code: X-Mail Gate; Host or domain name not found\. Name service error\r\n {4}for/)
    assert.match(report, /\r\nX-Mail-Gate-Queue-ID: OLD1\r\n/)
  })

  it('lets nothing from a peer begin a line', async () => {
    const { bouncer, sent } = aBouncer()
    const evil = 'x\r\nAction: delivered\r\n\r\n--OLD1.1704067200/gw.example.test--\0'
    const message = aMessage({ sender: `s\r\nBcc: y@x`, envid: evil, recipients: [rcpt('u\r\n@x', { orcpt: evil })] })
    await bouncer.report(message, 'failure', [{ ...user, reason: evil, diagnostic: evil, remote: evil }])
    const report = sent[0]?.text ?? ''
    assert.equal(report.match(/^Action: /gm)?.length, 1)
    assert.equal(report.match(/^Bcc: /gm), null)
    assert.equal(report.match(/^--OLD1.*--\r$/gm)?.length, 1)
  })

  it('lets steps decide and compose', async () => {
    const { bouncer, sent, hooks } = aBouncer()
    hooks['bounce.compose'].tap('template', (notice) => ({ ...notice, subject: 'Sorry\r\nX: y', explanation: ['No.'] }))
    let decision: 'send' | 'suppress' | 'double' = 'suppress'
    hooks['bounce.decide'].tap('decider', () => decision)
    const message = aMessage({ recipients: [rcpt('u@bad.test', { notify: NOTIFY.NEVER })] })
    await bouncer.report(message, 'failure', [user])
    assert.equal(sent.length, 0)
    decision = 'send'
    await bouncer.report(message, 'failure', [user])
    assert.match(sent[0]?.text ?? '', /\r\nSubject: Sorry\?\?X: y\r\n[\s\S]*8bit\r\n\r\nNo\.\r\n\r\n<u@bad/)
    decision = 'double'
    await bouncer.report(message, 'failure', [user])
    assert.equal(sent[1]?.envelope.recipients[0]?.address, 'postmaster@example.test')
  })

  it('fails when the notice to the sender can not be stored, not when a copy can not', async () => {
    const parameters = { notify_classes: 'bounce' }
    const first = aBouncer(parameters)
    first.failing.after = 0
    await assert.rejects(first.bouncer.report(aMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user]), SpoolError)
    const second = aBouncer(parameters)
    second.failing.after = 1
    await second.bouncer.report(aMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user])
    assert.equal(second.sent.length, 1)
    assert.deepEqual(
      second.events.map(({ type }) => type),
      ['bounce', 'warning'],
    )
  })
})

describe('notifier', () => {
  /** The dialog lines of a recorded notice, as engines hand them over. */
  const dialogOf = (name: string) =>
    recorded(name)
      .split('\n')
      .filter((line) => /^ {1,5}\S/.test(line))
      .join('\n')
      .replaceAll('\n     ', ' ')
      .split('\n')
      .map((line) => line.slice(1))

  it('writes the transcript of a server session as recorded', async () => {
    const { notify, sent } = aBouncer({
      notify_classes: 'policy',
      error_notice_recipient: 'err@notice.test',
      double_bounce_sender: 'dbl',
    })
    const subject = 'Postfix SMTP server: errors from client.example.org[198.51.100.99]'
    await notify({ class: 'policy', subject, transcript: dialogOf('notice-server') })
    assert.equal(normalised(sent[0]?.text ?? ''), recorded('notice-server'))
    assert.equal(sent[0]?.envelope.sender, 'dbl@gw.example.test')
  })

  it('writes the transcript of a client session as recorded', async () => {
    const { notify, sent } = aBouncer({ notify_classes: 'protocol', error_notice_recipient: 'proto@notice.test' })
    const peer = '203.0.113.21[203.0.113.21]:25'
    const subject = `Postfix SMTP client: errors from ${peer}`
    const opening = `Unexpected response from ${peer}.`
    await notify({ class: 'protocol', subject, opening, transcript: dialogOf('notice-client') })
    assert.equal(normalised(sent[0]?.text ?? ''), recorded('notice-client'))
  })

  it('is silent about classes that notify_classes does not have', async () => {
    const { notify, sent } = aBouncer()
    await notify({ class: 'policy', subject: 'x', transcript: [] })
    await notify({ class: 'resource', subject: 'x', transcript: ['In:  x\r\n.'], reason: 'timeout' })
    assert.equal(sent.length, 1)
    assert.match(sent[0]?.text ?? '', / In: {2}x\?\?\.\r\n\r\nSession aborted, reason: timeout\r\n\r\nFor other/)
  })
})
