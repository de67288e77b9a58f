/** `$name` expansion: every form of postconf(5), and what is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ExpansionError, expand, namesIn } from './expand.ts'

const VALUES = new Map([
  ['name', 'value'],
  ['empty', ''],
  ['two', '2'],
  ['ten', '10'],
  ['compatibility_level', '3.6'],
])
const lookup = (name: string): string | undefined => VALUES.get(name)

const CASES: readonly (readonly [string, string])[] = [
  ['plain', 'plain'],
  ['$name', 'value'],
  ['${name}', 'value'],
  ['$(name)', 'value'],
  ['a$name-b', 'avalue-b'],
  ['$$name', '$name'],
  ['$unknown', ''],
  ['${name?yes}', 'yes'],
  ['${empty?yes}', ''],
  ['${empty:none}', 'none'],
  ['${name:none}', ''],
  ['${name?{yes}:{no}}', 'yes'],
  ['${empty?{yes}:{no}}', 'no'],
  ['${empty?{10}:{300}}s', '300s'],
  ['${ name ? {yes} : {no} }', 'yes'],
  ['${name?{<$name>}:{$empty}}', '<value>'],
  ['${{$two} < {$ten} ? {number} : {text}}', 'number'],
  ['${{b} < {a} ? {yes} : {no}}', 'no'],
  ['${{$name} == {value} ? {same}}', 'same'],
  ['${{$name} != {value} ? {other}}', ''],
  ['${{$name} == {value} : {other}}', ''],
  ['${{$two} >= {2} ? {yes} : {no}}', 'yes'],
  ['${{$compatibility_level} <level {3.10} ? {old} : {new}}', 'old'],
  ['${{$compatibility_level} >=level {3.6} ? {new} : {old}}', 'new'],
]

for (const [template, expected] of CASES)
  test(`${template} is ${JSON.stringify(expected)}`, () => assert.equal(expand(template, lookup), expected))

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['a $ b', /a "\$" that no name follows/],
  ['${name', /without its "}"/],
  ['$(name', /without its "\)"/],
  ['${name!x}', /where "\?", ":" or "}" belongs/],
  ['${{a} {b} ? {c}}', /comparison without ==/],
  ['${{a} == {b}}', /without "\?" or ":"/],
  ['${name?{a}x}', /where ":" or "}" belongs/],
]
for (const [template, message] of WRONG)
  test(`${template} is refused`, () => assert.throws(() => expand(template, lookup), message))

test('names are found in conditions too', () => {
  assert.deepEqual([...namesIn('$a ${b?{$c}:{$$d}} ${{$e} == {x} ? {y}}')], ['a', 'b', 'c', 'e'])
})

test('any text expands or is refused as bad syntax, and ends', () => {
  const piece = fc.constantFrom('$', '{', '}', '(', ')', '?', ':', '==', '<level', 'name', 'empty', ' ', 'x', '$$')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        expand(pieces.join(''), lookup)
      } catch (error) {
        assert.ok(error instanceof ExpansionError)
      }
    }),
    { numRuns: 2000 },
  )
})
