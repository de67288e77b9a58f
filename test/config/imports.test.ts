/**
 * Postfix configurations as one meets them, imported: what is written and reported stands beside each (`expected.yaml`, `expected.report`), and
 * `postern check` takes the result. After a change that is meant: `UPDATE=1 node --test test/config/imports.test.ts`, and read the difference.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { check } from '../../core/cli/check.ts'
import { importDirectory, renderItem } from '../../core/import/index.ts'

const CASES = join(import.meta.dirname, 'imports')
const scratch = mkdtempSync(join(tmpdir(), 'postern-imports-'))
after(() => rmSync(scratch, { recursive: true }))

/** Places of other programs, which in a case are its own directory. */
const PLACES = /\/etc\/postfix|\/opt\/zimbra\/conf|\/etc\/mailman(?=\/)|\/etc(?=\/aliases)/g

/** A copy of a case in which tables are found. */
function placed(name: string): string {
  const directory = join(scratch, name)
  cpSync(join(CASES, name), directory, { recursive: true, filter: (file) => !file.includes('expected.') })
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, file)
    if (statSync(path).isFile()) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(PLACES, directory))
  }
  return directory
}

function same(name: string, file: string, actual: string): void {
  const path = join(CASES, name, file)
  if (process.env.UPDATE !== undefined) writeFileSync(path, actual)
  assert.equal(actual, readFileSync(path, 'utf8'))
}

for (const name of readdirSync(CASES)) {
  test(`import of ${name}`, async () => {
    const directory = placed(name)
    const { yaml, report } = importDirectory(directory)
    same(name, 'expected.yaml', yaml.replaceAll(directory, '/etc/postfix'))
    same(name, 'expected.report', report.map((item) => `${renderItem(item)}\n`.replaceAll(directory, '/etc/postfix')).join(''))
    const file = join(directory, 'postern.yaml')
    writeFileSync(file, yaml)
    const said: string[] = []
    const stream = { write: (text: string) => said.push(text) > 0 }
    assert.equal(await check(file, {}, { out: stream, err: stream } as never), 0, said.join(''))
  })
}
