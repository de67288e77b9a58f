import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { quoteAddress } from '../protocol/address.ts'
import { isPlainAddress, parseAddresses } from './addresses.ts'
import { completeAddress } from './complete.ts'

const found = (value: string) => [...parseAddresses(value).addresses]

/** The header with `x@h.test` replaced and the others written anew; line ends as LF. */
function rewritten(value: string): string {
  const list = parseAddresses(value)
  const fresh = list.addresses.map((address) => (address === 'x@h.test' ? 'new.x@h.test' : address))
  return list.written('To', fresh).replaceAll('\r\n', '\n')
}

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
    ['Joe <a@x', ['Joe <a@x']],
    ['a@x; b@y', ['a@x', 'b@y']],
    ['a@b@x', ['a@b@x']],
    ['@y', ['@y']],
  ]
  for (const [value, expected] of values)
    it(JSON.stringify(value), () => {
      assert.deepEqual(found(value), expected)
    })

  // As the real Postfix writes them.
  const headers: [string, string][] = [
    ['x@h.test', 'new.x@h.test'],
    ['(one) x@h.test (two)', 'new.x@h.test (one) (two)'],
    ['(a) Name (b) <x@h.test> (c), (d) y@h.test', '(a) Name (b) <new.x@h.test>(c), y@h.test (d)'],
    ['x(in)@(side)h.test, Name(tight)<x@h.test>', 'new.x@h.test (in) (side), Name (tight) <new.x@h.test>'],
    ['(unclosed x@h.test', '(unclosed x@h.test'],
    ['"A \\"quoted\\" name" <x@h.test>', '"A \\"quoted\\" name" <new.x@h.test>'],
    ['J. Random Name <x@h.test>,Two  spaces  <x@h.test>', 'J.Random Name <new.x@h.test>, Two spaces <new.x@h.test>'],
    ['Name with, comma <x@h.test>', 'Name, with, comma <new.x@h.test>'],
    ['a@b@h.test, <x@h.test> trailing', '"a@b"@h.test, <new.x@h.test>, trailing'],
    ['<<x@h.test>>', '< <x@h.test>>'],
    ['"Two" "Strings" <x@h.test>, x@h.test <y@h.test>', '"Two" "Strings" <new.x@h.test>, x@h.test <y@h.test>'],
    ['Group: x@h.test, Name <y@h.test>;, z@h.test', 'Group: new.x@h.test, Name <y@h.test>;, z@h.test'],
    ['Empty:;, x@h.test', 'Empty: ;, new.x@h.test'],
    ['Nested: Inner: x@h.test;, y@h.test;', 'Nested:Inner: new.x@h.test;, y@h.test;'],
    ['Open: x@h.test', '"Open:x"@h.test'],
    ['<@a.test,@b.test:x@h.test>, @a.test:z@h.test', '<new.x@h.test>, z@h.test'],
    ['<x@h.test', '"<x"@h.test'],
    ['x@h.test>', 'new.x@h.test>'],
    ['x@h.test,', 'new.x@h.test, '],
    [', x@h.test,,y@h.test', ', new.x@h.test, , y@h.test'],
    ['"p q"@h.test, "unneeded"@h.test, .x@h.test, @y', '"p q"@h.test, unneeded@h.test, ".x"@h.test, ""@y'],
    ['broken <, x@', '"broken <", x@'],
    [
      'first.of.many@h.test, second.of.many@h.test, third.of.many@h.test, x@h.test',
      'first.of.many@h.test, second.of.many@h.test,\n\tthird.of.many@h.test, new.x@h.test',
    ],
  ]
  for (const [value, expected] of headers)
    it(`rewrites ${value}`, () => {
      assert.equal(rewritten(value), `To: ${expected}`)
    })

  it('folds between addresses only', () => {
    const long = '"with, comma, which is long enough to be folded, if it could be" <x@h.test>'
    assert.equal(rewritten(`${long}, y@h.test`), `To: ${long.replace('x@', 'new.x@')},\n\ty@h.test`)
  })

  it('knows a quoted local part that looks like an address', () => {
    assert.deepEqual(parseAddresses('"a@b", "a@b"@x, c').isLocal, [true, false, true])
  })

  const noise = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .array(fc.constantFrom('a', '@', '.', '<', '>', ',', ';', ':', '(', ')', '"', '\\', ' ', '\r\n ', 'ü', '[', ']'), {
        maxLength: 40,
      })
      .map((parts) => parts.join('')),
  )

  it('never throws; what it writes is read again, and ends no header', () => {
    fc.assert(
      fc.property(noise, (value) => {
        const written = parseAddresses(value).written('To', [])
        assert.doesNotMatch(written, /\r\n(?!\t)/)
        parseAddresses(written.slice(3))
      }),
    )
  })

  it('a new address is found where it was put', () => {
    fc.assert(
      fc.property(noise, (value) => {
        const list = parseAddresses(value)
        if (list.addresses.length === 0 || /["(\\<>:[]/.test(value)) return
        const fresh = list.addresses.map(() => 'new user@x.test')
        assert.deepEqual(found(list.written('To', fresh).slice(3)), fresh)
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

describe('plain values', () => {
  it('need no closer look', () => {
    for (const value of ['a@b.test', 'a.b+c@mail.b-c.test', '<a@b.test>', 'Joe Doe <a@b.test>', '"Doe, J." <a@b.test>'])
      assert.equal(isPlainAddress(value), true, value)
    for (const value of [
      '',
      'a',
      'a@b',
      'a@b.',
      '.a@b.test',
      'a@b.test, c@d.test',
      'Joe a@b.test',
      '<>',
      '(x) a@b.test',
      '"a"@b.test',
    ])
      assert.equal(isPlainAddress(value), false, value)
  })

  it('hold one address that nothing changes', () => {
    const pieces = ['a', 'B1', '.', '@', 'b.test', '<', '>', ' ', '"', ',', '-', '+', "'", '@x.y', '<a@b.test>', '(', ')']
    const values = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join(''))
    const rules = { origin: 'origin.test', domain: 'my.test', bangs: true, percents: true }
    fc.assert(
      fc.property(values, (value) => {
        if (!isPlainAddress(value)) return
        const { addresses, isLocal, isTidy } = parseAddresses(value)
        assert.equal(addresses.length, 1)
        assert.deepEqual([isLocal[0], isTidy[0]], [false, true])
        assert.equal(completeAddress(addresses[0] ?? '', rules), addresses[0])
      }),
      { numRuns: 20_000 },
    )
  })
})
