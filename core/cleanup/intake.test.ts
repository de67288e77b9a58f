import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anIntake } from '../../test/kit/intake.ts'
import { aSession } from '../../test/kit/session.ts'
import { reject } from '../verdict.ts'

const TRACE =
  'Received: from client.example (mail.example [192.0.2.9])\r\n\tby gw.example (Postfix) with ESMTP id 3f8K2c1zQWz1\r\n\tfor <b@gw.example>; '

describe('intake', () => {
  it('stores a message under its trace header, byte for byte', async () => {
    const gateway = anIntake()
    const content = 'Subject: x\r\nMessage-ID:\r\n <1@x>\r\n\r\n.dot\r\n\xe4\r\n'
    assert.deepEqual(await gateway.take(content), { kind: 'queued', id: '3f8K2c1zQWz1' })
    const [kept] = gateway.stored
    assert.ok(kept)
    assert.ok(kept.text.startsWith(TRACE))
    assert.ok(kept.text.endsWith(`)\r\n${content}`) || kept.text.endsWith(`\r\n${content}`))
    assert.equal(kept.content.facts.size, kept.text.length)
    assert.equal(kept.content.facts.dots, true)
    assert.equal(kept.envelope.messageId, '<1@x>')
    assert.equal(gateway.accepted.length, 1)
    assert.deepEqual(gateway.events, [{ type: 'messageId', queueId: '3f8K2c1zQWz1', messageId: '<1@x>' }])
  })

  const heads: [string, string, string][] = [
    ['a first line that is no header ends the head', 'Subject: x\r\nhello\r\nto: y\r\n', 'Subject: x\r\n\r\nhello\r\nto: y\r\n'],
    ['a blank at the start is body', ' x\r\nSubject: y\r\n', '\r\n x\r\nSubject: y\r\n'],
    ['headers alone get no empty line', 'Subject: x\r\n', 'Subject: x\r\n'],
    ['nothing at all', '', ''],
    [
      'lines of a mailbox',
      'From a\r\n>From b\r\nSubject: x\r\n\r\nb\r\n',
      'X-Mailbox-Line: From a\r\nX-Mailbox-Line: >From b\r\nSubject: x\r\n\r\nb\r\n',
    ],
    ['blanks before the colon go', 'X-Y \t: z\r\n\r\nb\r\n', 'X-Y: z\r\n\r\nb\r\n'],
    [
      'some headers are dropped',
      'Bcc: s\r\nReturn-Path: <x>\r\nSubject: x\r\nContent-Length: 5\r\n\r\nb\r\n',
      'Subject: x\r\n\r\nb\r\n',
    ],
    [
      'names like __proto__ are names',
      '__proto__: 1\r\nconstructor: 2\r\n\r\nb\r\n',
      '__proto__: 1\r\nconstructor: 2\r\n\r\nb\r\n',
    ],
  ]
  for (const [title, content, expected] of heads)
    it(`head: ${title}`, async () => {
      for (const pieces of [1, 3, 1000]) {
        for (const threshold of [1, 20, 1 << 18]) {
          const gateway = anIntake({}, threshold)
          await gateway.take(content, { pieces })
          const kept = gateway.stored[0]?.text ?? ''
          assert.equal(kept.slice(kept.indexOf('\r\n', TRACE.length) + 2), expected)
          assert.equal(gateway.stored[0]?.content.facts.size, kept.length)
        }
      }
    })

  it('remembers as many recipients as duplicate_filter_limit says', async () => {
    const recipients = ['a@x.test', 'b@x.test', 'a@x.test', 'b@x.test']
    const cases: [Record<string, string>, string][] = [
      [{}, 'ab'],
      [{ duplicate_filter_limit: '0' }, 'ab'],
      [{ duplicate_filter_limit: '1' }, 'abb'],
    ]
    for (const [parameters, expected] of cases) {
      const gateway = anIntake(parameters)
      await gateway.take('Subject: x\r\n\r\nb\r\n', { transaction: { recipients } })
      const stored = gateway.stored[0]?.envelope.recipients ?? []
      assert.equal(stored.map(({ address }) => address[0]).join(''), expected)
    }
  })

  it('streams past the threshold, and forgets the file of an aborted message', async () => {
    const gateway = anIntake({}, 1000)
    const content = `Subject: big\r\n\r\n${'0123456789\r\n'.repeat(500)}`
    assert.equal((await gateway.take(content, { pieces: 100 })).kind, 'queued')
    assert.equal(gateway.streams.open, 1)
    assert.equal(gateway.streams.abandoned, 0)
    assert.ok(gateway.stored[0]?.text.endsWith(content))
    const incoming = gateway.intake.open(aSession(), gateway.runtime)
    const room = incoming.write(Buffer.from(content))
    incoming.abort()
    await room
    assert.equal(gateway.streams.abandoned, 1)
  })

  it('refuses a head without end before it fills the memory', async () => {
    const gateway = anIntake({}, 1000)
    const result = await gateway.take('X: y\r\n'.repeat(200_000), { pieces: 5000 })
    assert.equal(result.kind, 'refused')
    assert.equal(gateway.stored.length, 0)
  })

  it('cuts long headers', async () => {
    const gateway = anIntake({ header_size_limit: '20' })
    await gateway.take(`X-A: ${'a'.repeat(100)}\r\nX-B: 1\r\n 2345678901234567890\r\n gone\r\nSubject: x\r\n\r\nb\r\n`)
    assert.ok(gateway.stored[0]?.text.endsWith(`X-A: ${'a'.repeat(15)}\r\nX-B: 1\r\n 234567890123\r\nSubject: x\r\n\r\nb\r\n`))
  })

  it('leaves out a line that would be cut short soon after it begins; a line end is one byte', async () => {
    const gateway = anIntake({ header_size_limit: '20' })
    await gateway.take(`X-A: 1\r\n${' 3456\r\n'.repeat(9)}Subject: x\r\n\r\nb\r\n`)
    assert.ok(gateway.stored[0]?.text.endsWith(`X-A: 1\r\n${' 3456\r\n'.repeat(2)}Subject: x\r\n\r\nb\r\n`))
  })

  it('ends headers at a NUL, and leaves those of the body', async () => {
    const gateway = anIntake({})
    await gateway.take('Subject: n\0ul\r\n gone\r\nX-B: 1\r\n\r\na\0b\r\n')
    assert.ok(gateway.stored[0]?.text.endsWith('Subject: n\r\nX-B: 1\r\n\r\na\0b\r\n'))
  })

  it('looks at so many words and marks of addresses, and drops the others where it rewrites', async () => {
    const gateway = anIntake({
      header_address_token_limit: '10',
      local_header_rewrite_clients: 'permit_mynetworks',
      mynetworks: '192.0.2.0/28',
      myorigin: 'origin.example',
    })
    await gateway.take('To: a, b@c.test, "q" <late@c.test>\r\nCc: a@c.test, b@c.test\r\n\r\nb\r\n')
    assert.match(
      gateway.stored[0]?.text ?? '',
      /\r\nTo: a@origin\.example, b@c\.test, "q <"@origin\.example\r\nCc: a@c\.test, b@c\r\n/,
    )
  })

  it('counts hops with its own', async () => {
    const gateway = anIntake({ hopcount_limit: '3' })
    const result = await gateway.take('Received: a\r\nReceived: b\r\n\r\nx\r\n')
    assert.deepEqual(result, { kind: 'refused', refusal: reject(554, '5.4.0', 'Error: too many hops') })
    assert.equal((await gateway.take('Received: a\r\n\r\nx\r\n')).kind, 'queued')
  })

  it('adds what is missing, for the clients that are entitled', async () => {
    const gateway = anIntake({ local_header_rewrite_clients: 'permit_mynetworks', mynetworks: '192.0.2.0/28' })
    await gateway.take('Subject: x\r\n\r\nb\r\n')
    assert.match(
      gateway.stored[0]?.text ?? '',
      /Subject: x\r\nMessage-Id: <20240101000000\.3f8K2c1zQWz1@gw\.example>\r\nDate: .*\r\nFrom: a@client\.example\r\n\r\nb\r\n$/,
    )
    assert.equal(gateway.stored[0]?.envelope.messageId, '<20240101000000.3f8K2c1zQWz1@gw.example>')
    await gateway.take('Subject: x\r\n\r\nb\r\n', { session: { client: '198.51.100.1' } })
    assert.ok(gateway.stored[1]?.text.endsWith(')\r\nSubject: x\r\n\r\nb\r\n') || !gateway.stored[1]?.text.includes('Date:'))
    await gateway.take('Resent-To: y\r\nDate: d\r\n\r\nb\r\n')
    assert.match(gateway.stored[2]?.text ?? '', /Date: d\r\nResent-Message-Id: .*\r\nResent-Date: .*\r\nResent-From: a@client/)
    await gateway.take('Resent-Sender: y@z.test\r\n\r\nb\r\n')
    assert.match(gateway.stored[3]?.text ?? '', /\r\nResent-From: a@client/)
  })

  it('completes envelope addresses of everyone, header addresses of its own clients', async () => {
    const parameters = {
      local_header_rewrite_clients: 'permit_mynetworks',
      mynetworks: '192.0.2.0/28',
      myorigin: 'origin.example',
      append_dot_mydomain: 'yes',
    }
    const content =
      'From: user (A comment)\r\nTo: u@host, "Q, R" <q@host>, Group: g1, g2@x.test;,\r\n\tfolded@x.test\r\nCc: c%relay.test\r\nSender: z@x.test\r\n\r\nb\r\n'
    const transaction = { sender: 'joe', recipients: ['b@gw', 'site.test!user', 'c%d.test'] }
    const gateway = anIntake(parameters)
    await gateway.take(content, { transaction })
    const [ours] = gateway.stored
    assert.equal(ours?.envelope.sender, 'joe@origin.example')
    assert.deepEqual(ours.envelope.recipients, [
      { address: 'b@gw.example', original: 'b@gw' },
      { address: 'user@site.test', original: 'site.test!user' },
      { address: 'c@d.test', original: 'c%d.test' },
    ])
    const lines = ours.text.split('\r\n')
    assert.deepEqual(lines.slice(lines.indexOf('From: user@origin.example (A comment)')).slice(1, 5), [
      'To: u@host.example, "Q, R" <q@host.example>,',
      '\tGroup: g1@origin.example, g2@x.test;, folded@x.test',
      'Cc: c@relay.test',
      'Sender: z@x.test',
    ])
    const other = anIntake(parameters)
    await other.take(content, { transaction, session: { client: '198.51.100.1' } })
    assert.ok(other.stored[0]?.text.endsWith(content))
    assert.equal(other.stored[0]?.envelope.sender, 'joe@origin.example')
    const remote = anIntake({ ...parameters, remote_header_rewrite_domain: 'domain.invalid' })
    await remote.take('From: joe\r\nTo: ann@host\r\n\r\nb\r\n', { session: { client: '198.51.100.1' } })
    assert.match(remote.stored[0]?.text ?? '', /From: joe@domain\.invalid\r\nTo: ann@host\.domain\.invalid\r\nMessage-Id: /)
  })
})
