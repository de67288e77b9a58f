/** Paths of MAIL and RCPT: each row was asked of Postfix 3.7.11. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LENIENT, parseAddress, quoteAddress, quoteLocal } from './address.ts'

const TAKEN: readonly (readonly [string, string])[] = [
  ['<a@example.test>', 'a@example.test'],
  ['a@example.test', 'a@example.test'],
  ['b:c@example.test', 'b:c@example.test'],
  ['<b:c@example.test>', 'b:c@example.test'],
  ['<group: b@example.test;>', 'b@example.test'],
  ['"a b"@example.test', 'a b@example.test'],
  ['a\\ b@example.test', 'a b@example.test'],
  ['<a\\ b@example.test>', 'a b@example.test'],
  ['<"a\\b"@example.test>', 'ab@example.test'],
  ['<a@example.test>>', 'a@example.test'],
  ['a@example.test>', 'a@example.test'],
  ['<<a@example.test>>', 'a@example.test'],
  ['<(hello) a@example.test>', 'a@example.test'],
  ['<b(comment)@relay.test>', 'b@relay.test'],
  ['<a @ example.test>', 'a@example.test'],
  ['<a.b . c@example.test>', 'a.b.c@example.test'],
  ['<@h1:a@example.test>', 'a@example.test'],
  ['<@h1,@h2:a@example.test>', 'a@example.test'],
  ['<@a@b:c>', 'c'],
  ['<a@[IPv6:::1]>', 'a@[IPv6:::1]'],
  ['<a@[127.0.0.1]>', 'a@[127.0.0.1]'],
  ['<a@[127.0.0.1>', 'a@[127.0.0.1]'],
  ['<a@exa_mple.test>', 'a@exa_mple.test'],
  ['<b@relay.test.>', 'b@relay.test.'],
  ['<a@12.x>', 'a@12.x'],
  ['<a@x.12>', 'a@x.12'],
  ['<Foo Bar <a@example.test>>', 'a@example.test'],
  ['<a)b@example.test>', 'a)b@example.test'],
  ['<>x', 'x'],
  ['<>x@y.test', 'x@y.test'],
  ['x<>', ''],
  ['<>>', ''],
  ['<>,', ''],
  ['<,>', ''],
  ['<a,>', 'a'],
  ['<,a,,>', 'a'],
  ['<a>,', 'a'],
  ['a@example.test,', 'a@example.test'],
  ['<a@x\u3002test>', 'a@x\u3002test'],
  ['<a@\u00fc.>', 'a@\u00fc.'],
  ['<a(b@example.test>', 'a'],
  ['<a]b@example.test>', 'a]b@example.test'],
  ['<a%b>', 'a%b'],
  ['<"a@b">', 'a@b'],
  ['<""@example.test>', '@example.test'],
  ['<.@example.test>', '.@example.test'],
  ['<b..c@relay.test>', 'b..c@relay.test'],
  ['<@example.test>', '@example.test'],
  ['<a@b@>', 'a@b@'],
  ['<a;>', 'a'],
  ['<g:a@example.test>', 'g:a@example.test'],
  ['<a@b:c@example.test>', 'a@b:c@example.test'],
  [':<a@example.test>', 'a@example.test'],
  ['<b@elsewhere.test@relay.test>', 'b@elsewhere.test@relay.test'],
  ['<b\\@c@relay.test>', 'b@c@relay.test'],
  ['<|cmd@relay.test>', '|cmd@relay.test'],
  ['</file@relay.test>', '/file@relay.test'],
  ['<jörg@bücher.test>', 'jörg@bücher.test'],
  ['<>', ''],
  ['<"">', ''],
  ['<', '<'],
  ['<"', '<'],
  ['<;', '<'],
  ['< <', '<<'],
  ['x<', 'x<'],
  ['<a@example.test', '<a@example.test'],
]

const REFUSED: readonly string[] = [
  '<<a b@example.test> d>',
  '<<ab@example.test> d>',
  '<a(x)b@example.test>',
  '<a b c@example.test>',
  '<@h1;a@example.test>',
  '<a@[IPv6:zz]>',
  '<a@[junk]>',
  '<#@[]>',
  '<a"b"c@example.test>',
  '<a@example.test..>',
  '<a@.example.test>',
  '<a@example-.test>',
  '<a@-example.test>',
  '<a@1.2.3>',
  '<a@12>',
  '<a@192.0.2.1>',
  '<a@x!y>',
  '<a@x*y>',
  '<b@#123>',
  '<a,b@example.test>',
  '<a@x,b@example.test>',
  '<a@x.test>,<b@x.test>',
  '<Foo <a@example.test> Bar>',
  '<a[b@example.test>',
  '<a>b@example.test>',
  '<a@b%c>',
  '<g:a@example.test,b@example.test;>',
  '<a@example.test x>',
  'x:<a@example.test>',
  '<a@example.test>SIZE=10',
  '<a@>',
  '<@>',
  '<-flag@relay.test>',
  '<b;c@relay.test>',
  `<a@${'b'.repeat(64)}.test>`,
  `<a@${'abcdefgh.'.repeat(40)}test>`,
]

const STRICT_REFUSED: readonly string[] = [
  'a@sender.test',
  '(comment)<a@sender.test>',
  'Phrase',
  '<Name <a@sender.test>>',
  '<a@sender.test(x)>',
  '<b@relay.test>x',
  'b@relay.test>',
]

test('paths that are taken, and what they mean', () => {
  for (const [path, text] of TAKEN) assert.equal(parseAddress(path)?.text, text, path)
})

test('paths that are refused', () => {
  for (const path of REFUSED) assert.equal(parseAddress(path), undefined, path)
})

test('strict_rfc821_envelopes', () => {
  const strict = { ...LENIENT, strict: true }
  for (const path of STRICT_REFUSED) assert.equal(parseAddress(path, strict), undefined, path)
  for (const path of ['<a@sender.test>>', '<<a@sender.test>>', '<@x.test:b@relay.test>', '<"b c"@relay.test>', '<b.@relay.test>'])
    assert.notEqual(parseAddress(path, strict), undefined, path)
})

test('null and numeric domains', () => {
  assert.equal(parseAddress('<joe@>', { ...LENIENT, nullDomain: true })?.text, 'joe@')
  assert.equal(parseAddress('<joe@192.0.2.1>', { ...LENIENT, numericDomain: true })?.text, 'joe@192.0.2.1')
})

test('parts and quoting', () => {
  assert.deepEqual(parseAddress('<"b@c"@relay.test>'), { text: 'b@c@relay.test', local: 'b@c', domain: 'relay.test' })
  assert.equal(quoteAddress('b@c@relay.test'), '"b@c"@relay.test')
  assert.equal(quoteAddress('@bad'), '""@bad')
  assert.equal(quoteLocal('a"b\\c'), '"a\\"b\\\\c"')
  assert.equal(quoteLocal('a..b'), '"a..b"')
  assert.equal(quoteAddress(''), '')
})

test('any text is parsed or refused, and what was parsed survives quoting', () => {
  const path = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'<>@,;:.\\"[]() a1-%!é') }))
  fc.assert(
    fc.property(path, (text) => {
      const parsed = parseAddress(text)
      if (parsed === undefined || parsed.text === '' || parsed.text.includes('\n')) return
      const again = parseAddress(`<${quoteAddress(parsed.text)}>`)
      assert.equal(again?.text, parsed.text)
    }),
    { numRuns: 2000 },
  )
})

test('rules: no empty local part in strict envelopes, a dash in front, a domain that will be completed', () => {
  for (const path of ['<@example.test>', '<""@example.test>', '<"@"@example.test>', '<@a>']) {
    assert.notEqual(parseAddress(path), undefined, path)
    assert.equal(parseAddress(path, { ...LENIENT, strict: true }), undefined, path)
  }
  assert.equal(parseAddress('<-a@example.test>'), undefined)
  assert.equal(parseAddress('<-a@example.test>', { ...LENIENT, minUser: true })?.local, '-a')
  assert.equal(parseAddress('<a@123>'), undefined)
  assert.equal(parseAddress('<a@123>', { ...LENIENT, appendsDomain: true })?.domain, '123')
  assert.equal(parseAddress('<a@1.2>', { ...LENIENT, appendsDomain: true }), undefined)
})
