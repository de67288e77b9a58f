import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { nativeTest } from './native.ts'

test('which patterns are taken', () => {
  const taken = ['^(localhost|ylmf-pc)$', '^dsl-1-.*\\.test$', '[%!@].*@', '^(?:a|b)?c', 'a{2,3}b', '\\d+', '[^a-z]x', '']
  const left = [
    '(a+)+',
    '(ab)*',
    'a*b*c*',
    '.*a.*b',
    '[[:alpha:]]',
    '\\bx',
    '\\p{L}',
    'a**',
    'a++',
    '^*',
    '(?i)a',
    '(?=a)',
    '\u00e9',
    'a(',
    '(a|b|c)(a|b|c)(a|b|c).*',
  ]
  for (const pattern of taken) assert.notEqual(nativeTest(pattern, true), undefined, pattern)
  for (const pattern of left) assert.equal(nativeTest(pattern, true), undefined, pattern)
})

test('which texts are taken', () => {
  const native = nativeTest('a', true)
  assert.equal(native?.('xAx'), true)
  assert.equal(native?.('x'.repeat(256)), false)
  for (const text of ['x'.repeat(257), 'a\n', '\u212a', '\0']) assert.equal(native?.(text), undefined)
})

test('both engines find the same', () => {
  const pieces = [
    'a',
    'B',
    '-',
    '.',
    '\\.',
    '\\w',
    '\\d',
    '\\s',
    '[ab]',
    '[^a.]',
    '[a-c-]',
    '(a|b)',
    '(?:a|)',
    '(b)?',
    '$',
    '^',
    '|',
    '(',
    ')',
    '*',
    '+',
    '?',
    '{2}',
    '{1,2}',
    '{2',
    ',',
    '@',
    '[%!@]',
    '\\',
    '/',
    '=',
  ]
  const pattern = fc.array(fc.constantFrom(...pieces), { maxLength: 7 }).map((all) => all.join(''))
  const texts = fc.string({
    unit: fc.constantFrom('a', 'A', 'b', 'c', '1', ' ', '-', '.', '@', '%', '$', '{', '2', '}', ',', '/', '='),
  })
  let met = 0
  fc.assert(
    fc.property(pattern, texts, fc.boolean(), (source, text, ignoreCase) => {
      const native = nativeTest(source, ignoreCase)
      let engine: RE2JS
      try {
        engine = RE2JS.compile(source, (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | RE2JS.DOTALL)
      } catch {
        return
      }
      if (native === undefined) return
      met++
      assert.equal(native(text), engine.test(text), `/${source}/ ${JSON.stringify(text)}`)
    }),
    { numRuns: 20_000 },
  )
  assert.ok(met > 1000)
})
