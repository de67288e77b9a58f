/**
 * Writes what is generated from declarations and plugins: schemas/parameters.json, restrictions.json, postern.json, the types
 * of plugin options, code that checks them, and the option tables of plugin pages. `node schemas/generate.ts` writes, `--check` only says what is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkCode } from './generate/check-code.ts'
import { gather } from './generate/declared.ts'
import { editorSchema } from './generate/editor-schema.ts'
import { optionTable, withTable } from './generate/option-tables.ts'
import { optionTypes } from './generate/option-types.ts'
import { restrictionRows } from './generate/restriction-rows.ts'

const ROOT = join(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const { parameters, plugins, problems } = await gather(ROOT)
const outputs = new Map<string, string>()
const put = (name: string, text: string): unknown => outputs.set(join(ROOT, name), text)

put('schemas/parameters.json', json({ description: 'Generated: every parameter, by its declaration.', parameters }))
put('schemas/restrictions.json', json(restrictionRows(plugins)))
const core = JSON.parse(readFileSync(join(ROOT, 'schemas/core.json'), 'utf8')) as never
put('schemas/postern.json', json(editorSchema(core, parameters, plugins)))
put('schemas/core.check.cjs', checkCode('core', core, ['policy']))
// What a service may answer is checked for each answer.
const answer = JSON.parse(readFileSync(join(ROOT, 'schemas/plugins/http-policy.answer.json'), 'utf8')) as never
put('schemas/plugins/http-policy.answer.check.cjs', checkCode('http-policy.answer', answer))
for (const { name, schema, page } of plugins) {
  if (schema === undefined) continue
  put(`schemas/plugins/${name}.d.ts`, await optionTypes(name, schema))
  put(`schemas/plugins/${name}.check.cjs`, checkCode(name, schema))
  if (page === undefined) continue
  const filled = withTable(readFileSync(page, 'utf8'), optionTable(schema))
  if (filled !== undefined) outputs.set(page, filled)
}

const stale = [...outputs].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
for (const [file, text] of stale) {
  if (!isCheck) writeFileSync(file, text)
  console.log(`${isCheck ? 'stale' : 'wrote'} ${relative(ROOT, file)}`)
}
for (const problem of problems) console.error(problem)
if (isCheck && stale.length > 0) console.error('run: npm run generate')
process.exitCode = problems.length > 0 || (isCheck && stale.length > 0) ? 1 : 0
