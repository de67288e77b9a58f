/** The books of the crash test must find what is lost, repeated or damaged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'

test('a promised message that is nowhere is lost', () => {
  const ledger = new Ledger()
  ledger.accepted(['a', 'b', 'c'])
  ledger.delivered(['a'])
  ledger.bounced('b', '<n1@x>')
  assert.deepEqual(ledger.balance(new Set()).lost, ['c'])
  assert.deepEqual(ledger.balance(new Set(['c'])).lost, [])
})

test('a repeat needs a connection that died after the dot', () => {
  const ledger = new Ledger()
  ledger.accepted(['a', 'b', 'c'])
  ledger.delivered(['a'])
  ledger.delivered(['a'])
  ledger.delivered(['b'])()
  ledger.delivered(['b'])
  ledger.unanswered(['c'])
  ledger.delivered(['c'])
  const balance = ledger.balance(new Set())
  assert.deepEqual(balance.repeated, ['a'])
  assert.equal(balance.explainedRepeats, 2)
})

test('what got no 250 may arrive or not', () => {
  const ledger = new Ledger()
  ledger.delivered(['x'])
  assert.deepEqual(ledger.balance(new Set()).lost, [])
  assert.equal(ledger.balance(new Set()).accepted, 0)
})
