/** Rosters and directories against Set and Map. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Directory, NO_SEAT, Roster } from './roster.ts'

const members = Array.from({ length: 8 }, (_, name) => ({ name, seat: NO_SEAT }))

test('a roster has what a set would have', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'delete', 'has'), fc.constantFrom(...members)))
  fc.assert(
    fc.property(steps, (all) => {
      const [roster, set] = [new Roster<(typeof members)[number]>(), new Set<(typeof members)[number]>()]
      for (const [step, member] of all) {
        if (step === 'add') {
          roster.add(member)
          set.add(member)
        } else assert.equal(roster[step as 'delete' | 'has'](member), set[step as 'delete' | 'has'](member))
        assert.equal(roster.size, set.size)
      }
      assert.deepEqual(new Set(roster), set)
      for (const member of roster) roster.delete(member)
      assert.equal(roster.size, 0)
    }),
  )
})

test('a directory has what a map would have, whatever the keys are called', () => {
  const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', '', '7', 'a'), fc.string())
  const steps = fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'get', 'has'), key, fc.option(fc.nat(), { nil: undefined })))
  fc.assert(
    fc.property(steps, (all) => {
      const [directory, map] = [new Directory<number | undefined>(), new Map<string, number | undefined>()]
      for (const [step, name, value] of all) {
        if (step === 'set') {
          directory.set(name, value)
          map.set(name, value)
        } else assert.equal(directory[step as 'get'](name), map[step as 'get'](name))
        assert.equal(directory.size, map.size)
      }
      assert.deepEqual(new Set(directory.keys()), new Set(map.keys()))
      assert.deepEqual(new Set(directory.values()), new Set(map.values()))
      assert.deepEqual(new Map(directory.entries()), map)
    }),
  )
})
