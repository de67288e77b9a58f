/** discard, error, retry and maildir. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aQueuedMessage } from '../../test/kit/delivery.ts'
import type { Services } from '../generation.ts'
import type { QueuedMessage } from '../queue/types.ts'
import { createDiscardAgent } from './discard.ts'
import { createErrorAgent, createRetryAgent } from './error.ts'
import { createMaildirAgent } from './maildir.ts'
import type { DeliveryAgent, Outcome } from './types.ts'

const services = { clock: { now: () => 5 } } as unknown as Services
const directory = mkdtempSync(join(tmpdir(), 'postern-maildir-'))
after(() => rmSync(directory, { recursive: true }))

async function outcomes(agent: DeliveryAgent, nexthop: string, message: QueuedMessage = aQueuedMessage()): Promise<Outcome[]> {
  const found: Outcome[] = []
  const recipients = message.envelope.recipients.map((_, i) => i)
  const signal = new AbortController().signal
  const job = { message, recipients, route: { transport: 't', nexthop }, due: 0, more: () => false, signal }
  await agent.deliver(job, (recipient, outcome) => {
    found[recipient] = outcome
  })
  return found
}

test('discard, error and retry say what their next hop says', async () => {
  const gone = await outcomes(createDiscardAgent(services), 'silently')
  assert.deepEqual(gone, [{ kind: 'sent', status: '2.0.0', text: 'silently', relay: 'none' }])
  const cases: readonly (readonly [string, string, string])[] = [
    ['5.1.1 no such user', '5.1.1', 'no such user'],
    ['4.1.1 no such user', '5.1.1', 'no such user'],
    ['mail not accepted', '5.0.0', 'mail not accepted'],
    ['a\r\nb', '5.0.0', 'a??b'],
  ]
  for (const [nexthop, status, reason] of cases) {
    const [outcome] = await outcomes(createErrorAgent(services), nexthop)
    assert.deepEqual(outcome, { kind: 'bounced', status, reason, relay: 'none' })
  }
  const [later] = await outcomes(createRetryAgent(services), '5.3.0 wait please')
  assert.deepEqual(later, { kind: 'deferred', status: '4.3.0', reason: 'wait please', relay: 'none' })
})

test('maildir: a durable copy for each recipient', async () => {
  const path = join(directory, 'a', 'box')
  const message = aQueuedMessage({ to: ['u@a.test', 'v@a.test'], text: 'Subject: x\n\nhello\n.\nbye\n', piece: 3 })
  const found = await outcomes(createMaildirAgent(services), path, message)
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['sent', 'sent'],
  )
  const files = readdirSync(join(path, 'new'))
  assert.equal(files.length, 2)
  assert.deepEqual(readdirSync(join(path, 'tmp')), [])
  const texts = files.map((file) => readFileSync(join(path, 'new', file), 'utf8')).sort()
  assert.equal(texts[0], 'Return-Path: <s@sender.test>\nDelivered-To: u@a.test\nSubject: x\n\nhello\n.\nbye\n')
})

test('maildir: what can not be written waits', async () => {
  const [relative] = await outcomes(createMaildirAgent(services), 'box')
  assert.equal(relative?.kind === 'deferred' && relative.status, '4.3.5')
  writeFileSync(join(directory, 'file'), '')
  const [refused] = await outcomes(createMaildirAgent(services), join(directory, 'file', 'box'))
  assert.equal(refused?.kind === 'deferred' && refused.status, '4.3.0')
})
