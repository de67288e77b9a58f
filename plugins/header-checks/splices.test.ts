import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Splice, spliced } from './splices.ts'

/** The text with its changes, one after the other. */
function changed(text: string, splices: readonly Splice[]): string {
  let out = ''
  let at = 0
  for (const splice of splices) {
    out += text.slice(at, splice.at) + splice.insert
    at = splice.at + splice.remove
  }
  return out + text.slice(at)
}

async function inPieces(text: string, size: number, splices: readonly Splice[]): Promise<string> {
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
  const out = await spliced(
    pieces.map((piece) => Buffer.from(piece, 'latin1')),
    splices,
  )
  return Buffer.concat(out).toString('latin1')
}

test('changes are the same in any pieces', async () => {
  const change = fc.record({ gap: fc.nat(4), remove: fc.nat(4), insert: fc.constantFrom('', 'X', 'YZ') })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 8 }), fc.integer({ min: 1, max: 7 }), async (changes, size) => {
      let at = 0
      const splices = changes.map(({ gap, remove, insert }) => {
        const splice = { at: at + gap, remove, insert }
        at = splice.at + remove
        return splice
      })
      const text = Array.from({ length: at + 3 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('')
      assert.equal(await inPieces(text, size, splices), changed(text, splices))
    }),
  )
})

test('hundreds of thousands of them are no burden', async () => {
  const splices = Array.from({ length: 400_000 }, (_, i) => ({ at: i * 6, remove: 6, insert: '' }))
  assert.equal(await inPieces(`${'X: a\r\n'.repeat(400_000)}rest`, 65_536, splices), 'rest')
})
