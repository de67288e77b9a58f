/** Configurations as one meets them, with anything put into them or taken out: an import writes YAML or says what is wrong, and so does loading. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { parseConfiguration } from '../../core/config/load.ts'
import { ConfigurationError } from '../../core/config/types.ts'
import { ImportError, importDirectory } from '../../core/import/index.ts'
import { type Target, target, text } from './target.ts'

const CASES = join(import.meta.dirname, '../config/imports')
const names = readdirSync(CASES)
const directory = mkdtempSync(join(tmpdir(), 'fuzz-import-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** Puts text somewhere, in place of so many characters. */
const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 40 }), put: text })
const changes = fc.tuple(fc.constantFrom(...names), fc.array(change, { minLength: 1, maxLength: 4 }))

type Change = { readonly at: number; readonly cut: number; readonly put: string }

function changed(source: string, list: readonly Change[]): string {
  let out = source
  for (const { at, cut, put } of list) {
    const from = Math.floor(at * out.length)
    out = out.slice(0, from) + put + out.slice(from + cut)
  }
  return out
}

const read = (name: string, file: string): string => readFileSync(join(CASES, name, file), 'utf8')

/** @see Target */
export const targets: readonly Target[] = [
  target('main.cf and master.cf', fc.tuple(changes, fc.boolean()), ([[name, list], inMaster]) => {
    const [main, master] = [read(name, 'main.cf'), read(name, 'master.cf')]
    writeFileSync(join(directory, 'main.cf'), inMaster ? main : changed(main, list))
    writeFileSync(join(directory, 'master.cf'), inMaster ? changed(master, list) : master)
    try {
      assert.equal(parse(importDirectory(directory).yaml).version, 1)
    } catch (error) {
      if (!(error instanceof ImportError)) throw error
    }
  }),

  target('pipeline files', changes, ([name, list]) => {
    try {
      parseConfiguration('fuzz.yaml', changed(read(name, 'expected.yaml'), list))
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      assert.ok(error.problems.every(({ place }) => place.line >= 1 && place.column >= 1))
    }
  }),
]
