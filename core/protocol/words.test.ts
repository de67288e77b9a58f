/** Command words, xtext, BDAT arguments, EHLO keywords, domains: small tables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseBdat } from './bdat.ts'
import { looksLikeHeader, splitVerb, splitWords } from './command.ts'
import { isAddressLiteral, isHostname, literalAddress } from './domain.ts'
import { ehloLines } from './ehlo.ts'
import { decodeXtext, encodeXtext } from './xtext.ts'

test('words of a command line', () => {
  const rows: readonly (readonly [string, readonly string[], number])[] = [
    ['FROM:<a@b>', ['FROM:', '<a@b>'], -1],
    ['from:  <a@b>  SIZE=1 ', ['from:', '<a@b>', 'SIZE=1'], -1],
    ['FROM:Name <a@b>', ['FROM:', 'Name', '<a@b>'], -1],
    ['FROM:<Name <a@b>>', ['FROM:', '<Name <a@b>>'], -1],
    ['FROM:<a@b>SIZE=1', ['FROM:', '<a@b>SIZE=1'], -1],
    ['FROM:<a b@c>', ['FROM:', '<a b@c>'], -1],
    ['FROM :<a@b>', ['FROM', ':<a@b>'], -1],
    ['TO:x:<a@b>', ['TO:', 'x:<a@b>'], -1],
    ['TO:<a@b', ['TO:', '<a@b'], 1],
    ['TO:"a b', ['TO:', '"a b'], 1],
    ['TO:"a b"@c', ['TO:', '"a b"@c'], -1],
    ['TO:a\\ b@c', ['TO:', 'a\\ b@c'], -1],
    ['TO:<a@b> x\\ y"z w"', ['TO:', '<a@b>', 'x\\ y"z w"'], -1],
    ['\t ', [], -1],
  ]
  for (const [line, words, broken] of rows) assert.deepEqual(splitWords(line), { words, broken }, line)
})

test('verbs', () => {
  assert.deepEqual(splitVerb('mail  FROM:<a> '), { verb: 'MAIL', argument: 'FROM:<a>' })
  assert.deepEqual(splitVerb(' \tNOOP'), { verb: 'NOOP', argument: '' })
  assert.deepEqual(splitVerb('  '), { verb: '', argument: '' })
  assert.deepEqual(splitVerb(''), { verb: '', argument: '' })
  assert.equal(looksLikeHeader('Subject:'), true)
  assert.equal(looksLikeHeader('MAILFROM:<a@b>'), true)
  assert.equal(looksLikeHeader(':'), false)
  assert.equal(looksLikeHeader('HELP'), false)
})

test('splitting keeps every character that is not white space between words', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'<>"\\:: aFROMto@') }), (line) => {
      const kept = splitWords(line).words.join('')
      assert.equal(kept.replaceAll(' ', ''), line.replaceAll(' ', ''))
    }),
  )
})

test('xtext', () => {
  assert.equal(decodeXtext('a+3Db+20c'), 'a=b c')
  assert.equal(decodeXtext('b+C3+BC'), 'bü')
  assert.equal(decodeXtext('a=b'), 'a=b')
  for (const bad of ['+2', '+ZZ', 'a b', 'ö', 'a+']) assert.equal(decodeXtext(bad), undefined, bad)
  assert.equal(encodeXtext('bü+ ='), 'b+C3+BC+2B+20+3D')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(decodeXtext(encodeXtext(text)), text)))
})

test('BDAT arguments', () => {
  assert.deepEqual(parseBdat(['10']), { size: 10, last: false })
  assert.deepEqual(parseBdat(['0', 'last']), { size: 0, last: true })
  for (const bad of [[], ['x'], ['-1'], ['5', 'FIRST'], ['5', 'LAST', 'x'], ['5x'], ['9'.repeat(20)], ['9'.repeat(21)]])
    assert.equal(parseBdat(bad), undefined, bad.join(' '))
})

test('EHLO keywords', () => {
  const facts = {
    sizeLimit: 10,
    vrfy: true,
    startTls: true,
    auth: ['PLAIN', 'LOGIN'],
    xclient: false,
    xforward: false,
    smtputf8: true,
  }
  assert.deepEqual(ehloLines(facts, new Set()), [
    'PIPELINING',
    'SIZE 10',
    'VRFY',
    'ETRN',
    'STARTTLS',
    'AUTH PLAIN LOGIN',
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'DSN',
    'SMTPUTF8',
    'CHUNKING',
  ])
  const few = { sizeLimit: 0, vrfy: false, startTls: false, auth: [], xclient: false, xforward: false, smtputf8: false }
  assert.deepEqual(ehloLines(few, new Set(['ETRN', 'CHUNKING'])), [
    'PIPELINING',
    'SIZE',
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'DSN',
  ])
})

test('host names and literals', () => {
  for (const good of ['a', 'a.b', 'a_b.c', 'x.12', 'bücher.test', 'a.b.', 'a--b']) assert.equal(isHostname(good), true, good)
  for (const bad of ['', '.', 'a..b', '-a', 'a-', '1.2.3.4', '12', 'a b', 'a.b..', 'a!b', `${'a'.repeat(64)}.b`])
    assert.equal(isHostname(bad), false, bad)
  assert.equal(literalAddress('[192.0.2.1]'), '192.0.2.1')
  assert.equal(literalAddress('[ipv6:2001:db8::1]'), '2001:db8::1')
  for (const bad of ['[junk]', '[]', '[::1]', '[IPv6:zz]', '[IPv6:fe80::1%eth0]', '192.0.2.1'])
    assert.equal(isAddressLiteral(bad), false, bad)
})
