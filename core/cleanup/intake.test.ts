import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anAddress, aSession, aTransaction } from '../../test/kit/session.ts'
import { scopeOf } from '../config/scope.ts'
import type { Event } from '../events.ts'
import { NOTIFY } from '../facts.ts'
import type { ListenerRuntime } from '../generation.ts'
import { createHooks } from '../hooks.ts'
import { scanFacts } from '../message/facts.ts'
import type { MessageRequest } from '../message/types.ts'
import { declare, text } from '../parameters.ts'
import type { Envelope, NewContent, QueuedMessage, StreamedBody } from '../queue/types.ts'
import { SpoolError } from '../queue/types.ts'
import { discard, reject } from '../verdict.ts'
import { createIntake } from './intake.ts'
import { CLEANUP } from './parameters.ts'

const MACHINE = declare('test', {
  myhostname: text('gw.example', ''),
  mail_name: text('Postfix', ''),
  mynetworks: text('', ''),
  inet_interfaces: text('none', ''),
})

/** A spool in memory, and everything around an intake. */
function aGateway(parameters: Record<string, string> = {}, threshold = 1 << 18) {
  const hooks = createHooks(
    () => {},
    () => {},
  )
  const scope = scopeOf({ myhostname: 'gw.example', mynetworks: '', ...parameters }, CLEANUP, MACHINE)
  const runtime = {
    config: { name: 'smtp' },
    scope,
    hooks,
    destinations: { isOwnAddress: () => false },
    actions: {},
  } as unknown as ListenerRuntime
  const stored: { envelope: Envelope; text: string; content: NewContent }[] = []
  const accepted: QueuedMessage[] = []
  const events: Event[] = []
  const streams = { open: 0, abandoned: 0 }
  let full = false
  const stream = (): StreamedBody => {
    const chunks: Buffer[] = []
    streams.open++
    return {
      get bytes() {
        return chunks.reduce((sum, each) => sum + each.length, 0)
      },
      write: (chunk) => {
        chunks.push(chunk)
        return chunks.length % 2 === 0 ? Promise.resolve() : undefined
      },
      read: async function* () {
        yield* chunks
      },
      abandon: async () => {
        streams.abandoned++
      },
    }
  }
  const spool = {
    newId: () => '3f8K2c1zQWz1',
    stream: async () => stream(),
    commit: async (envelope: Envelope, content: NewContent) => {
      if (full) throw new SpoolError('full', 'no space')
      const body: Buffer[] = []
      if ('read' in content.body) for await (const chunk of content.body.read()) body.push(chunk)
      else body.push(...content.body)
      stored.push({ envelope, content, text: Buffer.concat([content.head, ...body]).toString('latin1') })
      return { envelope, content: {} } as QueuedMessage
    },
    space: () => ({ freeBytes: 1e9, writable: true }),
  }
  const services = { clock: { now: () => Date.UTC(2024, 0, 1) }, emit: (event: Event) => events.push(event) }
  const intake = createIntake({
    spool: () => spool as never,
    queue: () => ({ accept: (message: QueuedMessage) => accepted.push(message) }) as never,
    services: services as never,
    threshold,
  })
  const take = async (content: string, more: { session?: object; transaction?: object; pieces?: number } = {}) => {
    const session = aSession({ client: 'mail.example[192.0.2.9]', ...more.session })
    const transaction = aTransaction({ sender: 'a@client.example', recipients: ['b@gw.example'], ...more.transaction })
    const bytes = Buffer.from(content, 'latin1')
    const incoming = intake.open(session, runtime)
    const piece = more.pieces ?? Math.max(1, bytes.length)
    for (let at = 0; at < bytes.length; at += piece) await incoming.write(bytes.subarray(at, at + piece))
    return incoming.finish(transaction, scanFacts([bytes]))
  }
  return { hooks, runtime, stored, accepted, events, streams, take, intake, fill: () => (full = true) }
}

const TRACE =
  'Received: from client.example (mail.example [192.0.2.9])\r\n\tby gw.example (Postfix) with ESMTP id 3f8K2c1zQWz1\r\n\tfor <b@gw.example>; '

