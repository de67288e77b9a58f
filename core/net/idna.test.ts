import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asciiDomain } from './idna.ts'

test('U-labels become A-labels, and ASCII stays as it is', () => {
  const cases: [string, string | undefined][] = [
    ['b\u00fccher.test', 'xn--bcher-kva.test'],
    ['B\u00dcCHER.test.', 'xn--bcher-kva.test.'],
    ['fa\u00df.test', 'xn--fa-hia.test'],
    ['Example.TEST', 'Example.TEST'],
    ['not a name', 'not a name'],
    ['b\u00fc cher.test', undefined],
    ['b\u00fc%41.test', undefined],
    ['b\u00fc..test', undefined],
    ['\uff11\uff12\uff17.1', undefined],
    [`${'\u00fc'.repeat(63)}.test`, undefined],
  ]
  for (const [name, expected] of cases) assert.equal(asciiDomain(name), expected, name)
})

test('IDNA2003 has other labels for a few characters', () => {
  assert.equal(asciiDomain('fa\u00df.test', true), 'fass.test')
  assert.equal(asciiDomain('\u03b2\u03bf\u03c2.test', true), asciiDomain('\u03b2\u03bf\u03c3.test'))
  assert.equal(asciiDomain('b\u00fccher.test', true), 'xn--bcher-kva.test')
})

test('any text gives a name in ASCII or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, isOld) => {
      const ascii = asciiDomain(text, isOld)
      assert.ok(ascii === undefined || ascii === text || /^[\x21-\x7e]+$/.test(ascii))
    }),
  )
})
