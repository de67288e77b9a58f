/** Content on its way out: dots, folds, line ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { scanFacts } from '../message/facts.ts'
import { shaperFor } from './content.ts'

function shaped(text: string, longest = 998, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(text, 'latin1')
  const shaper = shaperFor(scanFacts([bytes]), longest)
  const points = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
  const out = points.slice(1).flatMap((end, i) => [...shaper.shape(bytes.subarray(points[i], end))])
  return Buffer.concat([...out, ...shaper.rest()]).toString('latin1')
}

test('dots are stuffed, once, at the beginning of lines', () => {
  assert.equal(shaped('.\r\n..\r\n.x\r\na.b\r\n. .\r\n'), '..\r\n...\r\n..x\r\na.b\r\n.. .\r\n')
})

test('the last line is ended', () => {
  for (const text of ['a', 'a\r\nb', '.a']) assert.ok(shaped(text).endsWith('\r\n'))
  assert.equal(shaped(''), '')
  assert.equal(shaped('a\r\n'), 'a\r\n')
  assert.equal(shaped('.\r\na', 998, [3]), '..\r\na\r\n')
})

test('no CR and no LF goes out alone', () => {
  assert.equal(shaped('a\rb\r\nc\r'), 'a b\r\nc\r\n')
  const shaper = shaperFor({ ...scanFacts([]), bareCr: true }, 998)
  const out = [Buffer.from('a\nb\r'), Buffer.from('c\r'), Buffer.from('\nd\n')].flatMap((chunk) => [...shaper.shape(chunk)])
  assert.equal(Buffer.concat([...out, ...shaper.rest()]).toString(), 'a\r\nb c\r\nd\r\n')
})

test('long lines are folded where Postfix folds them', () => {
  const digits = '0123456789'.repeat(17)
  assert.equal(shaped(`${digits}\r\n`, 75), `${digits.slice(0, 75)}\r\n ${digits.slice(75, 149)}\r\n ${digits.slice(149)}\r\n`)
  assert.equal(shaped(`${'w'.repeat(75)}\r\n`, 75), `${'w'.repeat(75)}\r\n`)
  assert.equal(shaped(`${'v'.repeat(76)}\r\n`, 75), `${'v'.repeat(75)}\r\n v\r\n`)
  assert.equal(shaped(`${'v'.repeat(5000)}\r\n`, 0), `${'v'.repeat(5000)}\r\n`)
})

test('content that needs nothing goes through as it is', () => {
  const chunk = Buffer.from('Subject: x\r\n\r\nhello\r\n')
  assert.equal(shaperFor(scanFacts([chunk]), 998).shape(chunk)[0], chunk)
})

const piece = fc.constantFrom('.', '\r\n', '\r', '\n', 'a', '..', '\r\n.\r\n', 'text ', '\n.\n', '\r.\r', 'x'.repeat(30))

test('whatever goes in, one message comes out, the same for any splitting', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(300), { maxLength: 8 }),
      fc.constantFrom(0, 20, 998),
      (parts, cuts, longest) => {
        const text = parts.join('')
        // Intake leaves no bare LF; a step's replacement might.
        const facts = { ...scanFacts([Buffer.from(text)]), dots: true, bareCr: true }
        const run = (splits: readonly number[]): string => {
          const shaper = shaperFor(facts, longest)
          const bytes = Buffer.from(text)
          const points = [0, ...splits.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
          const out = points.slice(1).flatMap((end, i) => [...shaper.shape(bytes.subarray(points[i], end))])
          return Buffer.concat([...out, ...shaper.rest()]).toString()
        }
        const whole = run([])
        assert.equal(run(cuts), whole)
        assert.doesNotMatch(whole, /\r(?!\n)|(?<!\r)\n/)
        for (const line of whole.split('\r\n')) {
          assert.ok(line === '' || !line.startsWith('.') || line.startsWith('..'))
          if (longest > 0) assert.ok(line.length <= longest + 1)
        }
        assert.ok(whole === '' || whole.endsWith('\r\n'))
      },
    ),
    { numRuns: 400 },
  )
})
