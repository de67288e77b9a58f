// The texts in testdata/ were recorded from Postfix 3.7.11; ids, dates, boundaries and message ids are replaced in both.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aBouncer, aQueuedMessage, failed, normalised, originalOf, recorded } from '../../test/kit/bouncer.ts'
import { NOTIFY } from '../facts.ts'
import type { BounceRecipient } from '../queue/manager-types.ts'
import type { Envelope, Recipient } from '../queue/types.ts'

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
      await bouncer.report(aQueuedMessage(envelope, originalOf(name)), kind, outcomes)
      assert.equal(sent.length, count)
      assert.equal(normalised(sent[notice]?.text ?? ''), recorded(name))
      assert.equal(events.filter(({ type }) => type === 'bounce').length, count)
    })
})
