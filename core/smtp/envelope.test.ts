import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aQueuedMessage } from '../../test/kit/delivery.ts'
import { senderFor } from './envelope.ts'

test('with XVERP the sender names the recipient as the client wrote it', () => {
  const to = ['a@r.test', { address: 'now@r.test', original: 'b@r.test' }]
  const { envelope } = aQueuedMessage({ sender: 'l@s.test', verp: '+=', to })
  assert.equal(senderFor(envelope, [0]), 'l+a=r.test@s.test')
  assert.equal(senderFor(envelope, [1]), 'l+b=r.test@s.test')
  const { verp: _, ...plain } = envelope
  assert.equal(senderFor(plain, [1]), 'l@s.test')
  assert.equal(senderFor({ ...envelope, sender: '' }, [0]), '')
})
