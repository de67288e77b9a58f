/** The content scanner: what Postfix 3.7.11 made of the same bytes, and that chunk borders are no matter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ContentFacts } from '../queue/types.ts'
import { type ContentRules, ContentScanner } from './dot.ts'

const LENIENT: ContentRules = { strict: false, dotted: true, replaceStrayCr: true }
const STRICT: ContentRules = { ...LENIENT, strict: true }

interface Scanned {
  readonly content: string
  /** What follows the end of data; undefined when that did not come. */
  readonly rest: string | undefined
  readonly bareLf: boolean
  readonly facts: ContentFacts
}

/** Scans text cut at the given places. */
function scan(text: string, rules: ContentRules, cuts: readonly number[] = []): Scanned {
  const scanner = new ContentScanner(rules)
  const pieces: Buffer[] = []
  const bytes = Buffer.from(text, 'latin1')
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
  let from = 0
  let rest: string | undefined
  for (const end of ends) {
    // Odd chunks are read from the middle of a buffer.
    const offset = from % 2 === 0 ? 0 : Math.min(from, 3)
    const at = scanner.push(bytes.subarray(from - offset, end), offset, pieces)
    if (at >= 0) {
      rest = text.slice(from - offset + at)
      break
    }
    from = end
  }
  if (!rules.dotted) scanner.finish(pieces)
  const content = Buffer.concat(pieces).toString('latin1')
  return { content, rest, bareLf: scanner.bareLf, facts: scanner.facts() }
}

/** Rules, bytes on the wire, what is stored, what is left. */
const ROWS: readonly (readonly [ContentRules, string, string, string | undefined])[] = [
  [STRICT, 'a\r\n.\r\nQUIT\r\n', 'a\r\n', 'QUIT\r\n'],
  [STRICT, '.\r\n', '', ''],
  [STRICT, '..one\r\n.x\r\n...\r\n..\r\n a.\r\n.\r\n', '.one\r\nx\r\n..\r\n.\r\n a.\r\n', ''],
  [LENIENT, 'line1\r\r\n.\r\r\nMARK\r\n.\r\n', 'line1\r\n', 'MARK\r\n.\r\n'],
  [LENIENT, 'line\n.\nNOOP\r\n', 'line\r\n', 'NOOP\r\n'],
  [LENIENT, 'line\r\n.\nNOOP\r\n', 'line\r\n', 'NOOP\r\n'],
  [LENIENT, 'line\n.\r\nNOOP\r\n', 'line\r\n', 'NOOP\r\n'],
  [LENIENT, 'l\rine\r1\r.\r\n..\r\n.\r.\n.x\n..y\n\n.\n\r\n', 'l ine 1 .\r\n.\r\n .\r\nx\r\n.y\r\n\r\n', '\r\n'],
  [STRICT, 'line1\r\r\n.\r\r\nMARK\r\n.\r\n', 'line1 \r\n \r\nMARK\r\n', ''],
  [STRICT, 'line\n.\nNOOP\r\n.\r\n', 'line\r\nNOOP\r\n', ''],
  [STRICT, 'line\n.\r\nNOOP\r\nx\r\n.\r\n', 'line\r\nNOOP\r\nx\r\n', ''],
  [STRICT, 'line\r\n.\nNOOP\r\n.\r\n', 'line\r\nNOOP\r\n', ''],
  [STRICT, 'lf\n\nline\n.dot\n\r\n.\r\n', 'lf\r\n\r\nline\r\ndot\r\n\r\n', ''],
  [
    STRICT,
    'l\rine\r1\r.\r\n..\r\n.\r.\n.x\n..y\n\n.\n\r\n.\n.\r\nq\r\n\n.\r\nz\n.\nMARK\r\n.\r\n',
    'l ine 1 .\r\n.\r\n .\r\nx\r\n.y\r\n\r\n\r\nq\r\n\r\nz\r\nMARK\r\n',
    '',
  ],
  [STRICT, 'cut\r\n.', 'cut\r\n', undefined],
  [{ ...LENIENT, dotted: false }, 'A: b\n\r\nx\r\r\n.\r\n..z\r\n.RS', 'A: b\r\n\r\nx\r\n.\r\n..z\r\n.RS\r\n', undefined],
  [{ ...STRICT, dotted: false }, 'A: b\n\r\nx\r\r\n.\r\n..z\r\n.RS', 'A: b\r\n\r\nx \r\n.\r\n..z\r\n.RS\r\n', undefined],
  [{ ...STRICT, dotted: false }, 'x\r\nyz\r.', 'x\r\nyz .\r\n', undefined],
  [{ ...STRICT, dotted: false }, 'x\r', 'x \r\n', undefined],
  [{ ...STRICT, dotted: false }, '', '', undefined],
  [{ ...STRICT, replaceStrayCr: false }, 'a\rb\r\n.\r\n', 'a\rb\r\n', ''],
]

test('content as Postfix reads it', () => {
  for (const [rules, wire, content, rest] of ROWS) {
    const scanned = scan(wire, rules)
    assert.deepEqual([scanned.content, scanned.rest], [content, rest], JSON.stringify(wire))
  }
})

test('facts about the content', () => {
  const { facts, bareLf } = scan('long line\r\n..dot\r\n\xe9\r\na\rb\r\n.\r\n', { ...STRICT, replaceStrayCr: false })
  assert.deepEqual(facts, { size: 25, dots: true, eightBit: true, longestLine: 9, bareCr: true })
  assert.equal(bareLf, false)
  assert.equal(scan('a\nb\r\n.\r\n', STRICT).bareLf, true)
  assert.deepEqual(scan('a\r\n.\r\n\xe9', STRICT).facts.eightBit, false)
})

test('many CR without an end are not kept', () => {
  const { content } = scan(`a${'\r'.repeat(5000)}b\r\n.\r\n`, LENIENT, [100, 200, 4000])
  assert.equal(content, `a${' '.repeat(5000)}b\r\n`)
})

test('clean chunks go through whole', () => {
  const scanner = new ContentScanner(STRICT)
  const pieces: Buffer[] = []
  const chunk = Buffer.from('one\r\ntwo\r\n'.repeat(100))
  assert.equal(scanner.push(chunk, 0, pieces), -1)
  assert.equal(pieces[0], chunk)
})

const wire = fc.string({ unit: fc.constantFrom('\r\n', '\r\n.', '\r', '\n', '.', 'a', '\xff', '\0', '.\r\n'), maxLength: 60 })
const cuts = fc.array(fc.nat(130), { maxLength: 20 })
const rules = fc.record({ strict: fc.boolean(), dotted: fc.boolean(), replaceStrayCr: fc.boolean() })

test('any splitting gives the same content, facts and rest', () => {
  fc.assert(
    fc.property(wire, cuts, rules, (text, places, how) => {
      assert.deepEqual(scan(text, how, places), scan(text, how))
    }),
    { numRuns: 5000 },
  )
})

test('what is stored is canonical, and its facts are true', () => {
  fc.assert(
    fc.property(wire, cuts, rules, (text, places, how) => {
      const { content, facts } = scan(text, how, places)
      assert.equal(facts.size, content.length)
      assert.equal(/(?<!\r)\n/.test(content), false)
      if (how.replaceStrayCr) assert.equal(/\r(?!\n)/.test(content), false)
      const lines = content.split('\r\n').slice(0, -1)
      assert.equal(facts.longestLine, Math.max(0, ...lines.map((line) => line.length)))
      if (content.endsWith('\r\n')) assert.equal(facts.dots, /(?:^|\r\n)\./.test(content))
    }),
    { numRuns: 5000 },
  )
})
