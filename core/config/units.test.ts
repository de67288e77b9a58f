/** Flags, counts, times, sizes, lists, codes and choices as main.cf writes them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { choice, code, count, flag, list, ParameterError, size, text, time } from '../parameters.ts'
import { parseValue, splitList, unbrace } from './units.ts'

const GOOD = [
  [flag('no', ''), 'Yes', true],
  [flag('no', ''), 'no', false],
  [count('1', ''), '-5', -5],
  [time('1', ''), '5', 5000],
  [time('1', ''), '5m', 300_000],
  [time('1', ''), '2H', 7_200_000],
  [time('1', '', { unit: 'd' }), '5', 432_000_000],
  [time('1', ''), '1w', 604_800_000],
  [size('1', ''), '10M', 10_485_760],
  [size('1', ''), '10240000', 10_240_000],
  [text('', ''), ' a b ', 'a b'],
  [list('', ''), 'a, b\n c', ['a', 'b', 'c']],
  [code('550', ''), '450', 450],
  [choice(['may', 'encrypt', ''], 'may', ''), 'MAY', 'may'],
  [choice(['may', 'encrypt', ''], 'may', ''), '', ''],
] as const

for (const [declaration, given, expected] of GOOD)
  test(`${declaration.kind} ${JSON.stringify(given)}`, () => assert.deepEqual(parseValue('x', given, declaration), expected))

const BAD = [
  [flag('no', ''), 'true', 'must be yes or no'],
  [count('1', ''), '1.5', 'must be a whole number'],
  [time('1', ''), '5 minutes', 'must be a time: a whole number and s, m, h, d or w'],
  [size('1', ''), '10T', 'must be a size: a whole number of bytes, or with K, M or G'],
  [code('550', ''), '250', 'must be a reply code, 4xx or 5xx'],
  [choice(['may', 'encrypt'], 'may', ''), 'must', 'must be may or encrypt'],
  [list('', ''), 'a } b', 'has a "}" without its "{"'],
] as const

for (const [declaration, given, message] of BAD)
  test(`${declaration.kind} ${JSON.stringify(given)} is refused`, () =>
    assert.throws(
      () => parseValue('x', given, declaration),
      (error) => error instanceof ParameterError && error.message === message && error.parameter === 'x',
    ))

test('braces keep a word together, and stay', () => {
  assert.deepEqual(splitList('inline:{a=b, c=d}, { inet:h:1, timeout=1s } x'), [
    'inline:{a=b, c=d}',
    '{ inet:h:1, timeout=1s }',
    'x',
  ])
  assert.equal(unbrace('{ a b }'), 'a b')
  assert.equal(unbrace('inline:{a=b}'), 'inline:{a=b}')
})

test('words without separators and braces survive splitting', () => {
  const word = fc.stringMatching(/^[a-z0-9:./=[\]!-]{1,12}$/)
  fc.assert(fc.property(fc.array(word), (words) => assert.deepEqual(splitList(words.join(', ')), words)))
})
