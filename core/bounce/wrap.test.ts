/** Long lines of reports break at blanks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wrap } from './wrap.ts'

test('lines break at blanks, and blanks at a break are dropped', () => {
  assert.deepEqual(wrap('one two three', 7, 2), ['one two', '  three'])
  assert.deepEqual(wrap('one two   three', 8, 2), ['one two', '  three'])
  assert.deepEqual(wrap('a  b', 7, 2), ['a  b'])
})

test('a word that is too long stands alone', () => {
  assert.deepEqual(wrap('a 0123456789  b', 5, 1), ['a', ' 0123456789', ' b'])
})

test('blanks at the end are dropped', () => {
  assert.deepEqual(wrap('550  ', 79), ['550'])
  assert.deepEqual(wrap('', 79), [''])
})

test('widths are counted in bytes', () => {
  assert.deepEqual(wrap('éé é', 6, 1), ['éé', ' é'])
})
