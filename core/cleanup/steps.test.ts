import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anIntake } from '../../test/kit/intake.ts'
import { anAddress } from '../../test/kit/session.ts'
import { NOTIFY } from '../facts.ts'
import type { MessageRequest } from '../message/types.ts'
import { SpoolError } from '../queue/types.ts'
import { defer, discard, reject } from '../verdict.ts'

describe('what steps do to a message', () => {
  it('applies edits: prepend, bcc, hold, filter, redirect', async () => {
    const gateway = anIntake()
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

  it('sends mail to the content filter, unless an action says otherwise', async () => {
    const gateway = anIntake({ content_filter: 'scan:[::1]:10025' })
    await gateway.take('\r\nb\r\n')
    await gateway.take('\r\nb\r\n', { transaction: { edits: [{ kind: 'filter', destination: 'smtp:[::1]:26' }] } })
    await gateway.take('\r\nb\r\n', { transaction: { edits: [{ kind: 'redirect', address: 'r@x' }] } })
    assert.deepEqual(
      gateway.stored.map(({ envelope }) => envelope.filter),
      ['scan:[::1]:10025', 'smtp:[::1]:26', undefined],
    )
  })

  it('drops repeated recipients, not those that differ in NOTIFY', async () => {
    const gateway = anIntake()
    const recipients = ['b@x', 'B@x', 'c@x', { address: anAddress('b@x'), originalRecipient: undefined, notify: NOTIFY.NEVER }]
    await gateway.take('\r\nb\r\n', { transaction: { recipients } })
    assert.deepEqual(
      gateway.stored[0]?.envelope.recipients.map(({ address }) => address),
      ['b@x', 'c@x', 'b@x'],
    )
  })

  it('runs address hooks; without recipients the message is discarded; a failing one is 451', async () => {
    const gateway = anIntake()
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

  it('rewrites addresses in order: sender, recipients, copies and theirs, then what takes their place', async () => {
    const gateway = anIntake({ always_add_missing_headers: 'yes' })
    const seen: string[] = []
    gateway.hooks['cleanup.sender'].tap('c', () => 'new@x')
    gateway.hooks['cleanup.recipients'].tap('c', (list) => list.map((one) => ({ ...one, address: `c-${one.address}` })))
    gateway.hooks['cleanup.copies'].tap('b', (list, { sender }) => {
      seen.push(sender)
      return [...list, { address: 'copy@x', original: 'copy@x', copy: true, notify: NOTIFY.NEVER }]
    })
    gateway.hooks['cleanup.aliases'].tap('v', (list) => list.flatMap((one) => [one, { ...one, address: `v-${one.address}` }]))
    gateway.hooks['cleanup.message'].tap('m', (request) => {
      request.addRecipient('added@x')
      request.removeRecipient('GONE@x')
      return undefined
    })
    await gateway.take('\r\nb\r\n', { transaction: { recipients: ['b@x', 'gone@x'] } })
    const [kept] = gateway.stored
    assert.deepEqual(seen, ['new@x'])
    assert.equal(kept?.envelope.sender, 'new@x')
    assert.match(kept?.text ?? '', /^From: new@x\r$/m)
    assert.deepEqual(
      kept?.envelope.recipients.map(({ address, original, notify }) => [address, original, notify]),
      [
        ['c-b@x', 'b@x', undefined],
        ['v-c-b@x', 'b@x', undefined],
        ['c-copy@x', 'c-copy@x', NOTIFY.NEVER],
        ['v-c-copy@x', 'c-copy@x', NOTIFY.NEVER],
        ['c-added@x', 'c-added@x', undefined],
        ['v-c-added@x', 'c-added@x', undefined],
      ],
    )
  })

  it('leaves addresses alone where receive_override_options says so', async () => {
    const gateway = anIntake({ receive_override_options: 'no_address_mappings' })
    for (const name of ['cleanup.recipients', 'cleanup.copies', 'cleanup.aliases'] as const)
      gateway.hooks[name].tap('t', () => [])
    await gateway.take('\r\nb\r\n')
    assert.equal(gateway.stored[0]?.envelope.recipients.length, 1)
  })

  it('a step about addresses can refuse the message', async () => {
    const gateway = anIntake({}, 10)
    const refusal = defer(451, '4.6.0', 'Alias expansion error')
    gateway.hooks['cleanup.aliases'].tap('t', (list, { refuse }) => {
      refuse(refusal)
      refuse(reject(550, '5.7.1', 'too late'))
      return list
    })
    assert.deepEqual(await gateway.take('Subject: x\r\n\r\nlong enough\r\n', { pieces: 5 }), { kind: 'refused', refusal })
    assert.equal(gateway.stored.length, 0)
    assert.equal(gateway.streams.abandoned, gateway.streams.open)
  })

  it('keeps an expanded recipient for its sender only; the null address is that of who sends bounces', async () => {
    const gateway = anIntake()
    gateway.hooks['cleanup.aliases'].tap('t', (list) =>
      list.flatMap((one) => [
        { ...one, expanded: true as const },
        { ...one, address: '' },
      ]),
    )
    await gateway.take('\r\nb\r\n')
    assert.deepEqual(gateway.stored[0]?.envelope.recipients, [
      { address: 'b@gw.example', original: 'b@gw.example', expanded: true, done: true },
      { address: 'MAILER-DAEMON@gw.example', original: 'b@gw.example' },
    ])
  })

  it('without enable_original_recipient, recipients that become the same are one, and only ORCPT tells', async () => {
    const gateway = anIntake({ enable_original_recipient: 'no' })
    gateway.hooks['cleanup.aliases'].tap('t', (list) => list.map((one) => ({ ...one, address: 'same@x' })))
    await gateway.take('\r\nb\r\n', { transaction: { recipients: ['a b@x', 'c@x'] } })
    assert.deepEqual(gateway.stored[0]?.envelope.recipients, [{ address: 'same@x', original: '', orcpt: 'rfc822;"a b"@x' }])
  })

  it('rewrites addresses in the headers of own clients, and of no others', async () => {
    for (const [clients, expected] of [
      ['static:all', 'From: N <x-a@x>\r\nCc: x-b@gw.example, x@y\r\n'],
      ['fail:x', undefined],
      ['', 'From: N <a@x>\r\nCc: b,\r\n x@y\r\n'],
    ] as const) {
      const gateway = anIntake({ local_header_rewrite_clients: clients })
      const seen: string[] = []
      gateway.hooks['cleanup.header_address'].tap('t', (address, { header, kind }) => {
        seen.push(`${header} ${kind} ${address}`)
        return address === 'x@y' ? address : `x-${address}`
      })
      const result = await gateway.take('From: N <a@x>\r\nCc: b,\r\n x@y\r\n\r\nb\r\n')
      const text = gateway.stored[0]?.text
      if (expected === undefined) assert.equal(result.kind === 'refused' && result.refusal.kind === 'defer', true)
      else assert.ok(text?.includes(expected))
      const asked = ['From sender a@x', 'Cc recipient b@gw.example', 'Cc recipient x@y']
      assert.deepEqual(seen, clients === 'static:all' ? asked : [])
    }
  })

  it('shows steps the right headers, and keeps what they change', async () => {
    const gateway = anIntake()
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
      const gateway = anIntake({}, 10)
      gateway.hooks['cleanup.message'].tap('t', () => verdict)
      assert.equal((await gateway.take('Subject: x\r\n\r\nlong enough\r\n', { pieces: 5 })).kind, kind)
      assert.equal(gateway.stored.length, 0)
      assert.equal(gateway.streams.abandoned, gateway.streams.open)
      assert.deepEqual(
        gateway.events.map(({ type }) => type),
        ['contentRefused'],
      )
    }
    const gateway = anIntake()
    gateway.hooks['queue.store'].tap('t', () => ({ code: 250, text: 'kept' }))
    assert.deepEqual(await gateway.take('\r\nb\r\n'), { kind: 'answered', reply: { code: 250, text: 'kept' } })
  })

  it('a full spool keeps nothing', async () => {
    const gateway = anIntake({}, 10)
    gateway.fill()
    await assert.rejects(gateway.take('Subject: x\r\n\r\nlong enough\r\n', { pieces: 5 }), SpoolError)
    assert.equal(gateway.accepted.length, 0)
    assert.equal(gateway.streams.abandoned, gateway.streams.open)
  })
})
