/**
 * A parameter that is declared live does something, and some test shows it: its name stands in a unit test beside the code,
 * a dialog, a configuration, a conformance case, or a test against real neighbours. Mere lists of names do not count.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectFiles, read } from './sources.ts'

const SHOWN_IN = [
  'core/**/*.test.ts',
  'plugins/**/*.test.ts',
  'examples/**/*.dialog',
  'examples/**/*.test.ts',
  'test/config/*.ts',
  'test/config/{good,bad}/**',
  'test/conformance/cases/**/*.yaml',
  'test/crash/**/*.ts',
  'test/dialogs/**',
  'test/queue/**/*.ts',
  'test/real/**/*.ts',
]
/** Files that know names without setting anything: every default, and what the kit declares. */
const MERE_LISTS: ReadonlySet<string> = new Set(['core/config/parameters.test.ts'])

/** Every word of these files that could be the name of a parameter. */
function wordsOf(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => read(file).match(/\w+/g) ?? []))
}

interface Row {
  readonly name: string
  readonly owner: string
  readonly live: boolean
}

test('every live parameter is set by a test', () => {
  const shown = wordsOf(projectFiles(...SHOWN_IN.map((pattern) => `:(glob)${pattern}`)).filter((file) => !MERE_LISTS.has(file)))
  const { parameters } = JSON.parse(read('schemas/parameters.json')) as { parameters: readonly Row[] }
  const unproved = parameters
    .filter(({ name, live }) => live && !shown.has(name))
    .map(
      ({ name, owner }) =>
        `${name} (${owner}) is live, and no test sets it: set it to another value beside its code, in a dialog or in a conformance case, and look at the effect; if it has none, declare it { live: false }`,
    )
  assert.deepEqual(unproved, [])
})
