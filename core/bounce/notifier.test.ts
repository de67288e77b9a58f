import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aBouncer, normalised, recorded } from '../../test/kit/bouncer.ts'

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
