import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { quoteAddress } from '../protocol/address.ts'
import { findAddresses, replaceAddresses } from './addresses.ts'

const found = (value: string) => findAddresses(value).map(({ address }) => address)

describe('addresses in headers', () => {
  const values: [string, string[]][] = [
    ['', []],
    ['a@x', ['a@x']],
    [' a@x , b@y', ['a@x', 'b@y']],
    ['Joe <a@x>', ['a@x']],
    ['"Q, R" <q@x>, plain', ['q@x', 'plain']],
    ['user (A comment)', ['user']],
    ['(a (nested) comment) a@x (b@y)', ['a@x']],
    ['Group: a@x, <b@y>;, c@z', ['a@x', 'b@y', 'c@z']],
    ['undisclosed:;', []],
    ['<>', []],
    ['<@route.test,@b:r@x.test>', ['r@x.test']],
    ['"q q"@x', ['q q@x']],
    ['"a\\"b"@x', ['a"b@x']],
    ['a . b @ x', ['a.b@x']],
    ['a b c@x', ['a', 'b', 'c@x']],
    ['joe@[IPv6:::1], x', ['joe@[IPv6:::1]', 'x']],
    ['a@x,\r\n\tb@y', ['a@x', 'b@y']],
    ['Jörg <jörg@x>', ['jörg@x']],
    ['"unclosed@x', ['unclosed@x']],
    ['Joe <a@x', []],
    ['a@x; b@y', ['a@x', 'b@y']],
  ]
  for (const [value, expected] of values)
    it(JSON.stringify(value), () => {
      assert.deepEqual(found(value), expected)
    })

  it('finds each where it stands', () => {
    const value = ' "Q" <q@x> (c), g: "a b"@y;'
    assert.deepEqual(
      findAddresses(value).map(({ start, end }) => value.slice(start, end)),
      ['q@x', '"a b"@y'],
    )
  })

  const noise = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .array(fc.constantFrom('a', '@', '.', '<', '>', ',', ';', ':', '(', ')', '"', '\\', ' ', '\r\n ', 'ü', '[', ']'), {
        maxLength: 40,
      })
      .map((parts) => parts.join('')),
  )

  it('never throws, spans are in order, replacing nothing keeps everything but folds', () => {
    fc.assert(
      fc.property(noise, (value) => {
        const spans = findAddresses(value)
        let at = 0
        for (const { start, end } of spans) {
          assert.ok(start >= at && end > start && end <= value.length)
          at = end
        }
        const same = replaceAddresses(`To:${value}`, spans, [])
        const flat = (text: string) => text.replaceAll(/\s+/g, '')
        assert.equal(flat(same), flat(`To:${value}`))
      }),
    )
  })

  it('a new address is found where it was put', () => {
    fc.assert(
      fc.property(noise, (value) => {
        const spans = findAddresses(value)
        if (spans.length === 0 || /["(\\]/.test(value)) return
        const replaced = replaceAddresses(
          `To:${value}`,
          spans,
          spans.map(() => 'new user@x.test'),
        )
        assert.ok(found(replaced.slice(3)).filter((address) => address === 'new user@x.test').length >= 1)
      }),
    )
  })

  it('quotes where it must, and can be read back', () => {
    assert.equal(quoteAddress('a b@x'), '"a b"@x')
    assert.equal(quoteAddress('a.b+c@x'), 'a.b+c@x')
    assert.equal(quoteAddress('a..b@x'), '"a..b"@x')
    assert.equal(quoteAddress(''), '')
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (local) => {
        if (/[\r\n@]/.test(local)) return
        const [first, ...more] = found(quoteAddress(`${local}@x.test`))
        assert.deepEqual([first, more], [`${local}@x.test`, []])
      }),
    )
  })
})
