/** The line reader: limits, line ends, character sets, and that chunk borders are no matter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineReader } from './line.ts'

interface Line {
  readonly text: string
  readonly bareLf: boolean
  readonly cut: boolean
  readonly badUtf8: boolean
}

function read(bytes: Buffer, limit = 2048, cuts: readonly number[] = []): Line[] {
  const reader = new LineReader(limit)
  const lines: Line[] = []
  const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    reader.push(bytes.subarray(from, end))
    from = end
    while (reader.next()) {
      const { text, bareLf, cut, badUtf8 } = reader
      lines.push({ text, bareLf, cut, badUtf8 })
    }
  }
  return lines
}

const texts = (bytes: string, limit?: number): string[] => read(Buffer.from(bytes, 'latin1'), limit).map(({ text }) => text)

test('lines end in LF, with or without CR', () => {
  assert.deepEqual(texts('a\r\nb\nc\r\r\n\r\nd'), ['a', 'b', 'c', ''])
  assert.deepEqual(
    read(Buffer.from('a\r\nb\n')).map(({ bareLf }) => bareLf),
    [false, true],
  )
})

test('what follows a NUL is not seen', () => {
  assert.deepEqual(texts('RS\0ET\r\n\0NOOP\r\n'), ['RS', ''])
})

test('lines over the limit are cut', () => {
  const [line, next] = read(Buffer.from(`${'x'.repeat(30)}\r\nNOOP\r\n`), 10)
  assert.deepEqual(line, { text: 'x'.repeat(10), bareLf: false, cut: true, badUtf8: false })
  assert.deepEqual(next?.text, 'NOOP')
})

test('UTF-8 is read as such, anything else octet by octet', () => {
  const [good, bad] = read(Buffer.concat([Buffer.from('jörg\r\n'), Buffer.from('j\xf6rg\r\n', 'latin1')]))
  assert.deepEqual([good?.text, good?.badUtf8], ['jörg', false])
  assert.deepEqual([bad?.text, bad?.badUtf8], ['j\xf6rg', true])
})

test('octets that are taken and given back', () => {
  const reader = new LineReader(100)
  reader.push(Buffer.from('abcdef\r\n'))
  reader.push(Buffer.from('next\r\n'))
  const piece = reader.take(4)
  assert.equal(String(piece), 'abcd')
  reader.untake(piece as Buffer, 2)
  assert.equal(reader.next() && reader.text, 'cdef')
})

test('what was given back comes before what is left', () => {
  const reader = new LineReader(100)
  reader.push(Buffer.from('content.QUIT\r\n'))
  reader.push(Buffer.from('more\r\n'))
  const piece = reader.take(Number.MAX_SAFE_INTEGER) as Buffer
  reader.untake(piece, 6)
  assert.equal(reader.next() && reader.text, 'QUIT')
  assert.equal(reader.next() && reader.text, 'more')
  assert.equal(reader.pending, false)
})

test('any splitting gives the same lines', () => {
  const bytes = fc
    .string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'a', 'b', '\0', '\xc3', '\xb6', ' ') })
    .map((text) => Buffer.from(text, 'latin1'))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(40)), fc.integer({ min: 1, max: 12 }), (input, cuts, limit) => {
      assert.deepEqual(read(input, limit, cuts), read(input, limit))
    }),
    { numRuns: 3000 },
  )
})
