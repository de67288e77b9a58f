import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anIntake } from '../../test/kit/intake.ts'
import type { Event } from '../events.ts'
import type { Generation } from '../generation.ts'
import { scanFacts } from '../message/facts.ts'
import type { Queue } from '../queue/manager-types.ts'
import { type Envelope, type NewContent, SpoolError } from '../queue/types.ts'
import { defer, discard, reject } from '../verdict.ts'
import { rewritingSubmission, rewrittenRecipient } from './internal.ts'

const ENVELOPE = {
  id: 'Q1',
  arrived: 0,
  sender: '',
  recipients: [{ address: 'a@x', original: 'a@x' }],
  origin: { listener: 'bounce' },
} as unknown as Envelope

function aSubmission(parameters: Record<string, string> = {}) {
  const { hooks, runtime } = anIntake({ append_at_myorigin: 'yes', ...parameters })
  const events: Event[] = []
  const submitted: { envelope: Envelope; content: NewContent }[] = []
  const queue = {
    submit: async (envelope: Envelope, content: NewContent) => {
      submitted.push({ envelope, content })
      return envelope.id
    },
  } as Queue
  const submission = rewritingSubmission(
    () => queue,
    () => ({ hooks, scope: runtime.scope }) as unknown as Generation,
    (event) => void events.push(event),
  )
  const head = Buffer.from('From: d@gw\r\nTo: a@x\r\nSubject: a@x\r\n\r\n')
  const body = [Buffer.from('text\r\n')]
  const content: NewContent = { head, body, facts: scanFacts([head, ...body]) }
  return { hooks, submitted, content, events, send: () => submission.submit(ENVELOPE, content) }
}

describe('mail that is made here', () => {
  it('is looked at where its class is wanted, and stored as the steps want it', async () => {
    const { hooks, submitted, events, send } = aSubmission({ internal_mail_filter_classes: 'notify, bounce' })
    hooks['cleanup.message'].tap('checks', (request) => {
      request.headers.insert(0, 'X-Checked: yes')
      request.replaceBody([Buffer.from('.new\r\n')])
      request.edit({ kind: 'hold', text: '' })
      request.addRecipient('b@x')
      request.note('prepend', 'X-Checked: yes', 'header From: d@gw')
      return undefined
    })
    await send()
    const [kept] = submitted
    assert.ok(kept)
    assert.match(kept.content.head.toString(), /^X-Checked: yes\r\nFrom: d@gw\r\n/)
    assert.deepEqual(kept.content.body, [Buffer.from('.new\r\n')])
    assert.deepEqual([kept.content.facts.size, kept.content.facts.dots], [kept.content.head.length + 6, true])
    assert.equal(kept.envelope.hold, true)
    assert.deepEqual(
      kept.envelope.recipients.map(({ address }) => address),
      ['a@x', 'b@x'],
    )
    assert.deepEqual(events, [
      { type: 'contentRefused', queueId: 'Q1', action: 'prepend', what: 'header From: d@gw', text: 'X-Checked: yes' },
    ])
  })

  it('waits when a step refuses it, and is gone when one throws it away', async () => {
    for (const [verdict, isKept] of [
      [reject(550, '5.7.1', 'no'), true],
      [discard('bin'), false],
    ] as const) {
      const { hooks, submitted, send } = aSubmission({ internal_mail_filter_classes: 'bounce' })
      hooks['cleanup.message'].tap('checks', () => verdict)
      if (isKept) await assert.rejects(send(), SpoolError)
      else assert.equal(await send(), 'Q1')
      assert.deepEqual(submitted, [])
    }
  })

  it('is left alone where its class is not', async () => {
    const { hooks, submitted, content, send } = aSubmission({ internal_mail_filter_classes: 'notify' })
    hooks['cleanup.message'].tap('checks', () => reject(550, '5.7.1', 'no'))
    await send()
    assert.equal(submitted[0]?.content, content)
  })

  it('is stored as it is when no step wants otherwise', async () => {
    const { submitted, content, send } = aSubmission()
    assert.equal(await send(), 'Q1')
    assert.deepEqual(submitted, [{ envelope: ENVELOPE, content }])
    assert.equal(submitted[0]?.content, content)
  })

  it('has its addresses rewritten, and gets no copies', async () => {
    const { hooks, submitted, send } = aSubmission()
    hooks['cleanup.recipients'].tap('c', (list) => list.map((one) => ({ ...one, address: 'b@x' })))
    hooks['cleanup.copies'].tap('c', () => [])
    hooks['cleanup.aliases'].tap('c', (list) => [...list, { address: 'c@x', original: 'a@x' }])
    hooks['cleanup.header_address'].tap('c', (address) => (address === 'a@x' ? 'b@longer' : address))
    await send()
    const [kept] = submitted
    assert.deepEqual(kept?.envelope.recipients, [
      { address: 'b@x', original: 'a@x' },
      { address: 'c@x', original: 'a@x' },
    ])
    assert.equal(kept?.content.head.toString(), 'From: d@gw\r\nTo: b@longer\r\nSubject: a@x\r\n\r\n')
    assert.equal(kept?.content.facts.size, kept === undefined ? 0 : kept.content.head.length + 6)
  })

  it('an address is known by what it becomes', async () => {
    const { hooks, runtime } = anIntake()
    const generation = { hooks, scope: runtime.scope } as unknown as Generation
    assert.deepEqual(await rewrittenRecipient('a@x', generation), ['a@x'])
    hooks['cleanup.aliases'].tap('v', (list, { refuse }) => {
      if (list[0]?.address === 'loop@x') refuse(defer(451, '4.6.0', 'Alias expansion error'))
      return [...list, { address: 'b@x', original: 'a@x' }]
    })
    assert.deepEqual(await rewrittenRecipient('a@x', generation), ['a@x', 'b@x'])
    await assert.rejects(rewrittenRecipient('loop@x', generation), /Alias expansion error/)
  })

  it('is not stored when a step fails or refuses: it is for later', async () => {
    const failing = aSubmission()
    failing.hooks['cleanup.aliases'].tap('c', () => {
      throw new Error('table down')
    })
    await assert.rejects(failing.send(), SpoolError)
    const refusing = aSubmission()
    refusing.hooks['cleanup.aliases'].tap('c', (list, { refuse }) => {
      refuse(defer(451, '4.6.0', 'Alias expansion error'))
      return list
    })
    await assert.rejects(refusing.send(), /Q1: Alias expansion error/)
    assert.equal(failing.submitted.length + refusing.submitted.length, 0)
  })
})
