/** Questions and answers fit the schemas that are published for them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { anAccessRequest } from '../../test/kit/index.ts'
import { parseAnswer } from './answer.ts'
import httpPolicy from './index.ts'
import { questionOf } from './question.ts'

test('every question fits the published schema', () => {
  const fits = new ajv2020.Ajv2020().compile(JSON.parse(readFileSync(schemaFile('request'), 'utf8')) as object)
  const facts = { client: 'n.x[192.0.2.1]', argument: 'a.example', transaction: { recipients: ['a@b', 'c@d'], size: 9 } }
  for (const stage of httpPolicy.stages) {
    const question = JSON.parse(questionOf(anAccessRequest(stage as 'rcpt', facts), 'id', '')) as object
    assert.ok(fits(question), `${stage}: ${JSON.stringify(fits.errors)}`)
  }
})

test('whatever a service says is an answer or an error', () => {
  const fits = new ajv2020.Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(schemaFile('answer'), 'utf8')) as object)
  const word = fc.constantFrom('dunno', 'permit', 'reject', 'defer', 'discard', 'defer_if_permit', 'OK')
  const value = fc.record(
    {
      action: word,
      code: fc.integer({ min: 399, max: 601 }),
      status: fc.constantFrom('5.7.1', '4.7.1', '2.0.0', 'x'),
      text: fc.string(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        value.map((each) => JSON.stringify(each)),
        fc.json(),
        fc.string(),
      ),
      (text) => {
        try {
          assert.ok(fits(parseAnswer(text)))
        } catch (error) {
          assert.match((error as Error).message, /^the answer /)
        }
      },
    ),
  )
})

function schemaFile(name: string): string {
  return join(import.meta.dirname, `../../schemas/plugins/http-policy.${name}.json`)
}
