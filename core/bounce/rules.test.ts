import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aBouncer, aQueuedMessage, failed } from '../../test/kit/bouncer.ts'
import { NOTIFY } from '../facts.ts'
import { type Envelope, type Recipient, SpoolError } from '../queue/types.ts'

const rcpt = (address: string, more: Partial<Recipient> = {}): Recipient => ({ address, original: address, ...more })
const user = failed(0, '5.1.1', '550 5.1.1 unknown user')

describe('who is told what', () => {
  it('sends from the null sender, 8-bit, to the sender', async () => {
    const { bouncer, sent } = aBouncer()
    await bouncer.report(aQueuedMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user])
    const { sender, recipients, body, origin } = sent[0]?.envelope ?? ({} as Envelope)
    assert.deepEqual([sender, recipients, body, origin.listener], ['', [rcpt('a@sender.test')], '8BITMIME', 'bounce'])
  })

  const silent: [
    string,
    Record<string, string>,
    Partial<Envelope> & { recipients: Recipient[] },
    'failure' | 'delay' | 'success',
  ][] = [
    ['NOTIFY=NEVER', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.NEVER })] }, 'failure'],
    ['NOTIFY=SUCCESS and a failure', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.SUCCESS })] }, 'failure'],
    ['NOTIFY=FAILURE and a delay', {}, { recipients: [rcpt('u@bad.test', { notify: NOTIFY.FAILURE })] }, 'delay'],
    ['success that nobody asked for', {}, { recipients: [rcpt('u@bad.test')] }, 'success'],
    ['the null sender', {}, { sender: '', recipients: [rcpt('u@bad.test')] }, 'failure'],
    ['success of the null sender', {}, { sender: '', recipients: [rcpt('u@bad.test', { notify: NOTIFY.SUCCESS })] }, 'success'],
    [
      'a delay of the null sender',
      { notify_classes: 'bounce 2bounce delay' },
      { sender: '', recipients: [rcpt('u@bad.test')] },
      'delay',
    ],
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
      await bouncer.report(aQueuedMessage(envelope), kind, [user])
      assert.equal(sent.length, 0)
    })

  it('tells the postmaster of bounces that fail: as a double bounce, or as any bounce', async () => {
    const told = async (classes: string) => {
      const { bouncer, sent } = aBouncer({
        notify_classes: classes,
        '2bounce_notice_recipient': 'two',
        bounce_notice_recipient: 'one',
      })
      await bouncer.report(aQueuedMessage({ sender: '', recipients: [rcpt('u@bad.test')] }), 'failure', [user])
      return sent.map(({ envelope }) => envelope.recipients[0]?.address.split('@')[0])
    }
    assert.deepEqual([await told('2bounce'), await told('bounce, 2bounce'), await told('bounce')], [['two'], ['two'], ['one']])
  })

  it('tells with XVERP of each failure at the address that stood for the sender, of delays the sender', async () => {
    const { bouncer, sent } = aBouncer()
    const recipients = [rcpt('u@bad.test'), rcpt('now@bad.test', { original: 'v@list.test' })]
    const message = aQueuedMessage({ sender: 'l@s.test', verp: '+=', recipients })
    const outcomes = [user, failed(1, '5.1.1', '550 5.1.1 unknown user')]
    await bouncer.report(message, 'failure', outcomes)
    await bouncer.report(
      message,
      'delay',
      outcomes.map((each) => ({ ...each, action: 'delayed' })),
    )
    const to = sent.map(({ envelope }) => envelope.recipients[0]?.address)
    assert.deepEqual(to, ['l+u=bad.test@s.test', 'l+v=list.test@s.test', 'l@s.test'])
    assert.deepEqual(
      sent.map(({ text }) => text.match(/^Final-Recipient: /gm)?.length),
      [1, 1, 2],
    )
    assert.deepEqual(
      sent.map(({ envelope }) => envelope.settles?.recipients),
      [[0], [1], undefined],
    )
    assert.match(sent[0]?.text ?? '', /^X-Postfix-Sender: rfc822; l@s\.test\r$/m)
  })

  it('returns headers alone of what is larger than bounce_size_limit', async () => {
    for (const [limit, whole] of [
      ['20', false],
      ['21', true],
      ['0', true],
    ] as const) {
      const { bouncer, sent } = aBouncer({ bounce_size_limit: limit })
      await bouncer.report(aQueuedMessage({ recipients: [rcpt('u@bad.test')] }, 'Subject: x\r\n\r\nbody!\r\n'), 'failure', [user])
      assert.equal(sent[0]?.text.includes('body!'), whole, limit)
    }
  })

  it('names what no server said as X-Postfix', async () => {
    const { bouncer, sent } = aBouncer({ mail_name: 'Mail Gate' })
    const reason = 'Host or domain name not found. Name service error for name=nodomain.test type=A: Host not found'
    await bouncer.report(aQueuedMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [
      { index: 0, action: 'failed', status: '5.4.4', reason },
    ])
    const report = sent[0]?.text ?? ''
    assert.match(report, /\r\nDiagnostic-Code: X-Mail Gate; Host or domain name not found\. Name service error\r\n {4}for/)
    assert.match(report, /\r\nX-Mail-Gate-Queue-ID: OLD1\r\n/)
  })

  it('lets nothing from a peer begin a line', async () => {
    const { bouncer, sent } = aBouncer()
    const evil = 'x\r\nAction: delivered\r\n\r\n--OLD1.1704067200/gw.example.test--\0'
    const message = aQueuedMessage({ sender: `s\r\nBcc: y@x`, envid: evil, recipients: [rcpt('u\r\n@x', { orcpt: evil })] })
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
    const message = aQueuedMessage({ recipients: [rcpt('u@bad.test', { notify: NOTIFY.NEVER })] })
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
    await assert.rejects(
      first.bouncer.report(aQueuedMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user]),
      SpoolError,
    )
    const second = aBouncer(parameters)
    second.failing.after = 1
    await second.bouncer.report(aQueuedMessage({ recipients: [rcpt('u@bad.test')] }), 'failure', [user])
    assert.equal(second.sent.length, 1)
    assert.deepEqual(
      second.events.map(({ type }) => type),
      ['bounce', 'warning'],
    )
  })
})
