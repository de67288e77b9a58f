/** Content in pieces of any size: nothing is lost, and small pieces are not kept one by one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anIntake } from '../../test/kit/intake.ts'
import { Pieces } from './pieces.ts'

const sizes = fc.array(fc.oneof(fc.constantFrom(1, 2, 2047, 2048, 8191, 8192, 9000), fc.nat({ max: 5000 })), { maxLength: 200 })

test('all that is put in comes out, in order', () => {
  fc.assert(
    fc.property(sizes, (lengths) => {
      const pieces = new Pieces()
      const input = lengths.map((length, i) => Buffer.alloc(length, i % 256))
      const output = input.flatMap((piece) => pieces.add(piece))
      assert.ok(Buffer.concat([...output, ...pieces.rest()]).equals(Buffer.concat(input)))
      assert.deepEqual(pieces.rest(), [])
    }),
  )
})

test('a few pieces are kept as they are; octets by the thousand are copied together', () => {
  const pieces = new Pieces()
  const [first, large] = [Buffer.from('a'), Buffer.alloc(5000)]
  assert.deepEqual(pieces.add(first), [first])
  assert.equal(pieces.add(large)[0], large)
  let kept = 0
  for (let i = 0; i < 100_000; i++) kept += pieces.add(Buffer.from('x')).length
  assert.ok(kept < 50, `${kept} pieces are kept`)
})

test('a message in octets is stored as one in larger pieces, in memory and on its way to disk', async () => {
  const content = `Subject: small\r\n\r\n${'one line of text\r\n'.repeat(300)}`
  for (const threshold of [1 << 18, 100, 2000]) {
    for (const pieces of [1, 3, 1000, content.length]) {
      const gateway = anIntake({}, threshold)
      await gateway.take(content, { pieces })
      assert.ok(
        gateway.stored[0]?.text.endsWith(`\r\n${content.slice(content.indexOf('\r\n\r\n'))}`.slice(2)),
        `${threshold}, ${pieces}`,
      )
      assert.match(gateway.stored[0]?.text ?? '', /^Subject: small\r\n/m)
    }
  }
})
