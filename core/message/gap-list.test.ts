import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GapList } from './gap-list.ts'

const edit = fc.tuple(fc.constantFrom('insert', 'replace', 'remove'), fc.nat({ max: 30 }))

test('does what splice does, for any edits', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), fc.array(edit, { maxLength: 40 }), (start, edits) => {
      const plain = [...start]
      const list = new GapList([...start])
      for (const [n, [kind, place]] of edits.entries()) {
        if (kind === 'insert') {
          const at = place % (plain.length + 1)
          plain.splice(at, 0, -n)
          list.insert(at, -n)
        } else if (plain.length > 0) {
          const at = place % plain.length
          if (kind === 'remove') {
            plain.splice(at, 1)
            list.remove(at)
          } else {
            plain[at] = -n
            list.replace(at, -n)
          }
        }
        assert.equal(list.at(plain.length), undefined)
        assert.equal(list.at(-1), undefined)
      }
      assert.deepEqual([...list], plain)
      assert.equal(list.length, plain.length)
    }),
  )
})
