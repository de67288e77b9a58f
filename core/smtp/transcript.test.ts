import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { aQueuedMessage, aTransport } from '../../test/kit/delivery.ts'
import { type FakeMx, fakeMx, until } from '../../test/kit/mx.ts'
import type { NoticeRequest } from '../hooks.ts'
import { Transcript } from './transcript.ts'

const open: FakeMx[] = []
after(() => Promise.all(open.map((mx) => mx.close())))

test('notify_classes = protocol: a server that finds our commands wrong is told of', async () => {
  const mx = await fakeMx({ keywords: ['PIPELINING'], rules: [{ on: /^RCPT/, reply: '501 5.5.4 syntax' }] })
  open.push(mx)
  for (const classes of ['resource', 'protocol']) {
    const notices: NoticeRequest[] = []
    const transport = aTransport({ parameters: { notify_classes: classes }, notify: (notice) => void notices.push(notice) })
    await transport.deliver(aQueuedMessage(), `[127.0.0.1]:${mx.port}`)
    if (classes === 'protocol') await until(() => notices.length > 0)
    const [notice] = notices
    if (classes === 'resource') assert.equal(notice, undefined)
    else {
      const peer = `127.0.0.1[127.0.0.1]:${mx.port}`
      assert.equal(notice?.subject, `Postfix SMTP client: errors from ${peer}`)
      assert.equal(notice?.opening, `Unexpected response from ${peer}.`)
      assert.ok(notice?.transcript.includes('In:  501 5.5.4 syntax'))
      assert.ok(notice?.transcript.includes('Out: DATA'))
      assert.deepEqual(notice?.transcript.slice(-3, -1), ['Out: RSET', 'Out: QUIT'])
    }
  }
})

test('which replies are about the protocol', () => {
  const isDue = (code: number): boolean => {
    const transcript = new Transcript()
    transcript.met({ status: '5.0.0', reason: 'x', diagnostic: `${code} text`, site: false })
    return transcript.isDue
  }
  for (const code of [500, 503, 509, 555, 600, 354]) assert.equal(isDue(code), true, String(code))
  for (const code of [421, 450, 510, 550, 554, 599]) assert.equal(isDue(code), false, String(code))
})
