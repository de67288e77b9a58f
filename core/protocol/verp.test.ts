import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areDelimiters, verpSender } from './verp.ts'

test('the sender says who the recipient is', () => {
  assert.equal(verpSender('list@s.test', '+=', 'u@r.test'), 'list+u=r.test@s.test')
  assert.equal(verpSender('l@s.test', '-+', 'x.y+z@r.test'), 'l-x.y+z+r.test@s.test')
  assert.equal(verpSender('l@s.test', '+=', 'q@q@r.test'), 'l+q@q=r.test@s.test')
  assert.equal(verpSender('l', '+=', 'user'), 'l+user')
})

test('delimiters are two characters that are allowed', () => {
  for (const good of ['+=', '--', '=-']) assert.ok(areDelimiters(good, '-=+'))
  for (const bad of ['', '+', '+=-', '#=', '=#']) assert.ok(!areDelimiters(bad, '-=+'))
})
