import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { literalPrefix, mayBegin } from './prefix.ts'

test('what a pattern begins with', () => {
  const cases: [string, string | undefined][] = [
    ['^user-.*@', 'user-'],
    ['^dsl-1-.*\\.test$', 'dsl-1-'],
    ['^a\\.b\\@c', 'a.b@c'],
    ['^ab*', 'a'],
    ['^ab?c', 'a'],
    ['^ab{0}', 'a'],
    ['^a+b', 'a'],
    ['^(a|b)', undefined],
    ['^a|b', undefined],
    ['^a\\|b', undefined],
    ['^\\d', undefined],
    ['^\\bx', undefined],
    ['a', undefined],
    ['^', undefined],
    ['^[ab]', undefined],
    ['^a\\', 'a'],
  ]
  for (const [pattern, prefix] of cases) assert.equal(literalPrefix(pattern), prefix, pattern)
})

test('no text that matches is turned away', () => {
  const piece = fc.constantFrom('a', 'K', 's', '-', '.', '\\.', '*', '+', '?', '(b)', '[ab]', '{2}', '$', '@', '\\w', '^')
  const texts = fc.string({ unit: fc.constantFrom('a', 'A', 'k', 'K', '\u212a', '\u017f', 's', 'b', '-', '.', '@', '\n') })
  fc.assert(
    fc.property(fc.array(piece), texts, fc.boolean(), (pieces, text, ignoreCase) => {
      const pattern = `^${pieces.join('')}`
      const prefix = literalPrefix(pattern)
      let engine: RE2JS
      try {
        engine = RE2JS.compile(pattern, (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | RE2JS.DOTALL)
      } catch {
        return
      }
      if (prefix !== undefined && !mayBegin(text, prefix, ignoreCase)) assert.equal(engine.test(text), false)
    }),
    { numRuns: 3000 },
  )
})
