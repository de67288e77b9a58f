import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderReply, reply } from './reply.ts'

test('a reply is lines of text: what could end one becomes a question mark, tabs stay', () => {
  assert.equal(renderReply(reply(550, '5.1.1', 'a\tb\r\n250 c\x00\x7f')), '550 5.1.1 a\tb??250 c??\r\n')
  assert.equal(renderReply(reply(220, undefined, ['a\n', 'b\t'])), '220-a?\r\n220 b\t\r\n')
})
