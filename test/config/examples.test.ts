/** Examples are right: they start, their schema line leads to the schema for editors, and that schema takes them. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import ajv2020 from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { check } from '../../core/cli/check.ts'
import { schema } from '../../core/cli/schema.ts'

const ROOT = join(import.meta.dirname, '../..')
const examples = globSync('examples/**/postern.yaml', { cwd: ROOT }).sort()
const good = globSync('test/config/good/*/postern.yaml', { cwd: ROOT }).sort()

/** What editors are given, in one piece. */
function editorSchema(): object {
  let text = ''
  const status = schema(undefined, { out: { write: (part) => (text += part) }, err: process.stderr })
  assert.equal(status, 0)
  return JSON.parse(text) as object
}

const { Ajv2020 } = ajv2020
const validate = new Ajv2020({ strict: false, allErrors: true, allowUnionTypes: true }).compile(editorSchema())

for (const name of examples) {
  const file = join(ROOT, name)
  test(`${name}: the schema line resolves`, () => {
    const [, target] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(file, 'utf8')) ?? []
    assert.ok(target !== undefined, 'it has no "# yaml-language-server: $schema=" line')
    assert.equal(resolve(dirname(file), target), join(ROOT, 'schemas/postern.json'))
    assert.ok(existsSync(resolve(dirname(file), target)))
  })
  test(`${name}: check finds nothing`, async () => {
    let text = ''
    const sink = { write: (part: string) => (text += part) }
    assert.equal(await check(file, {}, { out: sink, err: sink }), 0, text)
    assert.doesNotMatch(text, /^warning/m)
  })
}

for (const name of [...examples, ...good]) {
  test(`${name}: the schema for editors takes it`, () => {
    const value = parse(readFileSync(join(ROOT, name), 'utf8')) as unknown
    assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 5), undefined, 2))
  })
}

test('the schema for editors refuses what is wrong', () => {
  const listeners = [{ name: 'smtp', listen: '127.0.0.1:25' }]
  assert.ok(validate({ version: 1, listeners }))
  assert.ok(!validate({ version: 1, listener: [] }))
  assert.ok(!validate({ version: 1, listeners, pipeline: { rcpt: [{ rbl: { list: [] } }] } }))
  assert.ok(!validate({ version: 1, listeners, pipeline: { rcpt: [{ rbl: { lists: ['a.example'] }, mode: 'off' }] } }))
})
