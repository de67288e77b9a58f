import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportBytes, senderLine } from './sender-line.ts'

test('the sender as reports name it', () => {
  assert.equal(senderLine('Return-Path: <', 'a b@x.test', '>'), 'Return-Path: <"a b"@x.test>')
  assert.equal(senderLine('', 'a@dömäin.test'), 'a@dömäin.test')
  assert.deepEqual(senderLine('<', 'ä"2@x.test', '>'), Buffer.from('<"\\\xc3\\\xa4\\"2"@x.test>', 'latin1'))
  assert.equal(senderLine('', 'ä\r\nb@x.test').toString('latin1'), '"\\\xc3\\\xa4??b"@x.test')
})

test('lines that are no UTF-8 stand among others as they are', () => {
  assert.deepEqual(reportBytes(['ü', '']), Buffer.from('ü\r\n\r\n'))
  assert.deepEqual(reportBytes(['ü', Buffer.of(0xe9)]), Buffer.from('\xc3\xbc\r\n\xe9\r\n', 'latin1'))
})
