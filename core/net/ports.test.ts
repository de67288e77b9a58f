/** Ports by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsByName } from './ports.ts'

test('known_tcp_ports adds to the usual names and replaces them; what is malformed is left out', () => {
  const ports = portsByName('smtp=2525, Smtps=altmail=4650 bad=x, =7, high=65536, lonely')
  assert.deepEqual(Object.fromEntries(ports), {
    smtp: 2525,
    lmtp: 24,
    submission: 587,
    submissions: 465,
    smtps: 4650,
    altmail: 4650,
  })
  assert.equal(portsByName('').get('smtp'), 25)
})
