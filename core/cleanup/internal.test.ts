import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anIntake } from '../../test/kit/intake.ts'
import type { Generation } from '../generation.ts'
import { scanFacts } from '../message/facts.ts'
import type { Queue } from '../queue/manager-types.ts'
import { type Envelope, type NewContent, SpoolError } from '../queue/types.ts'
import { defer } from '../verdict.ts'
import { rewritingSubmission, rewrittenRecipient } from './internal.ts'

const ENVELOPE = {
  id: 'Q1',
  arrived: 0,
  sender: '',
  recipients: [{ address: 'a@x', original: 'a@x' }],
} as unknown as Envelope

function aSubmission() {
  const { hooks, runtime } = anIntake({ append_at_myorigin: 'yes' })
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
  )
  const head = Buffer.from('From: d@gw\r\nTo: a@x\r\nSubject: a@x\r\n\r\n')
  const body = [Buffer.from('text\r\n')]
  const content: NewContent = { head, body, facts: scanFacts([head, ...body]) }
  return { hooks, submitted, content, send: () => submission.submit(ENVELOPE, content) }
}

describe('mail that is made here', () => {
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
