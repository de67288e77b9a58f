import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ContentScanner } from './dot.ts'
import { DotStuffing } from './stuffing.ts'

function stuffed(chunks: readonly Buffer[]): string {
  const stuffing = new DotStuffing()
  return Buffer.concat([...chunks.flatMap((chunk) => stuffing.stuff(chunk)), ...stuffing.rest()]).toString('latin1')
}

test('each line that begins with a dot gets one more', () => {
  assert.equal(stuffed([Buffer.from('.\r\na.\r\n..b\r\n')]), '..\r\na.\r\n...b\r\n')
  assert.equal(stuffed([Buffer.from('a\r'), Buffer.from('\n'), Buffer.from('.')]), 'a\r\n..\r\n')
  assert.equal(stuffed([]), '')
})

test('a chunk without dots at the start of a line goes out as it is', () => {
  const chunk = Buffer.from('a.\r\nb\r\n')
  assert.equal(new DotStuffing().stuff(chunk)[0], chunk)
})

test('what a server reads is what was meant, however it was split', () => {
  const line = fc.string({ unit: fc.constantFrom('.', 'a', '\t'), maxLength: 5 })
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 4 })), (lines, sizes) => {
      const text = lines.map((each) => `${each}\r\n`).join('')
      const chunks: Buffer[] = []
      for (let at = 0; at < text.length; ) {
        const size = sizes.next().value as number
        chunks.push(Buffer.from(text.slice(at, at + size)))
        at += size
      }
      const scanner = new ContentScanner({ strict: true, dotted: true, replaceStrayCr: false })
      const read: Buffer[] = []
      const wire = Buffer.from(`${stuffed(chunks)}.\r\n`)
      assert.equal(scanner.push(wire, 0, read), wire.length)
      assert.equal(Buffer.concat(read).toString(), text)
    }),
  )
})
