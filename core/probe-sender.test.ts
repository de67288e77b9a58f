import assert from 'node:assert/strict'
import { test } from 'node:test'
import { knownParameters } from './config/registry.ts'
import { createScope } from './config/scope.ts'
import { probeSenderOf } from './probe-sender.ts'

function senderOf(texts: Readonly<Record<string, string>>) {
  const place = { file: '', line: 0, column: 0 }
  const assignments = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text, place }]))
  return probeSenderOf(createScope({ assignments, registry: knownParameters() }))
}

test('probes come from address_verify_sender, at myorigin when it names no domain', () => {
  const origin = { myorigin: 'orig.test' }
  assert.equal(senderOf(origin).at(0), 'double-bounce@orig.test')
  assert.equal(senderOf({ ...origin, double_bounce_sender: 'dblbnc' }).at(0), 'dblbnc@orig.test')
  assert.equal(senderOf({ ...origin, address_verify_sender: 'p@a.test' }).at(0), 'p@a.test')
  for (const none of ['', '<>']) assert.equal(senderOf({ address_verify_sender: none }).at(0), '')
})

test('its part that changes with time is the one of Postfix, and the one before is still known', () => {
  const sender = senderOf({ myorigin: 'orig.test', address_verify_sender_ttl: '1s' })
  const now = 1_795_165_688_000
  assert.equal(sender.at(now), 'double-bounce20PTNDL@orig.test')
  assert.equal(sender.at(now + 1000), 'double-bounce20PTNDM@orig.test')
  assert.ok(sender.is('Double-Bounce20ptndl@ORIG.test', now))
  assert.ok(sender.is('double-bounce20PTNDL@orig.test', now + 1000))
  assert.ok(!sender.is('double-bounce20PTNDL@orig.test', now + 2000))
  assert.ok(!sender.is('double-bounce@orig.test', now))
})

test('the null sender is nobody', () => {
  assert.ok(!senderOf({ address_verify_sender: '' }).is('', 0))
})