describe('intake', () => {
  it('stores a message under its trace header, byte for byte', async () => {
    const gateway = aGateway()
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
          const gateway = aGateway({}, threshold)
          await gateway.take(content, { pieces })
          const kept = gateway.stored[0]?.text ?? ''
          assert.equal(kept.slice(kept.indexOf('\r\n', TRACE.length) + 2), expected)
          assert.equal(gateway.stored[0]?.content.facts.size, kept.length)
        }
      }
    })

  it('streams past the threshold, and forgets the file of an aborted message', async () => {
    const gateway = aGateway({}, 1000)
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
    const gateway = aGateway({}, 1000)
    const result = await gateway.take('X: y\r\n'.repeat(200_000), { pieces: 5000 })
    assert.equal(result.kind, 'refused')
    assert.equal(gateway.stored.length, 0)
  })

  it('cuts long headers', async () => {
    const gateway = aGateway({ header_size_limit: '20' })
    await gateway.take(`X-A: ${'a'.repeat(100)}\r\nX-B: 1\r\n 2345678901234567890\r\n gone\r\nSubject: x\r\n\r\nb\r\n`)
    assert.ok(
      gateway.stored[0]?.text.endsWith(`X-A: ${'a'.repeat(15)}\r\nX-B: 1\r\n 2345678901234567890\r\nSubject: x\r\n\r\nb\r\n`),
    )
  })

  it('counts hops with its own', async () => {
    const gateway = aGateway({ hopcount_limit: '3' })
    const result = await gateway.take('Received: a\r\nReceived: b\r\n\r\nx\r\n')
    assert.deepEqual(result, { kind: 'refused', refusal: reject(554, '5.4.0', 'Error: too many hops') })
    assert.equal((await gateway.take('Received: a\r\n\r\nx\r\n')).kind, 'queued')
  })

  it('adds what is missing, for the clients that are entitled', async () => {
    const gateway = aGateway({ local_header_rewrite_clients: 'permit_mynetworks', mynetworks: '192.0.2.0/28' })
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
  })

  it('applies edits: prepend, bcc, hold, filter, redirect', async () => {
    const gateway = aGateway()
    const edits = [
      { kind: 'prepend', header: 'X-A: ü' },
      { kind: 'bcc', address: 'c@x' },
      { kind: 'bcc', address: 'd@x' },
      { kind: 'hold', text: '' },
      { kind: 'filter', destination: 'smtp:[::1]:26' },
    ]
    await gateway.take('Subject: x\r\n\r\nb\r\n', { transaction: { edits } })
    const [kept] = gateway.stored
    assert.ok(kept)
    assert.ok(kept.text.startsWith('X-A: \xc3\xbc\r\nReceived: '))
    assert.equal(kept.envelope.hold, true)
    assert.equal(kept.envelope.filter, 'smtp:[::1]:26')
    assert.deepEqual(
      kept.envelope.recipients.map(({ address, notify }) => [address, notify]),
      [
        ['b@gw.example', undefined],
        ['c@x', undefined],
        ['d@x', NOTIFY.NEVER],
      ],
    )
    await gateway.take('\r\nb\r\n', {
      transaction: { recipients: ['b@gw.example', 'c@gw.example'], edits: [...edits, { kind: 'redirect', address: 'r@x' }] },
    })
    assert.deepEqual(gateway.stored[1]?.envelope.recipients, [{ address: 'r@x', original: 'b@gw.example' }])
    assert.equal(gateway.stored[1]?.envelope.filter, undefined)
  })

  it('drops repeated recipients, not those that differ in NOTIFY', async () => {
    const gateway = aGateway()
    const recipients = ['b@x', 'B@x', 'c@x', { address: anAddress('b@x'), originalRecipient: undefined, notify: NOTIFY.NEVER }]
    await gateway.take('\r\nb\r\n', { transaction: { recipients } })
    assert.deepEqual(
      gateway.stored[0]?.envelope.recipients.map(({ address }) => address),
      ['b@x', 'c@x', 'b@x'],
    )
  })

  it('runs address hooks; without recipients the message is discarded; a failing one is 451', async () => {
    const gateway = aGateway()
    gateway.hooks['cleanup.sender'].tap('t', (sender) => `x-${sender}`)
    gateway.hooks['cleanup.recipients'].tapPromise('t', async (list) =>
      list.flatMap((one) => [1, 2].map((n) => ({ ...one, address: `${n}-${one.address}` }))),
    )
    await gateway.take('\r\nb\r\n')
    assert.equal(gateway.stored[0]?.envelope.sender, 'x-a@client.example')
    assert.deepEqual(gateway.stored[0]?.envelope.recipients, [
      { address: '1-b@gw.example', original: 'b@gw.example' },
      { address: '2-b@gw.example', original: 'b@gw.example' },
    ])
    gateway.hooks['cleanup.recipients'].tap('none', () => [])
    assert.equal((await gateway.take('\r\nb\r\n')).kind, 'discarded')
    gateway.hooks['cleanup.recipients'].tap('fails', () => {
      throw new Error('table down')
    })
    const result = await gateway.take('\r\nb\r\n')
    assert.equal(result.kind === 'refused' && result.refusal.kind === 'defer' && result.refusal.code, 451)
  })

  it('shows steps the right headers, and keeps what they change', async () => {
    const gateway = aGateway()
    const seen: string[][] = []
    const look = (request: MessageRequest) => {
      seen.push([...request.headers].map(({ name }) => name))
    }
    const see = (request: MessageRequest): undefined => {
      look(request)
    }
    gateway.hooks['cleanup.message'].tap('checks', (request) => {
      look(request)
      request.headers.insert(1, 'X-Added: 1')
      request.replaceBody([Buffer.from('.new\r\n')])
      request.addRecipient('c@x')
      request.edit({ kind: 'hold', text: '' })
      return undefined
    })
    gateway.hooks['filter.message'].tap('milter', see)
    gateway.hooks['queue.store'].tap('store', see)
    await gateway.take('Bcc: x\r\nSubject: x\r\n\r\nold\r\n')
    assert.deepEqual(seen, [
      ['Received', 'Bcc', 'Subject'],
      ['X-Added', 'Subject'],
      ['Received', 'X-Added', 'Subject'],
    ])
    const [kept] = gateway.stored
    assert.ok(kept)
    assert.ok(kept.text.endsWith('X-Added: 1\r\nSubject: x\r\n\r\n.new\r\n'))
    assert.equal(kept.content.facts.dots, true)
    assert.equal(kept.content.facts.size, kept.text.length)
    assert.equal(kept.envelope.hold, true)
    assert.equal(kept.envelope.recipients.length, 2)
  })

  it('refuses, discards and answers as steps say, and tells it once', async () => {
    for (const [verdict, kind] of [
      [reject(550, '5.7.1', 'no'), 'refused'],
      [discard('bin'), 'discarded'],
    ] as const) {
      const gateway = aGateway({}, 10)
      gateway.hooks['cleanup.message'].tap('t', () => verdict)
      assert.equal((await gateway.take('Subject: x\r\n\r\nlong enough\r\n', { pieces: 5 })).kind, kind)
      assert.equal(gateway.stored.length, 0)
      assert.equal(gateway.streams.abandoned, gateway.streams.open)
      assert.deepEqual(
        gateway.events.map(({ type }) => type),
        ['contentRefused'],
      )
    }
    const gateway = aGateway()
    gateway.hooks['queue.store'].tap('t', () => ({ code: 250, text: 'kept' }))
    assert.deepEqual(await gateway.take('\r\nb\r\n'), { kind: 'answered', reply: { code: 250, text: 'kept' } })
  })

  it('a full spool keeps nothing', async () => {
    const gateway = aGateway({}, 10)
    gateway.fill()
    await assert.rejects(gateway.take('Subject: x\r\n\r\nlong enough\r\n', { pieces: 5 }), SpoolError)
    assert.equal(gateway.accepted.length, 0)
    assert.equal(gateway.streams.abandoned, gateway.streams.open)
  })
})
