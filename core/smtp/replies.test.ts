/** The reader of replies: any splitting gives the same, nothing grows without bound, nothing forges a line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ReplyReader, type ServerReply } from './replies.ts'

function read(chunks: readonly (Buffer | string)[], filter?: (line: string) => string) {
  const replies: ServerReply[] = []
  const reader = new ReplyReader((reply) => replies.push(reply), filter)
  let isBounded = true
  for (const chunk of chunks) isBounded &&= reader.feed(Buffer.from(chunk))
  return { replies, isBounded, reader }
}

const texts = (replies: readonly ServerReply[]): unknown[] => replies.map(({ code, status, text }) => [code, status, text])

test('replies of one and of many lines', () => {
  const { replies } = read(['250 2.0.0 Ok\r\n550-5.1.1 no\r\n550 5.7.1 such\r\n220\r\n250-a\n250 b\n'])
  assert.deepEqual(texts(replies), [
    [250, '2.0.0', '250 2.0.0 Ok'],
    [550, '5.7.1', '550-5.1.1 no 550 5.7.1 such'],
    [220, '2.0.0', '220'],
    [250, '2.0.0', '250-a 250 b'],
  ])
})

test('statuses of another class do not count', () => {
  const lines = ['550 4.1.1 x', '450 5.7.1 x', '250 2.1.5', '550 5.1.1x', '550 5.1.1234 x', '354 2.0.0 go', '550  5.1.2 x']
  assert.deepEqual(
    read([`${lines.join('\r\n')}\r\n`]).replies.map(({ status }) => status),
    ['5.0.0', '4.0.0', '2.1.5', '5.0.0', '5.0.0', '5.5.0', '5.1.2'],
  )
})

test('the code of the last line counts; what is no reply is counted and skipped', () => {
  const { replies, reader } = read(['250-one\r\n550 two\r\n', 'garbage\r\n', '25 x\r\n', '2500 x\r\n'])
  assert.deepEqual(texts(replies), [[550, '5.0.0', '250-one 550 two']])
  assert.equal(reader.garbage, 3)
})

test('control characters and broken UTF-8 become question marks', () => {
  const bytes = Buffer.from('550 a\rb\x01c\x7f\xc3\xbc\xff\xc2\x85 \xe2\x80\xa8\r\n', 'latin1')
  assert.equal(read([bytes]).replies[0]?.text, '550 a?b?c?ü?? ?')
})

test('a line ends at a NUL, whatever comes before its CR or CRs', () => {
  const { replies } = read(['550-a\0b\r\n550 c \0\r\n', '250 x\r\r\r\n'])
  assert.deepEqual(texts(replies), [
    [550, '5.0.0', '550-a 550 c '],
    [250, '2.0.0', '250 x'],
  ])
})

test('a code below 100 is a code', () => {
  assert.deepEqual(texts(read(['000 x\r\n042 y\r\n']).replies), [
    [0, '5.5.0', '000 x'],
    [42, '5.5.0', '042 y'],
  ])
})

test('long lines and long replies are cut, endless ones are given up', () => {
  const long = read([`250 ${'x'.repeat(1_000_000)}\r\n`, '250 next\r\n'])
  assert.equal(long.replies[0]?.text.length, 2048)
  assert.equal(long.replies[1]?.text, '250 next')
  const pieces = Array.from({ length: 100 }, () => 'x'.repeat(30_000))
  assert.equal(read(['250 ', ...pieces]).isBounded, false)
  assert.equal(read(Array.from({ length: 3000 }, () => '250-x\r\n')).isBounded, false)
  assert.equal(read(Array.from({ length: 3000 }, () => 'x\r\n')).isBounded, false)
  const many = read([...Array.from({ length: 500 }, (_, i) => `250-${i} ${'y'.repeat(50)}\r\n`), '250 end\r\n'])
  assert.ok(many.isBounded && (many.replies[0]?.text.length ?? 0) < 2200)
})

test('a filter changes lines before they are read', () => {
  const { replies } = read(['500 fine\r\n'], (line) => line.replace('500', '250'))
  assert.equal(replies[0]?.code, 250)
})

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((noise) => Buffer.from(noise)),
  fc
    .constantFrom('250 ok\r\n', '250-', '550-5.1.1 x\r\n', '\r', '\n', '\r\n', '354', ' ', '4', '250-a\r\n250 b\r\n')
    .map((t) => Buffer.from(t)),
)

test('any splitting of any bytes gives the same replies, in one printable line each', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 20 }), fc.array(fc.nat(400), { maxLength: 10 }), (parts, cuts) => {
      const whole = Buffer.concat(parts)
      const points = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
      const split = points.slice(1).map((end, i) => whole.subarray(points[i], end))
      const one = read([whole])
      assert.deepEqual(read(split).replies, one.replies)
      for (const { text, lines, status } of one.replies) {
        assert.match(status, /^[245]\.\d{1,3}\.\d{1,3}$/)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
        assert.doesNotMatch(text + lines.join(''), /[\x00-\x1f\x7f]/)
      }
    }),
    { numRuns: 500 },
  )
})
